using System.Collections.Concurrent;
using ReleaseTools.Engine.Aws.Logs;

namespace ReleaseTools.Engine.Rollouts.Prechecks;

/// <summary>
/// Looks for log groups. DescribeLogGroups filters by prefix and answers in ASCII order, 50 a page
/// (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html), so groups of one folder,
/// as a system's mostly are, are read together as long as that takes no more calls than asking for each.
/// </summary>
internal sealed class LogGroupSightings(LogsClient logs) : ISightings
{
    /// <inheritdoc/>
    public string Kind => "Log group";

    /// <inheritdoc/>
    public IEnumerable<IReadOnlyList<string>> Batches(IReadOnlyCollection<string> names) =>
        names.GroupBy(FolderOf, StringComparer.Ordinal).Select(folder => folder.Order(StringComparer.Ordinal).ToList());

    /// <inheritdoc/>
    public async Task AskAsync(IReadOnlyList<string> batch, ConcurrentDictionary<string, Sighting> seen, CancellationToken cancellationToken)
    {
        var prefix = CommonPrefix(batch[0], batch[^1]);
        if (batch.Count > 1 && prefix.Length > 0)
            await ReadAsync(prefix, batch, pages: batch.Count, seen, cancellationToken);
        foreach (var name in batch.Where(name => !seen.ContainsKey(name)))
            await ReadAsync(name, [name], pages: int.MaxValue, seen, cancellationToken);
    }

    /// <summary>Reads pages of what begins so; what is not settled by them is not in <paramref name="seen"/> then.</summary>
    private async Task ReadAsync(string prefix, IReadOnlyList<string> wanted, int pages, ConcurrentDictionary<string, Sighting> seen, CancellationToken cancellationToken)
    {
        var left = new HashSet<string>(wanted, StringComparer.Ordinal);
        string? next = null;
        do
        {
            var page = await logs.DescribeLogGroupsAsync(new(prefix) { NextToken = next }, cancellationToken);
            foreach (var name in (page.LogGroups ?? []).Select(group => group.LogGroupName).OfType<string>().Where(left.Remove))
                seen[name] = Sighting.There;
            next = page.NextToken;
        }
        while (next is not null && left.Count > 0 && --pages > 0);

        foreach (var name in next is null ? [.. left] : Array.Empty<string>())
            seen[name] = Sighting.Missing;
    }

    private static string FolderOf(string name) => name[..(name.LastIndexOf('/') + 1)];

    // In ASCII order, what the first and the last have in common, all between them have.
    private static string CommonPrefix(string first, string last) => first[..first.AsSpan().CommonPrefixLength(last)];
}
