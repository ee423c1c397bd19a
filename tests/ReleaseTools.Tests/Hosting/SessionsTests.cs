using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Releases.Definition;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Hosting;

namespace ReleaseTools.Tests.Hosting;

public sealed class SessionsTests : IDisposable
{
    private readonly string workspace = Directory.CreateTempSubdirectory("releasetools-").FullName;

    public void Dispose() => Directory.Delete(workspace, recursive: true);

    [Fact]
    public async Task A_definition_that_is_wrong_is_told_rather_than_passed_over_for_the_environment_s_region()
    {
        Define("""{ "region": """);

        await Should.ThrowAsync<DefinitionException>(() => OpenAsync(Environment));
    }

    [Fact]
    public async Task With_a_region_no_definition_is_read()
    {
        Define("""{ "region": """);

        using var session = await OpenAsync(Environment with { Region = "eu-central-1" });

        session.Region.ShouldBe("eu-central-1");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("""{ "terraform": { "directory": "infra" }, "region": "${REGION}" }""")]
    public async Task Without_a_definition_or_its_env_file_the_environment_tells_the_region(string? definition)
    {
        if (definition is not null)
            Define(definition);

        using var session = await OpenAsync(Environment);

        session.Region.ShouldBe("eu-west-3");
    }

    private static AwsSessionOptions Environment => new()
    {
        Environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["AWS_REGION"] = "eu-west-3", ["AWS_ACCESS_KEY_ID"] = "AKIDEXAMPLE", ["AWS_SECRET_ACCESS_KEY"] = "example", ["AWS_CONFIG_FILE"] = "/nowhere", ["AWS_SHARED_CREDENTIALS_FILE"] = "/nowhere",
        },
    };

    private Task<AwsSession> OpenAsync(AwsSessionOptions options) => Sessions.OpenAsync(options, workspace, repository: null, NullObserver.Instance, default);

    private void Define(string definition) => File.WriteAllText(Path.Combine(workspace, "release.json"), definition);
}
