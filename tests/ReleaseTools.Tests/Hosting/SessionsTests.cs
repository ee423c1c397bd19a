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

        using var sessions = SessionsOf(Environment);

        await Should.ThrowAsync<DefinitionException>(() => sessions.GetAsync(region: null, default));
    }

    [Fact]
    public async Task With_a_region_no_definition_is_read()
    {
        Define("""{ "region": """);

        using var sessions = SessionsOf(Environment with { Region = "eu-central-1" });

        (await sessions.GetAsync(region: null, default)).Region.ShouldBe("eu-central-1");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("""{ "terraform": { "directory": "infra" }, "region": "${REGION}" }""")]
    public async Task Without_a_definition_or_its_env_file_the_environment_tells_the_region(string? definition)
    {
        if (definition is not null)
            Define(definition);

        using var sessions = SessionsOf(Environment);

        (await sessions.GetAsync(region: null, default)).Region.ShouldBe("eu-west-3");
    }

    [Theory]
    [InlineData(null, "us-east-1")]
    [InlineData("eu-central-1", "eu-central-1")]
    public async Task A_session_for_an_image_is_where_the_command_says_else_where_its_repository_is(string? region, string session)
    {
        var options = Environment with { Region = region };
        using var sessions = SessionsOf(options);

        (await sessions.NearAsync(options, "123456789012.dkr.ecr.us-east-1.amazonaws.com/web-ui", default)).Region.ShouldBe(session);
    }

    [Theory]
    [InlineData("eu-central-1", "eu-west-1", "eu-west-3", "eu-central-1")]
    [InlineData(null, "eu-west-1", "eu-west-3", "eu-west-1")]
    [InlineData(null, null, "eu-west-3", "eu-west-3")]
    [InlineData(null, null, null, "us-east-1")]
    public async Task Services_are_looked_for_where_their_image_is_only_when_nobody_names_a_region(string? command, string? definition, string? environment, string session)
    {
        if (definition is not null)
            Define($$"""{ "region": "{{definition}}" }""");
        var options = Environment with { Region = command, Environment = Environment.Environment.Where(one => one.Key != "AWS_REGION").ToDictionary(StringComparer.Ordinal) };
        if (environment is not null)
            options = options with { StoredRegion = environment };
        using var sessions = SessionsOf(options);

        (await sessions.ForServicesAsync("123456789012.dkr.ecr.us-east-1.amazonaws.com/web-ui", default)).Region.ShouldBe(session);
    }

    private static AwsSessionOptions Environment => new()
    {
        Environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["AWS_REGION"] = "eu-west-3", ["AWS_ACCESS_KEY_ID"] = "AKIDEXAMPLE", ["AWS_SECRET_ACCESS_KEY"] = "example", ["AWS_CONFIG_FILE"] = "/nowhere", ["AWS_SHARED_CREDENTIALS_FILE"] = "/nowhere",
        },
    };

    private AwsSessions SessionsOf(AwsSessionOptions options) => Sessions.Of(options, workspace, NullObserver.Instance);

    private void Define(string definition) => File.WriteAllText(Path.Combine(workspace, "release.json"), definition);
}
