using ReleaseTools.Engine.Releases.Definition;

namespace ReleaseTools.Engine.Tests.Definition;

/// <summary>A workspace with a release.json, and what becomes of it.</summary>
internal sealed class DefinitionFixture : IDisposable
{
    public static readonly IReadOnlyDictionary<string, string> NoProcess = new Dictionary<string, string>(StringComparer.Ordinal);

    public TemporaryDirectory Workspace { get; } = new();

    public void Dispose() => Workspace.Dispose();

    public Task<DefinitionFile> LoadAsync(string json) => DefinitionFile.LoadAsync(Workspace.Write("release.json", json), default);

    public async Task<ReleaseDefinition> ResolveAsync(string json, params (string Name, string Value)[] variables) =>
        (await LoadAsync(json)).Resolve(Environment(variables), NoProcess);

    /// <summary>The problems of a file, as <c>line:column: message</c>.</summary>
    public async Task<IReadOnlyList<string>> ProblemsAsync(string json, params InfraVariable[] variables)
    {
        var exception = await Should.ThrowAsync<DefinitionException>(async () => (await LoadAsync(json)).Resolve(new() { Path = "/.env", Variables = variables }, NoProcess));
        return [.. exception.Problems.Select(problem => $"{problem.Position.Line}:{problem.Position.Column}: {problem.Message}")];
    }

    public static InfraEnvironment Environment(params (string Name, string Value)[] variables) =>
        new() { Path = "/.env", Variables = [.. variables.Select(variable => new InfraVariable(variable.Name, variable.Value, isSensitive: false))] };
}
