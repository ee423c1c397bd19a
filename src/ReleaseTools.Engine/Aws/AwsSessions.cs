using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Aws;

/// <summary>
/// The sessions of one command: one identity, and one session per region, each made when it is first asked for. A release whose
/// images are in two regions has two; one that needs no AWS has none.
/// </summary>
/// <param name="options">What the command was given.</param>
/// <param name="observer">Hears where region, credentials and endpoints came from.</param>
/// <param name="definitionRegion">Tells the definition's region; asked only where a region is needed and the command names none.</param>
public sealed class AwsSessions(AwsSessionOptions options, IReleaseObserver observer, Func<CancellationToken, Task<string?>> definitionRegion) : IDisposable
{
    private readonly SemaphoreSlim gate = new(1);
    private readonly Dictionary<string, AwsSession> byRegion = new(StringComparer.Ordinal);
    private AwsSession? own;

    /// <summary>The session of a region.</summary>
    /// <param name="region">The region that a repository's host names; null for the command's own, else the definition's, else the environment's.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ReleaseException">No region, no credentials, credentials that cannot be had, or a setting that cannot be meant.</exception>
    public async Task<AwsSession> GetAsync(string? region, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (region is null)
                return own ??= Keep(await MakeAsync(options with { DefinitionRegion = options.Region is null ? await definitionRegion(cancellationToken) : null }, cancellationToken));
            return byRegion.TryGetValue(region, out var known) ? known : Keep(await MakeAsync(options with { RepositoryRegion = region }, cancellationToken));
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>The endpoint that stands in for a service's own, as a sandbox's does; null when AWS's holds. Needs neither region nor credentials.</summary>
    /// <exception cref="ReleaseException">It is no URL, or the profile that may name it is not there.</exception>
    public Uri? FindEndpointOverride(AwsService service) => AwsSessionFactory.FindEndpointOverride(options, service);

    /// <summary>Lets go of all sessions. Calls under way fail.</summary>
    public void Dispose()
    {
        foreach (var session in byRegion.Values)
            session.Dispose();
        gate.Dispose();
    }

    private Task<AwsSession> MakeAsync(AwsSessionOptions given, CancellationToken cancellationToken) => AwsSessionFactory.CreateAsync(given, observer, cancellationToken);

    private AwsSession Keep(AwsSession made)
    {
        if (byRegion.TryAdd(made.Region, made))
            return made;
        made.Dispose(); // the command's own region turned out to be one that a repository named before
        return byRegion[made.Region];
    }
}
