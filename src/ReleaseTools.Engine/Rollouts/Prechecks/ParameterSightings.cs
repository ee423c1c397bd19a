using System.Collections.Concurrent;
using ReleaseTools.Engine.Aws.Ssm;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Prechecks;

/// <summary>
/// Looks for SSM parameters, 50 names a call: so many a filter of DescribeParameters takes
/// (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html).
/// </summary>
internal sealed class ParameterSightings(SsmClient ssm, IReleaseObserver observer) : ISightings
{
    private const int NamesPerCall = 50;

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, Sighting>> LookAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        var seen = new ConcurrentDictionary<string, Sighting>(StringComparer.Ordinal);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Looking.AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(names.Chunk(NamesPerCall), parallel, async (fifty, token) =>
        {
            var found = await Looking.TryAsync(observer, $"SSM parameter {string.Join(", ", fifty)}", () => FindAsync(fifty, token));
            foreach (var name in fifty)
                seen[name] = found is null ? Sighting.Unknown : found.Contains(name) ? Sighting.There : Sighting.Missing;
        });
        return seen;
    }

    private async Task<HashSet<string>> FindAsync(string[] names, CancellationToken cancellationToken)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var request = new DescribeParametersRequest([new("Name", "Equals", names)]) { MaxResults = NamesPerCall };
        string? next = null;
        do
        {
            var page = await ssm.DescribeParametersAsync(request with { NextToken = next }, cancellationToken);
            found.UnionWith((page.Parameters ?? []).Select(parameter => parameter.Name).OfType<string>());
            next = page.NextToken;
        }
        while (next is not null);
        return found;
    }
}
