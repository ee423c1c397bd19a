using System.Collections;
using ReleaseTools.Engine.Images.Docker;

namespace ReleaseTools.Engine.Tests.Images.Integration;

/// <summary>The Docker engine that the environment names; a test that needs it is skipped where none answers.</summary>
internal static class TestEngine
{
    public static IReadOnlyDictionary<string, string> Environment { get; } = System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? "", StringComparer.Ordinal);

    public static async Task<DockerEngine> ConnectAsync()
    {
        var engine = DockerEngine.Connect(Environment, TimeProvider.System);
        var why = await DockerUse.WhyNotAsync(engine, Environment, TestContext.Current.CancellationToken);
        if (why is not null)
            engine.Dispose();
        Assert.SkipWhen(why is not null, $"A Docker engine is needed: {why?.Message}");
        return engine;
    }
}
