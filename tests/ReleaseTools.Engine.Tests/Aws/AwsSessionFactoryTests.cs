using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Sandbox;
using static ReleaseTools.Engine.Tests.Aws.AwsTesting;

namespace ReleaseTools.Engine.Tests.Aws;

public sealed class AwsSessionFactoryTests
{
    [Fact]
    public async Task The_region_is_taken_in_the_documented_order()
    {
        using var file = new CredentialsFile("[default]\nregion = sa-east-1\naws_access_key_id = A\naws_secret_access_key = b\n");
        var environment = Environment(("AWS_REGION", "eu-north-1"), ("AWS_DEFAULT_REGION", "eu-south-1"), ("AWS_SHARED_CREDENTIALS_FILE", file.Path));
        var options = new AwsSessionOptions { Region = "eu-west-1", DefinitionRegion = "eu-west-2", StoredRegion = "eu-west-3", Environment = environment };

        (await RegionAsync(options)).ShouldBe("eu-west-1");
        (await RegionAsync(options = options with { Region = null })).ShouldBe("eu-west-2");
        (await RegionAsync(options = options with { DefinitionRegion = "" })).ShouldBe("eu-west-3");
        (await RegionAsync(options = options with { StoredRegion = null })).ShouldBe("eu-north-1");
        environment.Remove("AWS_REGION");
        (await RegionAsync(options)).ShouldBe("eu-south-1");
        environment.Remove("AWS_DEFAULT_REGION");
        (await RegionAsync(options)).ShouldBe("sa-east-1");
        environment["AWS_SHARED_CREDENTIALS_FILE"] = "/nonexistent";
        (await Should.ThrowAsync<ReleaseException>(() => RegionAsync(options))).Id.ShouldBe(nameof(Messages.AwsRegionMissing));
    }

    [Fact]
    public async Task It_says_where_things_came_from_and_no_secret()
    {
        using var endpoint = new ScriptedEndpoint();
        var listener = new Listener();
        using var session = await AwsSessionFactory.CreateAsync(
            new AwsSessionOptions { Region = "eu-west-1", EndpointUrl = endpoint.Answers(200, "{}").Url, Environment = Environment(("AWS_SESSION_TOKEN", "the-token")) },
            listener, CancellationToken.None);
        await session.Ecs.DescribeClustersAsync(new(["blue"]), CancellationToken.None);

        var said = string.Join('\n', listener.Said);
        said.ShouldContain("from -Region");
        said.ShouldContain("from the environment's AWS_ACCESS_KEY_ID");
        said.ShouldContain("from -EndpointUrl");
        said.ShouldNotContain(SecretKey);
        said.ShouldNotContain(AccessKey);
        said.ShouldNotContain("the-token");
    }

    [Fact]
    public async Task An_SSO_session_that_is_over_names_the_login_to_type()
    {
        using var file = new CredentialsFile(
            "[work]\nsso_start_url = https://no-such-portal.awsapps.com/start\nsso_region = eu-west-1\nsso_account_id = 000000000000\nsso_role_name = Release\n");

        var error = await Should.ThrowAsync<ReleaseException>(() => CreateAsync("work", file));

        (error.Id, error.Kind).ShouldBe((nameof(Messages.AwsSsoTokenExpired), ErrorKind.Authentication));
        error.RecommendedAction.ShouldContain("aws sso login --profile work");
    }

    [Fact]
    public async Task Credentials_that_cannot_be_had_are_found_before_any_call()
    {
        using var file = new CredentialsFile("[work]\ncredential_process = /nonexistent/program\n");

        (await Should.ThrowAsync<ReleaseException>(() => CreateAsync("work", file))).Id.ShouldBe(nameof(Messages.AwsCredentialsFailed));
    }

    [Fact]
    public async Task The_sandbox_accepts_the_signature_and_says_who_one_is()
    {
        using var sandbox = SandboxServer.Start(new SandboxOptions());
        using var session = await SandboxSessionAsync(sandbox, sandbox.SecretAccessKey);

        (await session.GetCallerIdentityAsync(CancellationToken.None)).Account.ShouldBe("000000000000");
    }

    [Fact]
    public async Task The_sandbox_refuses_a_signature_by_another_secret()
    {
        using var sandbox = SandboxServer.Start(new SandboxOptions());
        using var session = await SandboxSessionAsync(sandbox, "another");

        (await Should.ThrowAsync<AwsServiceException>(() => session.GetCallerIdentityAsync(CancellationToken.None))).Id.ShouldBe(nameof(Messages.AwsCredentialsRejected));
    }

    private static async Task<string> RegionAsync(AwsSessionOptions options)
    {
        using var session = await AwsSessionFactory.CreateAsync(options, new Listener(), CancellationToken.None);
        return session.Region;
    }

    private static Task<AwsSession> CreateAsync(string profile, CredentialsFile file) =>
        AwsSessionFactory.CreateAsync(
            new AwsSessionOptions { Region = "eu-west-1", ProfileName = profile, Environment = Environment(("AWS_SHARED_CREDENTIALS_FILE", file.Path)) },
            new Listener(), CancellationToken.None);

    private static Task<AwsSession> SandboxSessionAsync(SandboxServer sandbox, string secret) =>
        AwsSessionFactory.CreateAsync(
            new AwsSessionOptions
            {
                Region = "eu-west-1",
                EndpointUrl = sandbox.EndpointUrl.AbsoluteUri,
                Environment = Environment(("AWS_ACCESS_KEY_ID", sandbox.AccessKeyId), ("AWS_SECRET_ACCESS_KEY", secret), ("AWS_SESSION_TOKEN", sandbox.SessionToken)),
            },
            new Listener(), CancellationToken.None);
}
