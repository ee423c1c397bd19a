using System.Text;
using System.Text.Json;

namespace ReleaseTools.Sandbox.CodeBuild.Docker;

/// <summary>An instruction of a Dockerfile.</summary>
/// <param name="Name">In capitals, such as <c>COPY</c>.</param>
/// <param name="Arguments">The rest of its line, continuations joined.</param>
/// <param name="Line">Where it begins, from 1.</param>
internal sealed record Instruction(string Name, string Arguments, int Line)
{
    /// <summary>The arguments, where they are a JSON list of strings; null in the other form.</summary>
    public IReadOnlyList<string>? ExecForm()
    {
        if (!Arguments.StartsWith('['))
            return null;
        try
        {
            return JsonSerializer.Deserialize<List<string>>(Arguments);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Reads Dockerfiles into instructions: https://docs.docker.com/reference/dockerfile/#format</summary>
internal static class Dockerfile
{
    /// <summary>The instructions of a Dockerfile.</summary>
    /// <exception cref="DockerBuildException">It has none.</exception>
    public static IReadOnlyList<Instruction> Parse(string text)
    {
        var instructions = new List<Instruction>();
        var pending = new StringBuilder();
        var begins = 0;
        var lines = text.Split('\n');
        for (var index = 0; index < lines.Length; index++)
        {
            var line = lines[index].Trim();
            // Comments may stand among the continuations of an instruction.
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (pending.Length == 0)
                begins = index + 1;
            if (line[^1] == '\\')
            {
                pending.Append(line, 0, line.Length - 1).Append(' ');
                continue;
            }
            instructions.Add(Instruction(pending.Append(line).ToString(), begins));
            pending.Clear();
        }
        if (pending.Length > 0)
            instructions.Add(Instruction(pending.ToString(), begins));
        return instructions.Count > 0 ? instructions : throw new DockerBuildException("the Dockerfile cannot be empty");
    }

    private static Instruction Instruction(string line, int number)
    {
        var end = line.AsSpan().IndexOfAny(' ', '\t');
        return end < 0 ? new Instruction(line.ToUpperInvariant(), string.Empty, number) : new Instruction(line[..end].ToUpperInvariant(), line[end..].Trim(), number);
    }
}
