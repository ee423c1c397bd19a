using System.Text.Json.Nodes;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Inference.Builds;
using ReleaseTools.Engine.Releases.Running;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Inference.Builds;

public sealed class CodeBuildsTests
{
    private const string Repository = "1.dkr.ecr.eu-west-1.amazonaws.com/inference";

    private readonly ScriptedAws aws = new();
    private readonly TagsInMemory registry = new();
    private readonly RecordingObserver observer = new();
    private readonly JumpingTime time = new();

    public CodeBuildsTests()
    {
        aws.On("BatchGetProjects", """{"projects":[{"name":"build","environment":{"environmentVariables":[{"name":"RELEASETOOLS_SOURCE","value":"workspace"}]}}]}""");
        aws.On("StartBuild", """{"build":{"id":"build:1","buildStatus":"IN_PROGRESS","currentPhase":"SUBMITTED"}}""");
        aws.On("GetLogEvents", """{"events":[],"nextForwardToken":"end"}""");
    }

    private CodeBuilds Builds => new(aws.Session, registry, observer, time);

    [Fact]
    public async Task A_project_that_is_not_there_is_an_error_before_anything_starts()
    {
        aws.On("BatchGetProjects", """{"projects":[],"projectsNotFound":["build"]}""");
        (await Should.ThrowAsync<ReleaseException>(() => Builds.PlanAsync(Image(), "build", "t1", new(), default))).Id.ShouldBe(nameof(Messages.CodeBuildProjectNotFound));
    }

    [Fact]
    public async Task An_image_of_the_same_inputs_is_reused_and_gets_the_release_tag()
    {
        registry.With(Repository, "src-abc", "sha256:same");
        var plan = await Builds.PlanAsync(Image(), "build", "t1", new() { Fingerprint = "abc" }, default);
        (plan.Status, plan.Digest).ShouldBe((InferenceBuildStatus.Reused, "sha256:same"));

        await Builds.ReuseAsync(plan, default);
        registry.DigestOf(Repository, "t1").ShouldBe("sha256:same");
    }

    [Fact]
    public async Task Without_cache_an_image_of_the_same_inputs_is_built_again()
    {
        registry.With(Repository, "src-abc", "sha256:same");
        (await Builds.PlanAsync(Image(), "build", "t1", new() { Fingerprint = "abc", NoCache = true }, default)).Status.ShouldBe(InferenceBuildStatus.Planned);
    }

    [Fact]
    public async Task A_build_is_told_where_to_push_what_to_build_and_how()
    {
        var image = Image() with { Dockerfile = "/w/packages/inference/Dockerfile", Context = "/w", Target = "gpu", BuildArgs = new Dictionary<string, string> { ["CUDA"] = "12.4" } };
        var build = await Builds.StartAsync(
            image, "build", "t1", new() { NoCache = true, EnvironmentVariables = new Dictionary<string, string> { ["A"] = "b" }, SourceVersion = "main", IdempotencyToken = "t1" }, default);

        (build.BuildId, build.Status).ShouldBe(("build:1", InferenceBuildStatus.InProgress));
        var request = aws.RequestsOf("StartBuild").Single();
        request["environmentVariablesOverride"]!.AsArray().Select(variable => $"{variable!["name"]}={variable["value"]}").ShouldBe(
        [
            "A=b", "DOCKERFILE=packages/inference/Dockerfile", "DOCKER_BUILD_EXTRA_ARGS=--no-cache --target gpu --build-arg CUDA=12.4", "DOCKER_CONTEXT=.", $"ECR_URI={Repository}:t1",
        ]);
        ((string?)request["idempotencyToken"], (string?)request["sourceVersion"]).ShouldBe(("t1", "main"));
    }

    [Fact]
    public async Task A_project_s_own_extra_arguments_stay_when_there_is_nothing_to_say()
    {
        await Builds.StartAsync(Image(), "build", "t1", new(), default);
        aws.RequestsOf("StartBuild").Single()["environmentVariablesOverride"]!.AsArray().Select(variable => (string?)variable!["name"]).ShouldBe(["ECR_URI"]);
    }

    [Fact]
    public async Task A_build_argument_that_a_shell_would_split_is_an_error()
    {
        var image = Image() with { Dockerfile = "/w/Dockerfile", BuildArgs = new Dictionary<string, string> { ["A"] = "two words" } };
        (await Should.ThrowAsync<ReleaseException>(() => Builds.PlanAsync(image, "build", "t1", new(), default))).Id.ShouldBe(nameof(Messages.CodeBuildArgumentNotPlain));
    }

