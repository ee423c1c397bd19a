using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using ReleaseTools.Sandbox.CodeBuild;
using ReleaseTools.Sandbox.Ecr;
using ReleaseTools.Sandbox.Registry;

namespace ReleaseTools.Sandbox.Tests.CodeBuild;

public sealed class BuildTests : IDisposable
{
    private const string Buildspec = """
        version: 0.2
        phases:
          pre_build:
            commands:
              - aws ecr get-login-password --region $AWS_REGION | docker login --username AWS --password-stdin $ECR_URI
          build:
            commands:
              - git clone --depth 1 $SOURCE_REPOSITORY src
              - cd src
              - docker build $DOCKER_BUILD_EXTRA_ARGS -f $DOCKERFILE -t $ECR_URI $DOCKER_CONTEXT
          post_build:
            commands:
              - docker push $ECR_URI
        """;

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("releasetools-test-");
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly Lines log = new();
    private readonly SandboxWorld world;
    private readonly CodeBuildService codeBuild;

    public BuildTests()
    {
        var workspace = directory.CreateSubdirectory("workspace");
        workspace.CreateSubdirectory("packages/inference");
        Write("packages/inference/payload.txt", "one");
        Write("packages/inference/Dockerfile", "FROM scratch\nARG VERSION=0\nENV VERSION=$VERSION\nCOPY packages/inference/payload.txt /app/\nCMD [\"/app/run\"]\n");
        world = new SandboxWorld(new SandboxOptions { Clock = clock, Workspace = workspace.FullName }) { Host = "127.0.0.1:5000", Logs = log };
        var blobs = new BlobStore(Path.Combine(directory.FullName, "blobs"));
        var catalog = new ImageCatalog(world, blobs);
        var ecr = new EcrService(world, catalog, new EcrTokens(clock), blobs, new LayerDownloads(world, catalog, blobs));
        ecr.Invoke("CreateRepository", new JsonObject { ["repositoryName"] = "inference" });
        codeBuild = new CodeBuildService(world);
        CreateProject("inference", Buildspec);
    }

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public async Task A_build_that_succeeded_has_put_its_image_into_ECR()
    {
        var id = Start("inference");
        world.Images.Resolve("127.0.0.1:5000/inference:latest").ShouldBeNull();

        await Step(TimeSpan.FromMinutes(10));

        Build(id)["buildStatus"]!.GetValue<string>().ShouldBe("SUCCEEDED", string.Join('\n', log.All));
        var digest = world.Images.Resolve("127.0.0.1:5000/inference:latest").ShouldNotBeNull();
        log.All.ShouldContain(line => line.StartsWith($"latest: digest: {digest} size: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_same_sources_give_the_same_digest_and_others_another_one()
    {
        var first = await BuiltDigest();
        File.SetLastWriteTimeUtc(Path.Combine(world.Options.Workspace!, "packages/inference/payload.txt"), DateTime.UnixEpoch);
        (await BuiltDigest()).ShouldBe(first);

        Write("packages/inference/payload.txt", "two");
        (await BuiltDigest()).ShouldNotBe(first);
    }

    [Fact]
    public async Task Its_log_is_known_only_when_provisioning_has_ended()
    {
        var id = Start("inference");
        await Step(TimeSpan.FromSeconds(10));
        Build(id)["currentPhase"]!.GetValue<string>().ShouldBe("PROVISIONING");
        Build(id)["logs"]!["groupName"].ShouldBeNull();

        await Step(TimeSpan.FromSeconds(20));
        Build(id)["logs"]!["groupName"]!.GetValue<string>().ShouldBe("/aws/codebuild/inference");
        Build(id)["logs"]!["streamName"]!.GetValue<string>().ShouldBe(id.Split(':')[1]);
    }

    [Fact]
    public async Task A_command_that_is_not_known_fails_its_phase_and_post_build_still_runs()
    {
        CreateProject("odd", "version: 0.2\nphases:\n  build:\n    commands:\n      - make all\n  post_build:\n    commands:\n      - echo after\n");
        var id = Start("odd");
        await Step(TimeSpan.FromMinutes(10));

        Build(id)["buildStatus"]!.GetValue<string>().ShouldBe("FAILED");
        var phase = Phase(id, "BUILD");
        phase["phaseStatus"]!.GetValue<string>().ShouldBe("FAILED");
        phase["contexts"]![0]!["statusCode"]!.GetValue<string>().ShouldBe("COMMAND_EXECUTION_ERROR");
        phase["contexts"]![0]!["message"]!.GetValue<string>().ShouldBe("Error while executing command: make all. Reason: exit status 127");
        log.All.ShouldContain(line => line.StartsWith("make: command not found", StringComparison.Ordinal));
        log.All.ShouldContain("after");
    }

    [Fact]
    public async Task A_Dockerfile_that_needs_a_container_fails_the_build_and_nothing_is_pushed()
    {
        Write("packages/inference/Dockerfile", "FROM scratch\nRUN make\n");
        var id = Start("inference");
        await Step(TimeSpan.FromMinutes(10));

        Phase(id, "BUILD")["phaseStatus"]!.GetValue<string>().ShouldBe("FAILED");
        log.All.ShouldContain(line => line.Contains("RUN needs a container", StringComparison.Ordinal));
        world.Images.Resolve("127.0.0.1:5000/inference").ShouldBeNull();
    }

    [Fact]
    public async Task A_scripted_failure_ends_the_build_in_its_phase_with_its_lines()
    {
        world.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.BuildFailure, Target = "inference", Phase = "PRE_BUILD", LogLines = ["no disk"] });
        var id = Start("inference");
        await Step(TimeSpan.FromMinutes(10));

        Build(id)["buildStatus"]!.GetValue<string>().ShouldBe("FAILED");
        Phase(id, "PRE_BUILD")["phaseStatus"]!.GetValue<string>().ShouldBe("FAILED");
        Build(id)["phases"]!.AsArray().ShouldNotContain(phase => phase!["phaseType"]!.GetValue<string>() == "BUILD");
        log.All.ShouldContain("no disk");
    }

    [Fact]
    public async Task Starting_twice_with_one_token_gives_one_build_for_five_minutes()
    {
        var first = Start("inference", token: "t");
        Start("inference", token: "t").ShouldBe(first);
        await Step(TimeSpan.FromMinutes(5));
        Start("inference", token: "t").ShouldNotBe(first);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_build_that_is_stopped_or_timed_out_while_it_pushes_pushes_nothing(bool stopped)
    {
        var push = new HeldPush(world.Images);
        world.Images = push;
        var id = Start("inference");
        var stepping = Step(TimeSpan.FromMinutes(3));
        await push.Reached.Task;

        if (stopped)
        {
            codeBuild.Invoke("StopBuild", new JsonObject { ["id"] = id });
        }
        else
        {
            clock.Advance(TimeSpan.FromHours(2));
            codeBuild.Advance(world.Now);
        }

        push.Released.SetResult();
        await push.Ended.Task;
        await stepping;
        Build(id)["buildStatus"]!.GetValue<string>().ShouldBe(stopped ? "STOPPED" : "TIMED_OUT");
        world.Images.Resolve("127.0.0.1:5000/inference").ShouldBeNull();
    }

    [Fact]
    public async Task A_push_is_a_change_that_is_kept()
    {
        var changes = 0;
        world.Changed = () => changes++;
        Start("inference");
        await Step(TimeSpan.FromMinutes(10));

        changes.ShouldBe(1);
    }

    [Theory]
    [InlineData("version: 0.2\nphases:\n  build:\n    commands: echo hi\n")]
    [InlineData("version: 0.2\nphases:\n  build:\n    commands:\n      -\n        a: b\n")]
    [InlineData("""{ "version": "0.2", "env": "x", "phases": { "build": { "commands": 3 } } }""")]
    public async Task A_buildspec_of_another_shape_fails_the_build_and_nothing_else(string buildspec)
    {
        CreateProject("odd", buildspec);
        var id = Start("odd");
        await Step(TimeSpan.FromMinutes(10));

        Build(id)["buildStatus"]!.GetValue<string>().ShouldBe("FAILED");
        Phase(id, "DOWNLOAD_SOURCE")["contexts"]![0]!["statusCode"]!.GetValue<string>().ShouldBe("YAML_FILE_ERROR");
    }

    [Fact]
    public async Task Whatever_a_command_comes_to_grief_over_is_the_phase_s_failure()
    {
        world.Images = new BrokenImages();
        var id = Start("inference");
        await Step(TimeSpan.FromMinutes(10));

        Phase(id, "POST_BUILD")["contexts"]![0]!["statusCode"]!.GetValue<string>().ShouldBe("COMMAND_EXECUTION_ERROR");
        log.All.ShouldContain("the store is gone");
    }

    [Fact]
    public void Nobody_waits_for_a_build_s_work_under_the_lock()
    {
        var push = new HeldPush(world.Images);
        world.Images = push;
        Start("inference");
        var began = TimeProvider.System.GetTimestamp();
        clock.Advance(TimeSpan.FromMinutes(3));
        while (!push.Reached.Task.IsCompleted)
        {
            lock (world.Gate)
                codeBuild.Advance(world.Now);
        }

        lock (world.Gate)
            codeBuild.Advance(world.Now);

        codeBuild.WorkBefore("StopBuild").ShouldBeEmpty();
        TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(2));
        push.Released.SetResult();
    }

    [Fact]
    public async Task Requests_of_another_shape_are_refused_before_anything_is_stored()
    {
        foreach (var member in (string[])["source", "environment", "artifacts", "logsConfig"])
        {
            var request = new JsonObject { ["name"] = "bad", ["source"] = new JsonObject(), ["artifacts"] = new JsonObject(), ["environment"] = new JsonObject(), ["serviceRole"] = "r" };
            request[member] = "text";
            Should.Throw<SandboxException>(() => codeBuild.Invoke("CreateProject", request)).Code.ShouldBe("SerializationException");
        }

        var start = new JsonObject { ["projectName"] = "inference", ["buildspecOverride"] = 3 };
        Should.Throw<SandboxException>(() => codeBuild.Invoke("StartBuild", start)).Code.ShouldBe("SerializationException");
        Should.Throw<SandboxException>(() => codeBuild.Invoke("StartBuild", new JsonObject { ["projectName"] = "inference", ["timeoutInMinutesOverride"] = 1e15 })).Code.ShouldBe("InvalidInputException");
        codeBuild.Invoke("ListBuildsForProject", new JsonObject { ["projectName"] = "inference" })["ids"]!.AsArray().ShouldBeEmpty();
        await Step(TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task Variables_of_StartBuild_stand_in_for_the_projects()
    {
        var id = Start("inference", overrides: new JsonObject { ["name"] = "ECR_URI", ["value"] = "127.0.0.1:5000/inference:v2" });
        await Step(TimeSpan.FromMinutes(10));

        Build(id)["buildStatus"]!.GetValue<string>().ShouldBe("SUCCEEDED");
        world.Images.Resolve("127.0.0.1:5000/inference:v2").ShouldNotBeNull();
        world.Images.Resolve("127.0.0.1:5000/inference:latest").ShouldBeNull();
    }

    private async Task<string> BuiltDigest()
    {
        Start("inference");
        await Step(TimeSpan.FromMinutes(10));
        return world.Images.Resolve("127.0.0.1:5000/inference").ShouldNotBeNull();
    }

    private void CreateProject(string name, string buildspec) => codeBuild.Invoke("CreateProject", new JsonObject
    {
        ["name"] = name,
        ["source"] = new JsonObject { ["type"] = "NO_SOURCE", ["buildspec"] = buildspec },
        ["artifacts"] = new JsonObject { ["type"] = "NO_ARTIFACTS" },
        ["serviceRole"] = "arn:aws:iam::000000000000:role/build",
        ["environment"] = new JsonObject
        {
            ["type"] = "LINUX_CONTAINER",
            ["environmentVariables"] = new JsonArray(
                Variable("ECR_URI", "127.0.0.1:5000/inference:latest"),
                Variable("DOCKERFILE", "packages/inference/Dockerfile"),
                Variable("DOCKER_CONTEXT", "."),
                Variable("DOCKER_BUILD_EXTRA_ARGS", "--no-cache --build-arg VERSION=7"),
                Variable("SOURCE_REPOSITORY", "https://git.example/stereo-spot.git")),
        },
    });

    private static JsonObject Variable(string name, string value) => new() { ["name"] = name, ["value"] = value };

    private string Start(string project, string? token = null, JsonObject? overrides = null)
    {
        var request = new JsonObject { ["projectName"] = project };
        if (token is not null)
            request["idempotencyToken"] = token;
        if (overrides is not null)
            request["environmentVariablesOverride"] = new JsonArray(overrides);
        return codeBuild.Invoke("StartBuild", request)["build"]!["id"]!.GetValue<string>();
    }

    private JsonNode Build(string id) => codeBuild.Invoke("BatchGetBuilds", new JsonObject { ["ids"] = new JsonArray(id) })["builds"]![0]!;

    private JsonNode Phase(string id, string type) => Build(id)["phases"]!.AsArray().Single(phase => phase!["phaseType"]!.GetValue<string>() == type)!;

    private async Task Step(TimeSpan time)
    {
        clock.Advance(time);
        codeBuild.Advance(world.Now);
        while (codeBuild.WorkBefore("BatchGetBuilds") is { Count: > 0 } work)
        {
            await Task.WhenAll(work);
            codeBuild.Advance(world.Now);
        }
    }

    private void Write(string path, string content) =>
        File.WriteAllText(Path.Combine(directory.FullName, "workspace", path), content);

    /// <summary>A push that waits to be released.</summary>
    private sealed class HeldPush(IImageStore store) : IImageStore
    {
        public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Released { get; } = new();

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string? Resolve(string imageReference) => store.Resolve(imageReference);

        public string Push(string imageReference, string mediaType, ReadOnlyMemory<byte> manifest, IReadOnlyList<ReadOnlyMemory<byte>> blobs, CancellationToken cancellation)
        {
            Reached.SetResult();
            try
            {
                Released.Task.Wait(CancellationToken.None);
                return store.Push(imageReference, mediaType, manifest, blobs, cancellation);
            }
            finally
            {
                Ended.SetResult();
            }
        }
    }

    private sealed class BrokenImages : IImageStore
    {
        public string? Resolve(string imageReference) => null;

        public string Push(string imageReference, string mediaType, ReadOnlyMemory<byte> manifest, IReadOnlyList<ReadOnlyMemory<byte>> blobs, CancellationToken cancellation) =>
            throw new NotSupportedException("the store is gone");
    }

    private sealed class Lines : ILogStore
    {
        public List<string> All { get; } = [];

        public void Append(string group, string stream, DateTimeOffset at, params string[] lines) => All.AddRange(lines);
    }
}
