using System.Globalization;
using System.Text.RegularExpressions;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Images.Builds;

/// <summary>
/// Reads what BuildKit prints with <c>--progress=plain</c> (moby/buildkit, util/progress/progressui/printer.go):
/// <code>
/// #5 [final 1/2] COPY b /b      a vertex begins, or is spoken of again after another one was
/// #5 0.412 compiling            it wrote a line, so many seconds after it began
/// #5 CACHED | DONE 0.1s | CANCELED | ERROR: message
/// </code>
/// and after a failure an excerpt between dashes and the error as a whole, which Docker Desktop follows by a link
/// (<c>View build details: docker-desktop://…</c>). Steps are numbered within their stage; here
/// they are counted over all stages seen so far.
/// </summary>
public sealed partial class BuildKitOutputParser(string subject) : IBuildOutputParser
{
    /// <summary>How many lines of a failing step are kept.</summary>
    public const int LinesKept = 20;

    private readonly Dictionary<string, Vertex> vertices = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> stepsOfStage = new(StringComparer.Ordinal);
    private readonly LastLines unattributed = new(LinesKept);
    private Vertex? failed;
    private string? lastMessage;
    private string? lastError;
    private int stepsBegun;
    private bool inExcerpt;

    /// <inheritdoc/>
    public BuildFailure Failure
    {
        get
        {
            var message = lastError ?? lastMessage ?? failed?.Error;
            var exitCode = ExitCode().Match(message + " " + failed?.Error) is { Success: true } match
                ? int.Parse(match.Groups["code"].Value, CultureInfo.InvariantCulture)
                : (int?)null;
            return new BuildFailure(failed is null ? null : failed.Label + failed.Name, failed?.Output.ToList() ?? unattributed.ToList(), message, exitCode);
        }
    }

    /// <inheritdoc/>
    public ReleaseEvent? Read(string line)
    {
        line = TerminalText.Neutralise(line);
        if (VertexLine().Match(line) is { Success: true } match)
            return ReadVertex(match.Groups["id"].Value, match.Groups["text"].Value);
        if (line is "------")
        {
            inExcerpt = !inExcerpt;
            return null;
        }

        // The excerpt repeats what the vertex wrote.
        if (inExcerpt || string.IsNullOrWhiteSpace(line))
            return null;
        if (!line.StartsWith("View build details: ", StringComparison.Ordinal))
        {
            unattributed.Add(line);
            lastMessage = line;
            if (line.StartsWith("ERROR: ", StringComparison.Ordinal) || line.Contains("failed to solve", StringComparison.Ordinal))
                lastError = line;
        }

        return new BuildOutput(subject, line);
    }

    private ReleaseEvent? ReadVertex(string id, string text)
    {
        if (!vertices.TryGetValue(id, out var vertex))
        {
            vertex = new Vertex(text);
            vertices.Add(id, vertex);
            return Begin(vertex);
        }

        if (text == "CACHED")
            return vertex.Number is { } number ? new BuildProgress(subject, number, TotalSteps, vertex.Name, Cached: true) : null;
        if (text.StartsWith("ERROR: ", StringComparison.Ordinal))
        {
            // BuildKit stops at the first error; what fails after it was cancelled by it.
            vertex.Error = text["ERROR: ".Length..];
            failed ??= vertex;
            return null;
        }

        if (OutputLine().Match(text) is not { Success: true } output)
            return null;
        vertex.Output.Add(output.Groups["line"].Value);
        return new BuildOutput(subject, output.Groups["line"].Value);
    }

    private BuildProgress? Begin(Vertex vertex)
    {
        if (Step().Match(vertex.Name) is not { Success: true } step)
            return null;
        stepsOfStage[step.Groups["stage"].Value] = int.Parse(step.Groups["total"].Value, CultureInfo.InvariantCulture);
        vertex.Number = ++stepsBegun;
        vertex.Name = step.Groups["instruction"].Value;
        vertex.Label = $"[{string.Join(' ', new[] { step.Groups["stage"].Value, $"{step.Groups["number"].Value}/{step.Groups["total"].Value}" }.Where(part => part.Length > 0))}] ";
        return new BuildProgress(subject, vertex.Number.Value, TotalSteps, vertex.Name, Cached: false);
    }

    private int TotalSteps => Math.Max(stepsBegun, stepsOfStage.Values.Sum());

    [GeneratedRegex(@"\A#(?<id>\d+) (?<text>.*)\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VertexLine();

    // "[3/7] RUN x", "[build 3/7] RUN x", "[linux/arm64 build  3/10] RUN x"; not "[internal] load …".
    [GeneratedRegex(@"\A\[(?:(?<stage>\S.*?)\s+|\s*)(?<number>\d+)/(?<total>\d+)\]\s+(?<instruction>.+)\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Step();

    [GeneratedRegex(@"\A\d+\.\d+ ?(?<line>.*)\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OutputLine();

    // "exit code: 3" as the last thing said; a RUN's own text stands before it.
    [GeneratedRegex(@"exit code: (?<code>\d+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.RightToLeft, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ExitCode();

    private sealed class Vertex(string name)
    {
        public string Name { get; set; } = name;

        public string Label { get; set; } = "";

        public int? Number { get; set; }

        public string? Error { get; set; }

        public LastLines Output { get; } = new(LinesKept);
    }
}