    [Fact]
    public async Task A_build_that_succeeds_ends_with_the_digest_and_the_source_tag()
    {
        registry.With(Repository, "t1", "sha256:built");
        aws.InTurn(
            "BatchGetBuilds", () => Build("IN_PROGRESS", "QUEUED"), () => Build("IN_PROGRESS", "BUILD", logs: true), () => Build("OF_THE_FUTURE", "BUILD", logs: true),
            () => Build("SUCCEEDED", "COMPLETED", complete: true, logs: true));
        var pages = new Dictionary<string, (string Line, string Next)> { [""] = ("one\n", "a"), ["a"] = ("two\n", "b") };
        aws.On("GetLogEvents", request => pages.Remove((string?)request["nextToken"] ?? "", out var page)
            ? JsonNode.Parse($$"""{"events":[{"message":"{{page.Line.Trim()}}\n"}],"nextForwardToken":"{{page.Next}}"}""")!
            : JsonNode.Parse($$"""{"events":[],"nextForwardToken":"{{(string?)request["nextToken"]}}"}""")!);

        var build = await WaitAsync();

        (build.Status, build.Digest, build.ImageUri).ShouldBe((InferenceBuildStatus.Succeeded, "sha256:built", $"{Repository}@sha256:built"));
        registry.Put.ShouldBe([$"{Repository}:src-abc=sha256:built"]);
        observer.Of<BuildPhaseChanged>().Select(told => told.Phase).ShouldBe(["QUEUED", "BUILD", "COMPLETED"]);
        observer.Of<BuildOutput>().Select(told => told.Line).ShouldBe(["one", "two"]);
    }

    [Fact]
    public async Task A_build_that_succeeds_and_pushes_nothing_failed()
    {
        aws.On("BatchGetBuilds", _ => Build("SUCCEEDED", "COMPLETED", complete: true));
        var build = await WaitAsync();
        build.Status.ShouldBe(InferenceBuildStatus.Failed);
        build.Reason!.ShouldContain($"ECR holds no image {Repository}:t1");
    }

    [Theory]
    [InlineData("FAILED", InferenceBuildStatus.Failed, "The build failed in BUILD. COMMAND_EXECUTION_ERROR: exit status 1")]
    [InlineData("FAULT", InferenceBuildStatus.Fault, "CodeBuild itself failed in BUILD; the build may be tried again. COMMAND_EXECUTION_ERROR: exit status 1")]
    [InlineData("TIMED_OUT", InferenceBuildStatus.TimedOut, "The build ran in BUILD longer than its project allows. COMMAND_EXECUTION_ERROR: exit status 1")]
    [InlineData("STOPPED", InferenceBuildStatus.Stopped, "The build was stopped in BUILD. COMMAND_EXECUTION_ERROR: exit status 1")]
    [InlineData("OF_THE_FUTURE", InferenceBuildStatus.Unknown, "The build ended in BUILD as OF_THE_FUTURE. COMMAND_EXECUTION_ERROR: exit status 1")]
    public async Task A_build_that_does_not_succeed_says_phase_context_and_last_lines(string status, InferenceBuildStatus expected, string reason)
    {
        aws.On("BatchGetBuilds", _ => Build(status, "COMPLETED", complete: true, logs: true, failedPhase: "BUILD"));
        aws.InTurn(
            "GetLogEvents",
            () => JsonNode.Parse($$"""{"events":[{{string.Join(',', Enumerable.Range(1, 40).Select(i => $$"""{"message":"line {{i}}\n"}"""))}}],"nextForwardToken":"a"}""")!,
            () => JsonNode.Parse("""{"events":[],"nextForwardToken":"a"}""")!);

        var build = await WaitAsync();

        (build.Status, build.Phase, build.Reason).ShouldBe((expected, "BUILD", reason));
        build.LogLines.ShouldBe(Enumerable.Range(11, 30).Select(i => $"line {i}"));
    }

