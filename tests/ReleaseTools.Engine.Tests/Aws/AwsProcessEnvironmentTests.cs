using ReleaseTools.Engine.Aws;

namespace ReleaseTools.Engine.Tests.Aws;

public sealed class AwsProcessEnvironmentTests : IDisposable
{
    private readonly DirectoryInfo home = Directory.CreateTempSubdirectory();

    public void Dispose() => home.Delete(recursive: true);

    [Fact]
    public async Task A_named_profile_takes_the_place_of_the_keys_in_the_environment()
    {
        await File.WriteAllTextAsync(Path.Combine(home.FullName, "credentials"), "[prod]\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = secret\n");

        var environment = await AwsProcessEnvironment.OfAsync(Options() with { ProfileName = "prod", Region = "eu-west-1" }, CancellationToken.None);

        environment["AWS_PROFILE"].ShouldBe("prod");
        environment["AWS_REGION"].ShouldBe("eu-west-1");
        environment.Keys.ShouldNotContain("AWS_ACCESS_KEY_ID");
        environment.Keys.ShouldNotContain("AWS_SESSION_TOKEN");
        environment["PATH"].ShouldBe("/bin");
    }

    [Fact]
    public async Task A_credential_object_s_keys_take_the_place_of_the_profile()
    {
        var environment = await AwsProcessEnvironment.OfAsync(Options() with { Credential = new Foreign() }, CancellationToken.None);

        environment["AWS_ACCESS_KEY_ID"].ShouldBe("AKIAOBJECT");
        environment["AWS_SECRET_ACCESS_KEY"].ShouldBe("its secret");
        environment.Keys.ShouldNotContain("AWS_SESSION_TOKEN");
        environment.Keys.ShouldNotContain("AWS_PROFILE");
    }

    [Fact]
    public async Task Without_either_the_environment_stays_as_it_is() =>
        (await AwsProcessEnvironment.OfAsync(Options(), CancellationToken.None)).ShouldBe(Options().Environment, ignoreOrder: true);

    private AwsSessionOptions Options() => new()
    {
        Environment = new Dictionary<string, string>
        {
            ["PATH"] = "/bin",
            ["AWS_ACCESS_KEY_ID"] = "AKIAAMBIENT",
            ["AWS_SECRET_ACCESS_KEY"] = "ambient",
            ["AWS_SESSION_TOKEN"] = "ambient",
            ["AWS_PROFILE"] = "staging",
            ["AWS_SHARED_CREDENTIALS_FILE"] = Path.Combine(home.FullName, "credentials"),
        },
    };

    public sealed class Foreign
    {
        public object GetCredentials() => new { AccessKey = "AKIAOBJECT", SecretKey = "its secret", Token = (string?)null };
    }
}
