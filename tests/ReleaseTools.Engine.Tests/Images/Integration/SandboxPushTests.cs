using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Builds;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Pushes;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Sandbox;

namespace ReleaseTools.Engine.Tests.Images.Integration;

/// <summary>From the Dockerfile to ECR with nothing played but AWS: a real engine, signed calls, the sandbox's ECR and its registry.</summary>
public sealed class SandboxPushTests : IDisposable
{
    private readonly TemporaryFolder workspace = new();
    private readonly Recorder recorder = new();
    private readonly SteppingClock clock = new();
    private readonly SandboxServer sandbox;

    public SandboxPushTests()
    {
        var seed = workspace.Write("seed.json", """
            [
              { "service": "ecr", "operation": "CreateRepository", "request": { "repositoryName": "web-ui" } },
              { "service": "ecr", "operation": "CreateRepository", "request": { "repositoryName": "fixed", "imageTagMutability": "IMMUTABLE" } },
            ]
            """);
        sandbox = SandboxServer.Start(new SandboxOptions { SeedPath = seed, WallClock = clock });
    }

    public void Dispose()
    {
        sandbox.Dispose();
        workspace.Dispose();
    }

    [Fact]
    public async Task A_first_release_builds_and_pushes_and_a_second_of_the_same_inputs_only_moves_the_tag()
    {
        using var engine = await TestEngine.ConnectAsync();
        using var session = await SessionAsync();
        using var registry = new EcrRegistry(session, TimeProvider.System);
        var image = workspace.Image($"{sandbox.RegistryHost}/web-ui", "COPY a /a\nCOPY b /b\n");

        var first = await ReleaseAsync(engine, registry, image, "v1");
        var second = await ReleaseAsync(engine, registry, image, "v2");

        first.Status.ShouldBe(ImagePushStatus.Pushed);
        first.Tags.ShouldBe(["v1", "src-f00d"]);
        (second.Status, second.Digest, second.BytesSent).ShouldBe((ImagePushStatus.Retagged, first.Digest, 0));
        (await registry.FindAsync(image.Repository, first.Digest!, default)).ShouldNotBeNull().Tags.ShouldBe(["v1", "v2", "src-f00d"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_connection_that_the_registry_cuts_is_survived()
    {
        using var engine = await TestEngine.ConnectAsync();
        using var session = await SessionAsync();
        using var registry = new EcrRegistry(session, TimeProvider.System);
        sandbox.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.DropConnection, Service = "registry", Count = 3 });

        var pushed = await ReleaseAsync(engine, registry, workspace.Image($"{sandbox.RegistryHost}/web-ui", "COPY a /a\n"), "v1");

        pushed.Status.ShouldBe(ImagePushStatus.Pushed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_token_that_expires_during_the_push_is_renewed_and_the_tag_is_on_the_whole_image(bool tagIsThere)
    {
        using var engine = await TestEngine.ConnectAsync();
        using var session = await SessionAsync();
        using var registry = new EcrRegistry(session, TimeProvider.System);
        var repository = $"{sandbox.RegistryHost}/web-ui";
        var before = tagIsThere ? (await ReleaseAsync(engine, registry, workspace.Image(repository, "COPY a /a\n"), "v1")).Digest : null;
        var built = (await BuildAsync(engine, registry: null, workspace.Image(repository, "COPY a /a\nCOPY b /b\n"), "v1")).ShouldBeBuilt();
        var had = BlobsTaken();
        clock.StepsWhen(() => BlobsTaken() > had, TimeSpan.FromHours(12));

        var (pushed, error) = await new ImagePushes(engine, registry, new ImpatientClock()).PushAsync(built, new ImagePushOptions(), recorder, default);

        error.ShouldBeNull();
        pushed.Status.ShouldBe(ImagePushStatus.Pushed);
        recorder.Of<Noted>().ShouldContain(noted => noted.Message.Contains("fetching new ones", StringComparison.Ordinal));
        sandbox.Calls.Where(call => call.Service == "registry" && call.ErrorCode == "UNAUTHORIZED" && call.Operation != "GET base").ShouldNotBeEmpty();
        pushed.Digest.ShouldNotBe(before);
        (await registry.FindAsync(repository, "v1", default)).ShouldNotBeNull().Digest.ShouldBe(pushed.Digest);
    }

    [Fact]
    public async Task An_immutable_tag_on_another_image_is_an_error_that_names_its_digest()
    {
        using var engine = await TestEngine.ConnectAsync();
        using var session = await SessionAsync();
        using var registry = new EcrRegistry(session, TimeProvider.System);
        var held = await ReleaseAsync(engine, registry, workspace.Image($"{sandbox.RegistryHost}/fixed", "COPY a /a\n"), "v1");

        var other = (await BuildAsync(engine, registry: null, workspace.Image($"{sandbox.RegistryHost}/fixed", "COPY b /b\n"), "v1")).ShouldBeBuilt();
        var (_, error) = await new ImagePushes(engine, registry, TimeProvider.System).PushAsync(other, new ImagePushOptions(), recorder, default);

        error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.TagImmutable));
        error.Message.ShouldContain(held.Digest!);
    }

    [Fact]
    public async Task Another_tag_that_is_taken_for_good_is_an_error_before_anything_is_sent_and_without_it_the_push_goes_through()
    {
        using var engine = await TestEngine.ConnectAsync();
        using var session = await SessionAsync();
        using var registry = new EcrRegistry(session, TimeProvider.System);
        var repository = $"{sandbox.RegistryHost}/fixed";
        var held = await ReleaseAsync(engine, registry, workspace.Image(repository, "COPY a /a\n"), "v1");
        await registry.PutTagAsync(repository, held.Digest!, "latest", default);
        var other = (await BuildAsync(engine, registry: null, workspace.Image(repository, "COPY b /b\n"), "v2")).ShouldBeBuilt();
        var pushes = new ImagePushes(engine, registry, new ImpatientClock());
        var had = BlobsTaken();

        var (_, error) = await pushes.PushAsync(other, new ImagePushOptions { AlsoTags = ["latest"] }, recorder, default);

        error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.AlsoTagImmutable));
        error.Message.ShouldContain(held.Digest!);
        error.RecommendedAction.ShouldContain("Leave out -AlsoTag latest");
        error.RecommendedAction.ShouldContain("--repository-name fixed");
        BlobsTaken().ShouldBe(had);
        (await registry.FindAsync(repository, "v2", default)).ShouldBeNull();
        (await pushes.PushAsync(other, new ImagePushOptions(), recorder, default)).Image.Status.ShouldBe(ImagePushStatus.Pushed);
    }

    [Fact]
    public async Task A_repository_that_is_not_there_is_found_missing_before_the_build()
    {
        using var session = await SessionAsync();
        using var registry = new EcrRegistry(session, TimeProvider.System);
        var image = workspace.Image($"{sandbox.RegistryHost}/nothing", "COPY a /a\n");

        using var engine = DockerEngine.Connect(TestEngine.Environment, TimeProvider.System); // not asked
        using var builds = new ImageBuilds(engine, registry, TestEngine.Environment, TimeProvider.System, throttleLimit: 1);
        (await Should.ThrowAsync<ReleaseException>(() => builds.PlanAsync(image, "v1", "f00d", new ImageBuildOptions(), default))).Id.ShouldBe(nameof(Messages.RepositoryNotFound));
    }

    private int BlobsTaken() => sandbox.Calls.Count(call => call is { Operation: "PUT upload", StatusCode: 201 });

    private async Task<EcrImage> ReleaseAsync(DockerEngine engine, EcrRegistry registry, ReleaseImage image, string tag)
    {
        var built = await BuildAsync(engine, registry, image, tag);
        var (pushed, error) = await new ImagePushes(engine, registry, new ImpatientClock()).PushAsync(built.Image, new ImagePushOptions(), recorder, default);
        error.ShouldBeNull();
        return pushed;
    }

    private async Task<ImageBuildResult> BuildAsync(DockerEngine engine, EcrRegistry? registry, ReleaseImage image, string tag)
    {
        using var builds = new ImageBuilds(engine, registry, TestEngine.Environment, TimeProvider.System, throttleLimit: 1);
        var plan = await builds.PlanAsync(image, tag, registry is null ? null : "f00d", new ImageBuildOptions(), default);
        return await builds.BuildAsync(plan, new Dictionary<string, AppImage>(), new ImageBuildOptions(), recorder, default);
    }

    private Task<AwsSession> SessionAsync() => AwsSessionFactory.CreateAsync(
        new AwsSessionOptions
        {
            Region = "eu-west-1",
            EndpointUrl = sandbox.EndpointUrl.AbsoluteUri,
            Environment = new Dictionary<string, string>
            {
                ["AWS_ACCESS_KEY_ID"] = sandbox.AccessKeyId, ["AWS_SECRET_ACCESS_KEY"] = sandbox.SecretAccessKey, ["AWS_SESSION_TOKEN"] = sandbox.SessionToken,
            },
        },
        NullObserver.Instance,
        default);

    /// <summary>The machine's clock, until something has happened; from then on it is that much later.</summary>
    private sealed class SteppingClock : TimeProvider
    {
        private Func<bool>? when;
        private TimeSpan step;
        private TimeSpan stepped;

        public void StepsWhen(Func<bool> happened, TimeSpan by) => (when, step) = (happened, by);

        public override DateTimeOffset GetUtcNow()
        {
            if (when?.Invoke() == true)
                (when, stepped) = (null, step);
            return base.GetUtcNow() + stepped;
        }
    }
}
