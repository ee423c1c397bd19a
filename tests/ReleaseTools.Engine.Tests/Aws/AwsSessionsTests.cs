using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using static ReleaseTools.Engine.Tests.Aws.AwsTesting;

namespace ReleaseTools.Engine.Tests.Aws;

public sealed class AwsSessionsTests
{
    private readonly Listener listener = new();
    private int definitionRead;

    [Fact]
    public async Task A_region_has_one_session_however_often_it_is_asked_for()
    {
        using var sessions = Sessions(new() { Region = "eu-west-1", Environment = Environment() });

        var sessionsOfRegions = await Task.WhenAll(new[] { "us-east-1", "eu-west-1", "us-east-1", null, "eu-west-1", null }.Select(region => sessions.GetAsync(region, default)));

        sessionsOfRegions.Select(session => session.Region).ShouldBe(["us-east-1", "eu-west-1", "us-east-1", "eu-west-1", "eu-west-1", "eu-west-1"]);
        sessionsOfRegions.Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task A_repository_s_region_is_where_its_session_is_whatever_the_command_says()
    {
        using var sessions = Sessions(new() { Region = "eu-west-1", Environment = Environment() });

        (await sessions.GetAsync("us-east-1", default)).Region.ShouldBe("us-east-1");

        listener.Said.ShouldContain(said => said.Contains("The region us-east-1 is from the repository's host", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_definition_is_read_only_where_it_has_to_tell_the_region()
    {
        using var told = Sessions(new() { Region = "eu-west-1", Environment = Environment() });
        await told.GetAsync(region: null, default);
        await told.GetAsync("us-east-1", default);
        definitionRead.ShouldBe(0);

        using var untold = Sessions(new() { Environment = Environment() });
        (await untold.GetAsync(region: null, default)).Region.ShouldBe("eu-south-2");
        definitionRead.ShouldBe(1);
    }

    [Fact]
    public void What_stands_in_for_an_endpoint_is_known_without_region_and_credentials()
    {
        using var sessions = Sessions(new() { Environment = new Dictionary<string, string> { ["AWS_ENDPOINT_URL_ECR"] = "http://127.0.0.1:4599", ["AWS_SHARED_CREDENTIALS_FILE"] = "/nonexistent" } });

        sessions.FindEndpointOverride(AwsService.Ecr).ShouldBe(new Uri("http://127.0.0.1:4599"));
        sessions.FindEndpointOverride(AwsService.Ecs).ShouldBeNull();
    }

    [Fact]
    public void A_profile_may_name_it()
    {
        using var file = new CredentialsFile("[local]\nendpoint_url = http://127.0.0.1:4599\n");
        using var sessions = Sessions(new() { ProfileName = "local", Environment = Environment(("AWS_SHARED_CREDENTIALS_FILE", file.Path)) });

        sessions.FindEndpointOverride(AwsService.Ecr).ShouldBe(new Uri("http://127.0.0.1:4599"));
    }

    [Fact]
    public void Endpoints_that_are_configured_can_be_ignored_and_one_that_is_given_cannot()
    {
        var environment = Environment(("AWS_ENDPOINT_URL", "http://127.0.0.1:1"), ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"));
        using var ignoring = Sessions(new() { Environment = environment });
        using var given = Sessions(new() { Environment = environment, EndpointUrl = "http://127.0.0.1:2" });

        ignoring.FindEndpointOverride(AwsService.Ecr).ShouldBeNull();
        given.FindEndpointOverride(AwsService.Ecr).ShouldBe(new Uri("http://127.0.0.1:2"));
    }

    [Fact]
    public void A_profile_that_is_named_and_not_there_is_an_error_here_too()
    {
        using var sessions = Sessions(new() { ProfileName = "nope", Environment = Environment() });

        Should.Throw<ReleaseException>(() => sessions.FindEndpointOverride(AwsService.Ecr)).Id.ShouldBe(nameof(Messages.ProfileNotFound));
    }

    private AwsSessions Sessions(AwsSessionOptions options) => new(options, listener, _ =>
    {
        definitionRead++;
        return Task.FromResult<string?>("eu-south-2");
    });
}
