using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Credentials;
using ReleaseTools.Engine.Errors;
using static ReleaseTools.Engine.Tests.Aws.AwsTesting;

namespace ReleaseTools.Engine.Tests.Aws;

public sealed class CredentialChainTests
{
    private const string Profiles =
        """
        [default]
        aws_access_key_id = AKIADEFAULT000000000
        aws_secret_access_key = default-secret
        [other]
        aws_access_key_id = AKIAOTHER00000000000
        aws_secret_access_key = other-secret
        [chosen]
        aws_access_key_id = AKIACHOSEN0000000000
        aws_secret_access_key = chosen-secret
        [regional]
        region = eu-west-3
        """;

    private static readonly (string, string?) NoKeys = ("AWS_ACCESS_KEY_ID", null);

    [Fact]
    public async Task The_first_source_that_is_there_is_taken_in_the_documented_order()
    {
        using var file = new CredentialsFile(Profiles);
        var options = new AwsSessionOptions
        {
            ProfileName = "other",
            Credential = new Foreign("given"),
            StoredCredentials = new Foreign("stored"),
            Environment = Environment(
                ("AWS_SHARED_CREDENTIALS_FILE", file.Path), ("AWS_PROFILE", "chosen"), ("AWS_WEB_IDENTITY_TOKEN_FILE", "/token"),
                ("AWS_ROLE_ARN", "arn:aws:iam::000000000000:role/r"), ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/")),
        };

        (await OriginAsync(options)).ShouldBe("profile other");
        (await OriginAsync(options = options with { ProfileName = null })).ShouldBe("-Credential");
        (await OriginAsync(options = options with { Credential = null })).ShouldBe("$StoredAWSCredentials");
        (await OriginAsync(options = options with { StoredCredentials = null })).ShouldBe("the environment's AWS_ACCESS_KEY_ID");
        (await OriginAsync(options = Without(options, "AWS_ACCESS_KEY_ID"))).ShouldBe("profile chosen");
        (await OriginAsync(options = Without(options, "AWS_PROFILE"))).ShouldBe("profile default");
        (await OriginAsync(options = Without(options, "AWS_SHARED_CREDENTIALS_FILE", "/nonexistent"))).ShouldBe("the environment's AWS_WEB_IDENTITY_TOKEN_FILE");
        (await OriginAsync(options = Without(options, "AWS_WEB_IDENTITY_TOKEN_FILE"))).ShouldBe("the container's role");
        (await FailAsync(Without(options, "AWS_CONTAINER_CREDENTIALS_FULL_URI"))).Id.ShouldBe(nameof(Messages.AwsCredentialsMissing));
    }

    [Fact]
    public async Task A_named_profile_that_is_not_there_is_an_error_even_when_other_credentials_are()
    {
        using var file = new CredentialsFile(Profiles);

        var error = await FailAsync(new AwsSessionOptions { ProfileName = "nobody", Environment = Environment(("AWS_SHARED_CREDENTIALS_FILE", file.Path)) });

        (error.Id, error.Kind).ShouldBe((nameof(Messages.ProfileNotFound), ErrorKind.NotFound));
        error.Message.ShouldContain("chosen, default, other");
    }

    [Fact]
    public async Task A_profile_that_AWS_PROFILE_names_and_is_not_there_is_an_error() =>
        (await FailAsync(new AwsSessionOptions { Environment = Environment(NoKeys, ("AWS_PROFILE", "nobody")) })).Id.ShouldBe(nameof(Messages.ProfileNotFound));

    [Fact]
    public async Task A_named_profile_with_a_region_alone_is_an_error()
    {
        using var file = new CredentialsFile(Profiles);

        var error = await FailAsync(new AwsSessionOptions { ProfileName = "regional", Environment = Environment(("AWS_SHARED_CREDENTIALS_FILE", file.Path)) });

        error.Id.ShouldBe(nameof(Messages.ProfileHasNoCredentials));
    }

    [Fact]
    public async Task Without_any_credentials_the_search_ends_though_the_metadata_service_hangs()
    {
        using var hanging = new ScriptedEndpoint();
        hanging.Hangs();

        var error = await FailAsync(new AwsSessionOptions
        {
            Environment = Environment(NoKeys, ("AWS_EC2_METADATA_DISABLED", null), ("AWS_EC2_METADATA_SERVICE_ENDPOINT", hanging.Url)),
        });

        error.Id.ShouldBe(nameof(Messages.AwsCredentialsMissing));
        hanging.Requests.Single().Path.ShouldBe("/latest/api/token");
    }

    [Fact]
    public async Task Credentials_of_another_copy_of_the_SDK_are_read_and_asked_again_each_time()
    {
        var foreign = new Foreign("first");
        var credentials = ForeignCredentials.From(foreign, "-Credential");

        (await credentials.GetCredentialsAsync()).AccessKey.ShouldBe("first");
        foreign.AccessKey = "renewed";
        (await credentials.GetCredentialsAsync()).AccessKey.ShouldBe("renewed");
    }

    [Fact]
    public async Task The_holder_that_AWS_Tools_stores_in_the_session_is_opened() =>
        (await ForeignCredentials.From(new Holder(new Foreign("held")), "$StoredAWSCredentials").GetCredentialsAsync()).AccessKey.ShouldBe("held");

    [Fact]
    public void An_object_without_credentials_is_refused_by_the_name_it_came_under()
    {
        var error = Should.Throw<ReleaseException>(() => ForeignCredentials.From("a string", "-Credential"));

        error.Id.ShouldBe(nameof(Messages.AwsCredentialsUnusable));
        error.Message.ShouldContain("-Credential");
    }

    private static AwsSessionOptions Without(AwsSessionOptions options, string name, string? instead = null)
    {
        var environment = new Dictionary<string, string>(options.Environment);
        environment.Remove(name);
        if (instead is not null)
            environment[name] = instead;
        return options with { Environment = environment };
    }

    private static async Task<string> OriginAsync(AwsSessionOptions options)
    {
        var profiles = new AwsProfiles(options.Environment);
        return (await CredentialChain.FindAsync(options, profiles, profiles.For(options.ProfileName), CancellationToken.None)).Origin;
    }

    private static Task<ReleaseException> FailAsync(AwsSessionOptions options) => Should.ThrowAsync<ReleaseException>(() => OriginAsync(options));

    /// <summary>What another AWSSDK.Core's credentials look like from here.</summary>
    private sealed class Foreign(string accessKey)
    {
        public string AccessKey { get; set; } = accessKey;

        public Values GetCredentials() => new(AccessKey, "secret", string.Empty);

        public sealed record Values(string AccessKey, string SecretKey, string Token);
    }

    private sealed class Holder(object credentials)
    {
        internal object Credentials { get; } = credentials;
    }
}
