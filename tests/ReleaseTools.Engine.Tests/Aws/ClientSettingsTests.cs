using Amazon.Runtime;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Credentials;
using ReleaseTools.Engine.Aws.Wire;
using ReleaseTools.Engine.Errors;
using static ReleaseTools.Engine.Tests.Aws.AwsTesting;

namespace ReleaseTools.Engine.Tests.Aws;

public sealed class ClientSettingsTests : IDisposable
{
    private readonly List<CredentialsFile> files = [];

    private const string Profile =
        """
        [tuned]
        retry_mode = adaptive
        max_attempts = 7
        use_fips_endpoint = true
        use_dualstack_endpoint = true
        """;

    public void Dispose() => files.ForEach(file => file.Dispose());

    [Fact]
    public void Without_settings_the_mode_is_standard_and_the_endpoint_AWSs_own()
    {
        var settings = Read();

        (settings.RetryMode, settings.MaxAttempts).ShouldBe((RequestRetryMode.Standard, 5));
        settings.EndpointOf(AwsService.Ecr).Endpoint.ShouldBe(new Uri("https://api.ecr.eu-west-1.amazonaws.com/"));
    }

    [Fact]
    public void A_profiles_settings_hold()
    {
        var settings = ReadProfile(Profile, "tuned");

        (settings.RetryMode, settings.MaxAttempts).ShouldBe((RequestRetryMode.Adaptive, 7));
        settings.EndpointOf(AwsService.Ecr).Endpoint.Host.ShouldBe("ecr-fips.eu-west-1.api.aws");
    }

    [Fact]
    public void The_environment_beats_the_profile()
    {
        var settings = ReadProfile(
            Profile, "tuned", ("AWS_RETRY_MODE", "standard"), ("AWS_MAX_ATTEMPTS", "2"), ("AWS_USE_FIPS_ENDPOINT", "false"), ("AWS_USE_DUALSTACK_ENDPOINT", "False"));

        (settings.RetryMode, settings.MaxAttempts).ShouldBe((RequestRetryMode.Standard, 2));
        settings.EndpointOf(AwsService.Ecr).Endpoint.Host.ShouldBe("api.ecr.eu-west-1.amazonaws.com");
    }

    [Theory]
    [InlineData("AWS_RETRY_MODE", "never")]
    [InlineData("AWS_MAX_ATTEMPTS", "0")]
    [InlineData("AWS_USE_FIPS_ENDPOINT", "perhaps")]
    public void A_setting_that_means_nothing_is_an_error(string name, string value) =>
        Should.Throw<ReleaseException>(() => Read((name, value))).Id.ShouldBe(nameof(Messages.AwsSettingInvalid));

    [Fact]
    public void An_endpoint_given_beats_the_services_variable_which_beats_the_general_one()
    {
        (string, string?)[] variables = [("AWS_ENDPOINT_URL", "http://general:1"), ("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", "http://logs:2")];

        (Read(variables) with { EndpointUrl = "http://given:3" }).EndpointOf(AwsService.Logs).ShouldBe((new Uri("http://given:3"), "-EndpointUrl"));
        Read(variables).EndpointOf(AwsService.Logs).ShouldBe((new Uri("http://logs:2"), "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS"));
        Read(variables).EndpointOf(AwsService.Ecs).ShouldBe((new Uri("http://general:1"), "AWS_ENDPOINT_URL"));
    }

    [Theory]
    [InlineData("ecs", "AWS_ENDPOINT_URL_ECS")]
    [InlineData("ecr", "AWS_ENDPOINT_URL_ECR")]
    [InlineData("sagemaker", "AWS_ENDPOINT_URL_SAGEMAKER")]
    [InlineData("codebuild", "AWS_ENDPOINT_URL_CODEBUILD")]
    [InlineData("logs", "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS")]
    [InlineData("sts", "AWS_ENDPOINT_URL_STS")]
    [InlineData("ssm", "AWS_ENDPOINT_URL_SSM")]
    public void Each_service_has_its_variable(string signingName, string variable) =>
        Read((variable, "http://here:1")).EndpointOf(AwsService.All.Single(service => service.SigningName == signingName)).Origin.ShouldBe(variable);

    [Fact]
    public void Configured_endpoints_can_be_ignored_but_not_one_that_is_given()
    {
        var settings = Read(("AWS_ENDPOINT_URL", "http://general:1"), ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"));

        settings.EndpointOf(AwsService.Ecs).Endpoint.Host.ShouldBe("ecs.eu-west-1.amazonaws.com");
        (settings with { EndpointUrl = "http://given:3" }).EndpointOf(AwsService.Ecs).Endpoint.Host.ShouldBe("given");
    }

    [Fact]
    public void A_profiles_endpoint_holds_when_no_variable_does()
    {
        const string Local = "[local]\nendpoint_url = http://profile:4\n";

        ReadProfile(Local, "local").EndpointOf(AwsService.Ecs).ShouldBe((new Uri("http://profile:4"), "profile local"));
        ReadProfile(Local, "local", ("AWS_ENDPOINT_URL_ECS", "http://ecs:5")).EndpointOf(AwsService.Ecs).Endpoint.Host.ShouldBe("ecs");
    }

    [Theory]
    [InlineData("127.0.0.1:4566")]
    [InlineData("ftp://here")]
    public void An_endpoint_that_is_no_URL_is_an_error(string url) =>
        Should.Throw<ReleaseException>(() => Read(("AWS_ENDPOINT_URL", url)).EndpointOf(AwsService.Ecs)).Id.ShouldBe(nameof(Messages.AwsEndpointUrlInvalid));

    [Fact]
    public void An_endpoint_of_ones_own_and_FIPS_exclude_each_other() =>
        Should.Throw<ReleaseException>(() => Read(("AWS_ENDPOINT_URL", "http://here:1"), ("AWS_USE_FIPS_ENDPOINT", "true")).EndpointOf(AwsService.Ecs))
            .Id.ShouldBe(nameof(Messages.AwsEndpointConflict));

    private static ClientSettings Read(params (string Name, string? Value)[] changes) =>
        ClientSettings.Read("eu-west-1", endpointUrl: null, Environment([("AWS_MAX_ATTEMPTS", null), .. changes]), profile: null, profilesLocation: null);

    // The SDK reads the file again for each endpoint.
    private ClientSettings ReadProfile(string content, string name, params (string Name, string? Value)[] changes)
    {
        var file = new CredentialsFile(content);
        files.Add(file);
        var profiles = new AwsProfiles(Environment(("AWS_SHARED_CREDENTIALS_FILE", file.Path)));
        return ClientSettings.Read("eu-west-1", endpointUrl: null, Environment([("AWS_MAX_ATTEMPTS", null), .. changes]), profiles.For(name), profiles.Location);
    }
}
