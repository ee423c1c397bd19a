using System.Collections.Concurrent;
using ReleaseTools.Engine.Aws.Ssm;

namespace ReleaseTools.Engine.Rollouts.Prechecks;

/// <summary>
/// Looks for SSM parameters, 50 names a call: so many a filter of DescribeParameters takes
/// (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html).
/// </summary>
internal sealed class ParameterSightings(SsmClient ssm) : ISightings
{
    private const int NamesPerCall = 50;

    /// <inheritdoc/>
    public string Kind => "SSM parameter";

    /// <inheritdoc/>
    public IEnumerable<IReadOnlyList<string>> Batches(IReadOnlyCollection<string> names) => names.Chunk(NamesPerCall);

    /// <inheritdoc/>
    public async Task AskAsync(IReadOnlyList<string> batch, ConcurrentDictionary<string, Sighting> seen, CancellationToken cancellationToken)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var request = new DescribeParametersRequest([new("Name", "Equals", [.. batch])]) { MaxResults = NamesPerCall };
        string? next = null;
        do
        {
            var page = await ssm.DescribeParametersAsync(request with { NextToken = next }, cancellationToken);
            found.UnionWith((page.Parameters ?? []).Select(parameter => parameter.Name).OfType<string>());
            next = page.NextToken;
        }
        while (next is not null);

        foreach (var name in batch)
            seen[name] = found.Contains(name) ? Sighting.There : Sighting.Missing;
    }
}
