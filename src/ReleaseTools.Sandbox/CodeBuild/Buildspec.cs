using System.Text.Json;
using System.Text.Json.Nodes;

namespace ReleaseTools.Sandbox.CodeBuild;

/// <summary>A buildspec: https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html</summary>
/// <param name="Variables">Its <c>env.variables</c>.</param>
/// <param name="Commands">The commands of each phase, by the phase's name in the buildspec.</param>
internal sealed record Buildspec(IReadOnlyDictionary<string, string> Variables, IReadOnlyDictionary<string, IReadOnlyList<string>> Commands)
{
    private static readonly string[] PhaseNames = ["install", "pre_build", "build", "post_build"];

    /// <summary>Reads a buildspec, in YAML or JSON.</summary>
    /// <exception cref="FormatException">It cannot be read; the message is the one of CodeBuild's YAML_FILE_ERROR.</exception>
    public static Buildspec Parse(string text)
    {
        JsonObject? document;
        try
        {
            document = (text.TrimStart().StartsWith('{') ? JsonNode.Parse(text) : YamlSubset.Parse(text)) as JsonObject;
        }
        catch (Exception problem) when (problem is JsonException or ArgumentException)
        {
            throw new FormatException(problem.Message, problem);
        }
        if (document?["version"]?.ToString() is not ("0.1" or "0.2"))
            throw new FormatException("Unknown or missing version");
        if (document["phases"] is not JsonObject phases)
            throw new FormatException("This build image requires selecting at least one phase");
        foreach (var phase in phases.Select(entry => entry.Key))
        {
            if (!PhaseNames.Contains(phase, StringComparer.Ordinal))
                throw new FormatException($"Unknown phase '{phase}'");
        }
        var variables = ((document["env"] as JsonObject)?["variables"] as JsonObject ?? []).ToDictionary(entry => entry.Key, entry => entry.Value?.ToString() ?? string.Empty, StringComparer.Ordinal);
        var commands = phases.ToDictionary(entry => entry.Key, entry => CommandsOf(entry.Key, entry.Value), StringComparer.Ordinal);
        return new Buildspec(variables, commands);
    }

    private static IReadOnlyList<string> CommandsOf(string phase, JsonNode? body)
    {
        try
        {
            return (body as JsonObject)?.Texts("commands") ?? [];
        }
        catch (SandboxException problem)
        {
            throw new FormatException($"Invalid commands of phase '{phase}': {problem.Message}", problem);
        }
    }
}
