using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Logs;

namespace ReleaseTools.Engine.Inference.Builds;

/// <summary>
/// Reads a CloudWatch Logs stream from its head as it grows, each line once. GetLogEvents answers every page with the
/// token of the next; the token that was sent coming back is the end for now, and an empty page in between is not
/// (GetLogEvents, API reference). So the token is kept between reads, and never read past.
/// </summary>
internal sealed class LogTail(LogsClient logs, string group, string stream)
{
    private string? token;

    /// <summary>The lines written since the last read, in order.</summary>
    public async Task ReadAsync(Action<string> onLine, CancellationToken cancellationToken)
    {
        while (true)
        {
            GetLogEventsResponse page;
            try
            {
                page = await logs.GetLogEventsAsync(new(group, stream) { StartFromHead = true, NextToken = token }, cancellationToken);
            }
            catch (AwsServiceException missing) when (missing.Code == "ResourceNotFoundException")
            {
                return; // named before its first line is written
            }

            foreach (var written in page.Events ?? [])
            {
                foreach (var line in Lines(written.Message))
                    onLine(line);
            }

            if (page.NextForwardToken is null || page.NextForwardToken == token)
                return;
            token = page.NextForwardToken;
        }
    }

    /// <summary>The lines of one event; CodeBuild ends each with a line feed, and may write several into one.</summary>
    public static IEnumerable<string> Lines(string? message) =>
        (message ?? "").TrimEnd('\r', '\n').Split('\n').Select(line => line.TrimEnd('\r'));
}
