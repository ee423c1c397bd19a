using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Inference.Builds;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Inference.Builds;

/// <summary>What reaches docker on CodeBuild, what does not, and that it is said.</summary>
public sealed class CodeBuildArgumentsTests
{
    private const string OfWorkspace = """{"name":"RELEASETOOLS_SOURCE","value":"workspace"}""";

    private readonly ScriptedAws aws = new();
    private readonly TagsInMemory registry = new();
    private readonly RecordingObserver observer = new();
    private readonly ReleaseImage image = new() { Name = "web", Repository = "1.dkr.ecr.eu-west-1.amazonaws.com/web", Workspace = "/w", Dockerfile = "/w/Dockerfile" };

    public CodeBuildArgumentsTests()
    {
        Project(OfWorkspace);
        aws.On("StartBuild", """{"build":{"id":"build:1","buildStatus":"IN_PROGRESS"}}""");
    }

    private CodeBuilds Builds => new(aws.Session, registry, observer, new JumpingTime());

    [Fact]
    public async Task Labels_caches_and_the_wish_for_newer_base_images_go_along()
    {
        var cached = image with { CacheFrom = ["type=registry,ref=host/web:cache"], CacheTo = ["type=inline"] };

        (await ArgumentsAsync(cached, new() { Pull = true, Labels = Labels(("b", "2026-05-04T10:00:00Z"), ("a", "https://git.example/shop.git")) }))
            .ShouldBe("--pull --label a=https://git.example/shop.git --label b=2026-05-04T10:00:00Z --cache-from type=registry,ref=host/web:cache --cache-to type=inline");
        observer.Of<Warned>().ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_shell_would_split_or_all_may_not_see_is_left_out_and_that_is_said_without_it()
    {
        var cached = image with { CacheFrom = ["type=local,src=/my cache"], CacheTo = ["type=s3,bucket=b,secret_access_key=k3y", "token=t0ken,type=gha"] };

        (await ArgumentsAsync(cached, new() { Labels = Labels(("a", "two words"), ("b", "1")) })).ShouldBe("--label b=1");

        var warning = observer.Of<Warned>().ShouldHaveSingleItem().Message;
        warning.ShouldContain("without the label a, the cache to take from (type=local), the cache to leave (type=s3), the cache to leave (type=gha)");
        warning.ShouldNotContain("k3y");
        warning.ShouldNotContain("t0ken");
    }

    [Fact]
    public async Task Labels_of_the_workspace_are_not_put_on_an_image_of_another_source()
    {
        Project("""{"name":"OTHER","value":"x"}""");

        (await ArgumentsAsync(image, new() { Labels = Labels(("a", "1")) })).ShouldBeNull();
    }

    [Theory]
    [InlineData("--build-arg A=1 --platform linux/arm64", "--build-arg A=1 --platform linux/amd64 --no-cache")]
    [InlineData("--platform=linux/arm64  -q", "-q --platform linux/amd64 --no-cache")]
    [InlineData("--platform", "--platform linux/amd64 --no-cache")]
    public async Task What_the_project_says_itself_stays_but_for_the_platform(string own, string arguments)
    {
        Project($$"""{"name":"DOCKER_BUILD_EXTRA_ARGS","value":"{{own}}","type":"PLAINTEXT"}""");

        (await ArgumentsAsync(image with { Platform = "linux/amd64" }, new() { NoCache = true }))!.Split(' ').Order().ShouldBe(arguments.Split(' ').Order());
    }

    [Fact]
    public async Task What_the_user_says_takes_the_place_of_what_the_project_says()
    {
        Project("""{"name":"DOCKER_BUILD_EXTRA_ARGS","value":"-q"}""");
        var given = new Dictionary<string, string> { ["DOCKER_BUILD_EXTRA_ARGS"] = "--rm" };

        (await ArgumentsAsync(image, new() { NoCache = true, EnvironmentVariables = given })).ShouldBe("--rm --no-cache");
    }

    [Theory]
    [InlineData("SECRETS_MANAGER")]
    [InlineData("PARAMETER_STORE")]
    public async Task A_secret_is_taken_from_the_variable_that_the_project_has_of_it(string type)
    {
        Project($$"""{"name":"NPM_TOKEN","value":"npm","type":"{{type}}"}""");

        (await ArgumentsAsync(WithSecret, new())).ShouldBe("--secret id=npm,env=NPM_TOKEN");
    }

    [Theory]
    [InlineData("""{"name":"NPM_TOKEN","value":"s3cr3t"}""")]
    [InlineData("""{"name":"NPM_TOKEN","value":"s3cr3t","type":"PLAINTEXT"}""")]
    [InlineData("""{"name":"OTHER","value":"npm","type":"SECRETS_MANAGER"}""")]
    public async Task A_secret_that_the_project_does_not_keep_is_an_error_before_anything_starts(string variable)
    {
        Project(variable);

        var error = await Should.ThrowAsync<ReleaseException>(() => Builds.PlanAsync(WithSecret, "build", "v1", new(), default));

        error.Id.ShouldBe(nameof(Messages.CodeBuildSecretMissing));
        error.RecommendedAction.ShouldContain("NPM_TOKEN of type SECRETS_MANAGER");
        (await Should.ThrowAsync<ReleaseException>(() => Builds.StartAsync(WithSecret, "build", "v1", new(), default))).Id.ShouldBe(nameof(Messages.CodeBuildSecretMissing));
        aws.Operations.ShouldNotContain("StartBuild");
    }

    [Fact]
    public async Task A_secret_in_a_file_of_this_machine_is_an_error_before_anything_starts()
    {
        var inFile = image with { Secrets = [new BuildSecret { Id = "npm", File = "/w/token" }] };

        (await Should.ThrowAsync<ReleaseException>(() => Builds.PlanAsync(inFile, "build", "v1", new(), default))).Id.ShouldBe(nameof(Messages.CodeBuildSecretInFile));
    }

    [Fact]
    public async Task An_image_that_is_reused_needs_no_secret()
    {
        registry.With(image.Repository, "src-abc", "sha256:same");

        var plan = await Builds.PlanAsync(WithSecret, "build", "v1", new() { Fingerprint = "abc" }, default);

        plan.Status.ShouldBe(InferenceBuildStatus.Reused);
        (await Should.ThrowAsync<ReleaseException>(() => Builds.PlanAnewAsync(WithSecret, plan, "Its base image is newer.", default))).Id.ShouldBe(nameof(Messages.CodeBuildSecretMissing));
    }

    private ReleaseImage WithSecret => image with { Secrets = [new BuildSecret { Id = "npm", EnvironmentVariable = "NPM_TOKEN" }] };

    private void Project(string variable) => aws.On("BatchGetProjects", $$$"""{"projects":[{"name":"build","source":{"type":"NO_SOURCE"},"environment":{"environmentVariables":[{{{variable}}}]}}]}""");

    private static Dictionary<string, string> Labels(params (string Name, string Value)[] labels) => labels.ToDictionary(label => label.Name, label => label.Value, StringComparer.Ordinal);

    /// <summary>What a build is started with beside the project's own; null where that is not touched.</summary>
    private async Task<string?> ArgumentsAsync(ReleaseImage of, InferenceBuildOptions options)
    {
        await Builds.StartAsync(of, "build", "v1", options, default);
        return aws.RequestsOf("StartBuild").Single()["environmentVariablesOverride"]!.AsArray()
            .Where(variable => (string?)variable!["name"] == "DOCKER_BUILD_EXTRA_ARGS").Select(variable => (string?)variable!["value"]).SingleOrDefault();
    }
}
