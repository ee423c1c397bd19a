using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Inference.Recovery.Diagnosis;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Inference.Recovery.Histories;

/// <summary>What an endpoint can be put back to, for somebody who is typing it.</summary>
public sealed class EndpointHistoryNames(AwsSession aws)
{
    /// <summary>The configurations that this module made for the endpoint, newest first, each with its release, and the one before the first.</summary>
    public async Task<IReadOnlyList<(string Config, string? Release)>> ReadAsync(string endpointName, CancellationToken cancellationToken)
    {
        var history = await new EndpointHistory(aws, NullObserver.Instance).ReadAsync(endpointName, [], cancellationToken);
        return [.. history.Select(config => (config.Name, config.Release))];
    }
}
