using System.Collections.Concurrent;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Images.Registries.Oci;

/// <summary>The credentials of each registry, looked for once, and again when the registry refuses them: a helper may by then have others.</summary>
internal sealed class RegistryLogins(DockerCredentials credentials, IReleaseObserver observer) : IDisposable
{
    private readonly ConcurrentDictionary<string, RegistryAuthorization> byHost = new(StringComparer.OrdinalIgnoreCase);
    private readonly Gates<string> gates = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The credentials, anonymous ones too; null when there are none but the refused ones.</summary>
    public Task<RegistryAuthorization?> GetAsync(string host, RegistryAuthorization? refused, CancellationToken cancellationToken) =>
        gates.EnterAsync(
            host,
            async () =>
            {
                if (byHost.TryGetValue(host, out var known) && known != refused)
                    return known;
                var found = await credentials.FindAsync(host, cancellationToken);
                observer.Report(new Traced(host, $"{host} is asked with {found.Words}."));
                byHost[host] = found;
                return found == refused ? null : found;
            },
            cancellationToken);

    public void Dispose() => gates.Dispose();
}