    [Fact]
    public async Task A_wait_that_runs_out_leaves_the_build_running_and_says_how_to_stop_it()
    {
        aws.On("BatchGetBuilds", _ => Build("IN_PROGRESS", "BUILD"));
        var build = await WaitAsync(TimeSpan.FromMinutes(10));
        build.Status.ShouldBe(InferenceBuildStatus.TimedOut);
        build.Reason!.ShouldContain("Build build:1 goes on.");
        build.Reason!.ShouldContain("aws codebuild stop-build --id build:1");
        build.Duration.ShouldBe(TimeSpan.FromMinutes(10), tolerance: TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_stop_by_the_user_leaves_the_build_running_and_says_so()
    {
        using var stop = new CancellationTokenSource();
        aws.On("BatchGetBuilds", _ =>
        {
            stop.Cancel();
            return Build("IN_PROGRESS", "BUILD");
        });
        await Should.ThrowAsync<OperationCanceledException>(() => Builds.WaitAsync(Started(), TimeSpan.FromMinutes(10), stop.Token));
        observer.Of<LeftRunning>().Single().Message.ShouldContain("goes on");
        aws.Operations.ShouldNotContain("StopBuild");
    }

    [Fact]
    public async Task A_log_that_may_not_be_read_does_not_end_the_wait()
    {
        registry.With(Repository, "t1", "sha256:built");
        aws.InTurn("BatchGetBuilds", () => Build("IN_PROGRESS", "BUILD", logs: true), () => Build("SUCCEEDED", "COMPLETED", complete: true, logs: true));
        aws.On("GetLogEvents", _ => throw ScriptedAws.Error("AccessDeniedException"));
        (await WaitAsync()).Status.ShouldBe(InferenceBuildStatus.Succeeded);
        observer.Of<Warned>().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_log_that_cannot_be_reached_does_not_hold_up_the_end_of_the_build()
    {
        registry.With(Repository, "t1", "sha256:built");
        aws.On("BatchGetBuilds", _ => Build("SUCCEEDED", "COMPLETED", complete: true, logs: true));
        aws.On("GetLogEvents", _ => throw ScriptedAws.Error("ConnectionLost", status: null));

        var build = await WaitAsync(TimeSpan.FromMinutes(1));

        build.Status.ShouldBe(InferenceBuildStatus.Succeeded, build.Reason);
        observer.Of<Warned>().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Each_start_has_a_token_of_its_own_that_CodeBuild_takes()
    {
        await Builds.StartAsync(Image(), "build", "t1", new(), default);
        time.Advance(TimeSpan.FromSeconds(1));
        await Builds.StartAsync(Image(), "build", "t1", new(), default);
        await Builds.StartAsync(Image() with { Name = "inference-of-a-very-long-name-that-would-be-cut" }, "build", "t1", new(), default);

        var tokens = aws.RequestsOf("StartBuild").Select(request => (string)request["idempotencyToken"]!).ToList();
        tokens.ShouldBeUnique();
        tokens.ShouldAllBe(token => token.Length == 64);
    }

    [Theory]
    [InlineData("""{"name":"build","source":{"type":"NO_SOURCE"}}""", null, "fetches its source itself")]
    [InlineData("""{"name":"build","source":{"type":"GITHUB"}}""", "dist/app is not in it as it is here", "The project build builds a commit, and dist/app is not in it as it is here.")]
    public async Task An_image_of_another_source_is_built_whatever_ECR_holds_and_gets_no_source_tag(string project, string? difference, string reason)
    {
        registry.With(Repository, "src-abc", "sha256:same").With(Repository, "t1", "sha256:built");
        aws.On("BatchGetProjects", $$"""{"projects":[{{project}}]}""").On("BatchGetBuilds", _ => Build("SUCCEEDED", "COMPLETED", complete: true));
        var options = new InferenceBuildOptions { Fingerprint = "abc", Commit = "c1", Difference = _ => Task.FromResult(difference) };

        var plan = await Builds.PlanAsync(Image(), "build", "t1", options, default);
        plan.Status.ShouldBe(InferenceBuildStatus.Planned);
        plan.Reason!.ShouldContain(reason);
        var build = await Builds.WaitAsync(await Builds.StartAsync(Image(), "build", "t1", options, default), TimeSpan.FromHours(1), default);
        (build.Status, build.Fingerprint).ShouldBe((InferenceBuildStatus.Succeeded, null));
        registry.Put.ShouldBeEmpty();
    }

    [Fact]
    public async Task Whether_the_commit_has_it_all_is_asked_of_no_project_that_builds_the_workspace()
    {
        var options = new InferenceBuildOptions { Fingerprint = "abc", Commit = "c1", Difference = _ => throw new InvalidOperationException("It was asked.") };
        (await Builds.PlanAsync(Image(), "build", "t1", options, default)).Fingerprint.ShouldBe("abc");
    }

    [Theory]
    [InlineData("c1", true)]
    [InlineData("c2", false)]
    public async Task A_build_of_a_source_gets_the_source_tag_only_when_it_is_of_the_workspace_s_commit(string resolved, bool tagged)
    {
        registry.With(Repository, "t1", "sha256:built");
        aws.On("BatchGetProjects", """{"projects":[{"name":"build","source":{"type":"GITHUB"}}]}""");
        aws.On("BatchGetBuilds", _ =>
        {
            var answer = Build("SUCCEEDED", "COMPLETED", complete: true);
            answer["builds"]![0]!["resolvedSourceVersion"] = resolved;
            return answer;
        });

        var started = await Builds.StartAsync(Image(), "build", "t1", new() { Fingerprint = "abc", Commit = "c1" }, default);
        var build = await Builds.WaitAsync(started, TimeSpan.FromHours(1), default);

        build.Digest.ShouldBe("sha256:built");
        registry.Put.ShouldBe(tagged ? [$"{Repository}:src-abc=sha256:built"] : []);
        if (!tagged)
            build.Reason!.ShouldContain("It built c2, not this workspace's commit c1.");
    }

    [Fact]
    public async Task A_release_tag_that_is_taken_for_good_is_found_by_the_plan_of_a_reuse()
    {
        var taken = new TagsInMemory { Immutable = true }.With(Repository, "src-abc", "sha256:same").With(Repository, "t1", "sha256:other");
        var error = await Should.ThrowAsync<ReleaseException>(() =>
            new CodeBuilds(aws.Session, taken, observer, time).PlanAsync(Image(), "build", "t1", new() { Fingerprint = "abc" }, default));
        error.Id.ShouldBe(nameof(Messages.TagImmutable));
    }

    [Fact]
    public async Task The_platform_goes_to_the_build_also_without_a_dockerfile()
    {
        await Builds.StartAsync(Image() with { Platform = "linux/arm64" }, "build", "t1", new(), default);
        aws.RequestsOf("StartBuild").Single()["environmentVariablesOverride"]!.ToJsonString().ShouldContain("--platform linux/arm64");
    }

    [Fact]
    public async Task A_target_or_build_arguments_without_a_dockerfile_are_an_error_before_anything_starts()
    {
        var withTarget = await Should.ThrowAsync<ReleaseException>(() => Builds.PlanAsync(Image() with { Target = "gpu" }, "build", "t1", new(), default));
        withTarget.Id.ShouldBe(nameof(Messages.CodeBuildNeedsDockerfile));
        var arguments = new Dictionary<string, string> { ["CUDA"] = "12.4" };
        (await Should.ThrowAsync<ReleaseException>(() => Builds.PlanAsync(Image() with { BuildArgs = arguments }, "build", "t1", new(), default))).Message.ShouldContain("buildArgs");
    }

    [Fact]
    public void A_build_that_failed_before_it_had_a_log_is_looked_at_by_its_id()
    {
        var error = Outcomes.ErrorOf(Started() with { Status = InferenceBuildStatus.Failed, Reason = "It failed." })!;
        error.RecommendedAction.ShouldContain("aws codebuild batch-get-builds --ids build:1");
        error.RecommendedAction.ShouldNotContain("logs tail");
    }

    private static ReleaseImage Image() => new() { Name = "inference", Repository = Repository, Workspace = "/w" };

    private static InferenceBuild Started() => new() { Name = "inference", ProjectName = "build", BuildId = "build:1", Repository = Repository, Tag = "t1", Fingerprint = "abc" };

    private Task<InferenceBuild> WaitAsync(TimeSpan? timeout = null) => Builds.WaitAsync(Started(), timeout ?? TimeSpan.FromHours(1), default);

    private static JsonObject Build(string status, string phase, bool complete = false, bool logs = false, string? failedPhase = null)
    {
        var build = new JsonObject { ["id"] = "build:1", ["buildStatus"] = status, ["currentPhase"] = phase, ["buildComplete"] = complete };
        if (logs)
            build["logs"] = new JsonObject { ["groupName"] = "g", ["streamName"] = "s" };
        if (failedPhase is not null)
        {
            build["phases"] = JsonNode.Parse($$"""
                [{"phaseType":"INSTALL","phaseStatus":"SUCCEEDED"},{"phaseType":"{{failedPhase}}","phaseStatus":"FAILED","contexts":[{"statusCode":"COMMAND_EXECUTION_ERROR","message":"exit status 1"}]}]
                """);
        }

        return new() { ["builds"] = new JsonArray(build) };
    }
}
