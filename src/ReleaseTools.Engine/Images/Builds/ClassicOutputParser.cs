using System.Globalization;
using System.Text.RegularExpressions;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Images.Builds;

/// <summary>
/// Reads what the classic builder prints: <c>Step 2/8 : COPY a /a</c>, then what the step writes, then <c> ---&gt; id</c>;
/// <c> ---&gt; Using cache</c> for a cached step.
/// </summary>
internal sealed partial class ClassicOutputParser(string subject) : IBuildOutputParser
{
    private LastLines output = new(BuildKitOutputParser.LinesKept);
    private (int Number, int Total, string Name)? step;
    private string? lastMessage;

    public BuildFailure Failure
    {
        get
        {
            var exitCode = ExitCode().Match(lastMessage ?? "") is { Success: true } match ? int.Parse(match.Groups["code"].Value, CultureInfo.InvariantCulture) : (int?)null;
            return new BuildFailure(step is { } at ? $"[{at.Number}/{at.Total}] {at.Name}" : null, output.ToList(), lastMessage, exitCode);
        }
    }

    public ReleaseEvent? Read(string line)
    {
        line = TerminalText.Neutralise(line);
        if (Step().Match(line) is { Success: true } match)
        {
            var begun = (int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture), int.Parse(match.Groups["total"].Value, CultureInfo.InvariantCulture), match.Groups["instruction"].Value);
            step = begun;
            output = new LastLines(BuildKitOutputParser.LinesKept);
            return new BuildProgress(subject, begun.Item1, begun.Item2, begun.Item3, Cached: false);
        }

        if (line == " ---> Using cache" && step is { } cached)
            return new BuildProgress(subject, cached.Number, cached.Total, cached.Name, Cached: true);
        if (string.IsNullOrWhiteSpace(line) || line.StartsWith(" ---> ", StringComparison.Ordinal))
            return null;
        output.Add(line);
        lastMessage = line;
        return new BuildOutput(subject, line);
    }

    [GeneratedRegex(@"\AStep (?<number>\d+)/(?<total>\d+) : (?<instruction>.+)\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Step();

    [GeneratedRegex(@"returned a non-zero code: (?<code>\d+)\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ExitCode();
}
