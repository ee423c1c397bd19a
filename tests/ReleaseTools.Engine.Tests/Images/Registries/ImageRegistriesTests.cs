using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Tests.Images.Registries.Oci;
using ReleaseTools.Sandbox;

namespace ReleaseTools.Engine.Tests.Images.Registries;

public sealed class ImageRegistriesTests : IDisposable
{
    private static readonly Dictionary<string, string> NoAws = new(StringComparer.Ordinal) { ["AWS_SHARED_CREDENTIALS_FILE"] = "/nonexistent", ["AWS_EC2_METADATA_DISABLED"] = "true" };
    private readonly Recorder recorder = new();
    private readonly MemoryRegistry plain = new();
    private readonly DockerLogins logins = new();
    private readonly SandboxServer sandbox = SandboxServer.Start(new SandboxOptions());
    private readonly List<IDisposable> owned = [];

    public void Dispose()
    {
        owned.ForEach(one => one.Dispose());
        sandbox.Dispose();
        logins.Dispose();
        plain.Dispose();
    }

    [Fact]
    public async Task A_registry_that_is_not_ECR_needs_neither_region_nor_credentials_of_AWS()
    {
        var digest = plain.AddImage('c', "v1");
        var registries = Registries(new AwsSessionOptions { Environment = NoAws });

        await registries.OpenAsync([plain.Repository], default);

        (await registries.FindAsync(plain.Repository, "v1", default)).ShouldNotBeNull().Digest.ShouldBe(digest);
        (await registries.PutTagAsync(plain.Repository, digest, "v2", default)).ShouldBeTrue();
        (await registries.GetAuthorizationAsync(plain.Repository, refused: null, default)).IsAnonymous.ShouldBeTrue();
    }

    [Fact]
    public async Task A_registry_that_is_not_ECR_gets_the_credentials_that_docker_has_for_it()
    {
        logins.Add(plain.Host, "tester", "password");

        (await Registries(Sandboxed()).GetAuthorizationAsync(plain.Repository, refused: null, default)).UserName.ShouldBe("tester");
    }

    [Fact]
    public async Task The_host_of_a_sandbox_s_endpoint_is_ECR()
    {
        var repository = $"{sandbox.RegistryHost}/web-ui";
        var registries = Registries(Sandboxed());

        (await Should.ThrowAsync<ReleaseException>(() => registries.FindAsync(repository, "v1", default))).Id.ShouldBe(nameof(Messages.RepositoryNotFound));
        (await registries.CreateRepositoryAsync(repository, default)).ShouldBeTrue();
        (await registries.CreateRepositoryAsync(repository, default)).ShouldBeFalse();
        (await registries.FindAsync(repository, "v1", default)).ShouldBeNull();
        (await registries.GetAuthorizationAsync(repository, refused: null, default)).IsEcrToken.ShouldBeTrue();
    }

    [Fact]
    public async Task Both_are_served_by_one()
    {
        plain.AddImage('c', "v1");
        var registries = Registries(Sandboxed());
        await registries.CreateRepositoryAsync($"{sandbox.RegistryHost}/web-ui", default);

        (await registries.FindAsync(plain.Repository, "v1", default)).ShouldNotBeNull();
        (await registries.FindAsync($"{sandbox.RegistryHost}/web-ui", "v1", default)).ShouldBeNull();
    }

    [Fact]
    public async Task Each_region_s_ECR_is_asked_over_a_session_of_its_own_that_is_opened_once()
    {
        var registries = Registries(Sandboxed());
        string[] regions = ["us-east-1", "eu-west-1", "us-east-1"];

        await registries.OpenAsync(regions.Select(region => $"000000000000.dkr.ecr.{region}.amazonaws.com/web-ui"), default);

        recorder.Of<Traced>().Where(traced => traced.Message.StartsWith("The region", StringComparison.Ordinal)).Select(traced => traced.Message)
            .ShouldBe(["The region us-east-1 is from the repository's host.", "The region eu-west-1 is from the repository's host."]);
    }

    [Fact]
    public async Task What_stands_in_the_way_of_AWS_is_told_when_it_is_opened()
    {
        var registries = Registries(new AwsSessionOptions { Environment = NoAws });

        (await Should.ThrowAsync<ReleaseException>(() => registries.OpenAsync([plain.Repository, MemoryEcr.Uri], default))).Id.ShouldBe(nameof(Messages.AwsCredentialsMissing));
    }

    [Fact]
    public async Task What_is_no_repository_does_not_stand_in_the_way_of_the_others() =>
        await Registries(new AwsSessionOptions { Environment = NoAws }).OpenAsync(["no repository", plain.Repository], default);

    [Theory]
    [InlineData("https://ecr.internal:8443", "ecr.internal:8443/web-ui", true)]
    [InlineData("https://ECR.internal", "ecr.internal/web-ui", true)]
    [InlineData("https://ecr.internal", "ecr.internal:443/web-ui", true)]
    [InlineData("https://ecr.internal", "ecr.internal:5000/web-ui", false)]
    [InlineData("https://ecr.internal", "registry.internal/web-ui", false)]
    [InlineData(null, "ecr.internal/web-ui", false)]
    [InlineData(null, MemoryEcr.Uri, true)]
    public void A_repository_is_in_ECR_by_its_host_or_by_the_endpoint_that_stands_in(string? endpoint, string repository, bool isInEcr) =>
        EcrRepository.Parse(repository).IsInEcr(endpoint is null ? null : new Uri(endpoint)).ShouldBe(isInEcr);

    [Fact]
    public async Task A_repository_to_come_counts_as_an_empty_one()
    {
        var ecr = new MemoryEcr(TimeProvider.System) { Exists = false };
        using var registry = new EcrRegistry(ecr.Session, TimeProvider.System);
        var toCome = new RepositoriesToCome(registry);

        (await toCome.FindAsync(MemoryEcr.Uri, "v1", default)).ShouldBeNull();
        ecr.Exists = true;
        var digest = ecr.Add("sha256:" + new string('c', 64), "v1");
        (await toCome.FindAsync(MemoryEcr.Uri, "v1", default)).ShouldNotBeNull().Digest.ShouldBe(digest);
    }

    private ImageRegistries Registries(AwsSessionOptions options)
    {
        var sessions = new AwsSessions(options, recorder, _ => Task.FromResult<string?>(null));
        var registries = new ImageRegistries(sessions, new DockerCredentials(logins.Environment, TimeProvider.System), recorder, TimeProvider.System);
        owned.AddRange([registries, sessions]);
        return registries;
    }

    private AwsSessionOptions Sandboxed() => new()
    {
        Region = "eu-west-1",
        EndpointUrl = sandbox.EndpointUrl.AbsoluteUri,
        Environment = new Dictionary<string, string>(NoAws)
        {
            ["AWS_ACCESS_KEY_ID"] = sandbox.AccessKeyId, ["AWS_SECRET_ACCESS_KEY"] = sandbox.SecretAccessKey, ["AWS_SESSION_TOKEN"] = sandbox.SessionToken,
        },
    };
}
