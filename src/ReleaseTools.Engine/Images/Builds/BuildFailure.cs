namespace ReleaseTools.Engine.Images.Builds;

/// <summary>The Dockerfile step that failed and its last lines of output.</summary>
/// <param name="Step">The step as the builder writes it, such as <c>[2/5] RUN make</c>; null when the build failed outside of a step.</param>
/// <param name="Lines">The last lines it wrote.</param>
/// <param name="Message">What the builder said about it.</param>
/// <param name="ExitCode">The exit code of the step's command; null when it did not come to that.</param>
public sealed record BuildFailure(string? Step, IReadOnlyList<string> Lines, string? Message, int? ExitCode);

/// <summary>The last lines of something that may write many.</summary>
internal sealed class LastLines(int count)
{
    private readonly Queue<string> lines = new();

    public void Add(string line)
    {
        if (lines.Count == count)
            lines.Dequeue();
        lines.Enqueue(line);
    }

    public IReadOnlyList<string> ToList() => [.. lines];
}
