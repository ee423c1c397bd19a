using System.Collections.Concurrent;
using ReleaseTools.Engine.Aws.Logs;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Prechecks;

/// <summary>
/// Looks for log groups. DescribeLogGroups filters by prefix and answers in ASCII order, 50 a page
/// (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html), so groups of one folder,
/// as a system's mostly are, are read together as long as that takes no more calls than asking for each.
/// </summary>
internal sealed class LogGroupSightings(LogsClient logs, IReleaseObserver observer) : ISightings
{
    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, Sighting>> LookAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        var seen = new ConcurrentDictionary<string, Sighting>(StringComparer.Ordinal);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Looking.AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(names.GroupBy(FolderOf, StringComparer.Ordinal), parallel, async (folder, token) =>
        {
            var wanted = folder.Order(StringComparer.Ordinal).ToList();
            var prefix = CommonPrefix(wanted[0], wanted[^1]);
            if (wanted.Count > 1 && prefix.Length > 0)
                await ReadAsync(prefix, wanted, pages: wanted.Count, seen, token);
            foreach (var name in wanted.Where(name => !seen.ContainsKey(name)))
                await ReadAsync(name, [name], pages: int.MaxValue, seen, token);
        });
        return seen;
    }

    /// <summary>Reads pages of what begins so; what is not settled by them is not in <paramref name="seen"/> then.</summary>
    private async Task ReadAsync(string prefix, List<string> wanted, int pages, ConcurrentDictionary<string, Sighting> seen, CancellationToken cancellationToken)
    {
        var left = new HashSet<string>(wanted, StringComparer.Ordinal);
        string? next = null;
        do
        {
            var request = new DescribeLogGroupsRequest(prefix) { NextToken = next };
            var page = await Looking.TryAsync(observer, $"Log group {string.Join(", ", left)}", () => logs.DescribeLogGroupsAsync(request, cancellationToken));
            foreach (var name in page is null ? [] : (page.LogGroups ?? []).Select(group => group.LogGroupName).OfType<string>().Where(left.Remove))
                seen[name] = Sighting.There;
            next = page?.NextToken;
            if (next is null || left.Count == 0)
            {
                foreach (var name in left)
                    seen[name] = page is null ? Sighting.Unknown : Sighting.Missing;
                return;
            }
        }
        while (--pages > 0);
    }

    private static string FolderOf(string name) => name[..(name.LastIndexOf('/') + 1)];

    // In ASCII order, what the first and the last have in common, all between them have.
    private static string CommonPrefix(string first, string last) => first[..first.AsSpan().CommonPrefixLength(last)];
}
