using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Inference.Recovery.Histories;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Hosting;

/// <summary>
/// Completes what an endpoint can be put back to: the configurations of its history, and their releases. Whoever types waits for it, so
/// it takes three seconds at most, and where it cannot be read there is nothing to complete.
/// </summary>
internal sealed class EndpointHistoryCompleter : IArgumentCompleter
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            var (location, options) = Read(fakeBoundParameters);
            using var limit = new CancellationTokenSource(Longest);
            var history = Task.Run(() => HistoryAsync(location, options, fakeBoundParameters["EndpointName"] as string, limit.Token), limit.Token).WaitAsync(limit.Token).GetAwaiter().GetResult();
            var releases = history.Select(one => one.Release).OfType<string>().Distinct(StringComparer.Ordinal);
            return [.. releases.Concat(history.Select(one => one.Config)).Where(name => name.StartsWith(wordToComplete, StringComparison.OrdinalIgnoreCase)).Select(name => new CompletionResult(name))];
        }
        catch (Exception silent) when (silent is not OutOfMemoryException)
        {
            return [];
        }
    }

    private static async Task<IReadOnlyList<(string Config, string? Release)>> HistoryAsync(string path, AwsSessionOptions aws, string? endpointName, CancellationToken cancelled)
    {
        endpointName ??= await DefinedEndpoint.OfAsync(path, aws, TimeProvider.System, NullObserver.Instance, cancelled);
        using var sessions = Sessions.Of(aws, path, NullObserver.Instance);
        return await new EndpointHistoryNames(await sessions.ForServicesAsync(repository: null, cancelled)).ReadAsync(endpointName, cancelled);
    }

    // What the command will be given, as far as it has been typed, and what it would read of the session.
    private static (string Location, AwsSessionOptions Options) Read(IDictionary given)
    {
        using var session = PowerShell.Create(RunspaceMode.CurrentRunspace);
        session.AddScript("$ExecutionContext.SessionState.Path.CurrentFileSystemLocation.ProviderPath, $StoredAWSCredentials, $StoredAWSRegion");
        var read = session.Invoke().Select(one => one?.BaseObject).ToList();
        var location = (string)read[0]!;
        return (
            given["Path"] is string path ? System.IO.Path.Combine(location, path) : location,
            new()
            {
                Region = given["Region"] as string ?? given["RegionToCall"] as string,
                ProfileName = given["ProfileName"] as string ?? given["AWSProfileName"] as string,
                EndpointUrl = given["EndpointUrl"] as string,
                StoredCredentials = read[1],
                StoredRegion = read[2]?.ToString(),
                Environment = ProcessEnvironment.Read(),
            });
    }
}
