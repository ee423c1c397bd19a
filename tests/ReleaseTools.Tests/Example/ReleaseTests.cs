namespace ReleaseTools.Tests.Example;

/// <summary>What holds of a release of the example wherever its images are built.</summary>
public abstract class ReleaseTests(ReleaseSequence sequence)
{
    private static readonly string[] Images = ["job-worker", "media-worker", "stereo-inference", "video-worker", "web-ui"];
    private static readonly string[] Services = ["job-worker", "media-worker", "video-worker", "web-ui"];

    [Fact]
    public async Task The_first_release_exits_with_0()
    {
        var run = await sequence.FirstAsync();

        run.ExitCode.ShouldBe(0, run.ToString());
    }

    [Fact]
    public async Task The_plan_names_every_image_the_endpoint_and_every_service()
    {
        var run = await sequence.FirstAsync();

        run.Plan("Build").Select(Name).Order().ShouldBe(Images);
        run.Plan("Endpoint").Select(Name).ShouldBe(["stereo-spot-inference"]);
        run.Plan("Rollout").Select(Name).Order().ShouldBe(Services);
    }

    [Fact]
    public async Task The_result_says_that_the_release_succeeded() => (await sequence.FirstAsync()).Output.ShouldContain("Succeeded");

    [Fact]
    public async Task Without_terraform_it_says_where_the_outputs_come_from() =>
        (await sequence.FirstAsync()).Said.ShouldContain("There is no terraform on PATH: the outputs come from packages/aws-infra/sandbox.env.");

    [Fact]
    public async Task Without_terraform_nothing_is_applied() => (await sequence.FirstAsync()).Plan("Infrastructure").ShouldHaveSingleItem().ShouldContain(" Skip ");

    [Fact]
    public async Task No_step_of_the_release_is_an_error() => (await sequence.FirstAsync()).Result.Error.ShouldNotContain("id ");

    [Fact]
    public async Task Every_image_gets_its_tags_in_ECR() =>
        (await sequence.FirstAsync()).Calls.Of("PutImage").Select(call => call.Target).Distinct().Order()
            .ShouldBe(["inference", "job-worker", "media-worker", "video-worker", "web-ui"]);

    [Fact]
    public async Task Every_service_is_rolled_out_once() => RolledOut(await sequence.FirstAsync()).ShouldBe(Services);

    [Fact]
    public async Task The_endpoint_is_updated_once() => (await sequence.FirstAsync()).Calls.Of("UpdateEndpoint").Count.ShouldBe(1);

    [Fact]
    public async Task The_endpoint_is_updated_before_any_rollout_begins() => EndpointGoesFirst(await sequence.FirstAsync());

    [Fact]
    public async Task No_image_comes_into_ECR_after_a_rollout_has_begun()
    {
        var calls = (await sequence.FirstAsync()).Calls;

        calls.PlacesOf("StartBuild", "PUT manifest").Max().ShouldBeLessThan(calls.PlacesOf("UpdateService").Min());
    }

    [Fact]
    public async Task Nothing_changed_builds_nothing()
    {
        var run = await sequence.UnchangedAsync();

        run.Calls.Of("StartBuild").ShouldBeEmpty();
        run.ExitCode.ShouldBe(0, run.ToString());
    }

    [Fact]
    public async Task Nothing_changed_uploads_nothing() => (await sequence.UnchangedAsync()).Calls.Uploads.ShouldBeEmpty();

    [Fact]
    public async Task Nothing_changed_changes_nothing_but_the_services() =>
        (await sequence.UnchangedAsync()).Calls.Changes.Select(call => call.Operation).Distinct().ShouldBe(["UpdateService"]);

    [Fact]
    public async Task Nothing_changed_still_rolls_every_service_out() => RolledOut(await sequence.UnchangedAsync()).ShouldBe(Services);

    [Fact]
    public async Task Nothing_changed_says_why_for_each_image_and_for_the_endpoint()
    {
        var run = await sequence.UnchangedAsync();

        run.Plan("Build").Count.ShouldBe(Images.Length);
        run.Plan("Build").ShouldAllBe(line => line.Contains(" Reuse ") && line.Contains("Inputs unchanged: there is sha256:"));
        run.Plan("Endpoint").ShouldHaveSingleItem().ShouldMatch("Unchanged +.*sha256:[0-9a-f]{12}");
        run.Plan("Rollout").ShouldAllBe(line => line.Contains("sha256:"));
    }

    [Fact]
    public async Task A_change_of_one_image_s_files_builds_that_image_alone() =>
        (await sequence.WebChangedAsync()).Plan("Build").Where(line => !line.Contains(" Reuse ")).Select(Name).ShouldBe(["web-ui"]);

    [Fact]
    public async Task A_change_of_a_service_s_image_leaves_the_endpoint_alone() =>
        (await sequence.WebChangedAsync()).Calls.Changes.ShouldNotContain(call => call.Service == "sagemaker");

    [Fact]
    public async Task A_change_of_the_inference_source_is_one_build() => (await sequence.InferenceChangedAsync()).Calls.Of("StartBuild").Count.ShouldBe(1);

    [Fact]
    public async Task A_change_of_the_inference_source_updates_the_endpoint_before_any_rollout_begins() => EndpointGoesFirst(await sequence.InferenceChangedAsync());

    [Fact]
    public async Task A_change_of_the_inference_source_uploads_nothing_from_here() => (await sequence.InferenceChangedAsync()).Calls.Uploads.ShouldBeEmpty();

    private static IEnumerable<string> RolledOut(ExampleRun run) => run.Calls.Of("UpdateService").Select(call => call.Target).Order();

    private static void EndpointGoesFirst(ExampleRun run) =>
        run.Calls.PlacesOf("UpdateEndpoint").ShouldHaveSingleItem(run.ToString()).ShouldBeLessThan(run.Calls.PlacesOf("UpdateService").Min());

    private static string Name(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
}

/// <summary>With a Docker engine, which pushes to the sandbox's registry itself.</summary>
public sealed class DockerReleaseTests(DockerSequence sequence) : ReleaseTests(sequence), IClassFixture<DockerSequence>
{
    private readonly ReleaseSequence sequence = sequence;

    [Fact]
    public async Task The_engine_pushes_every_image_that_it_built() =>
        (await sequence.FirstAsync()).Calls.Of("PUT manifest").Select(call => call.Target).Distinct().Order()
            .ShouldBe(["job-worker", "media-worker", "video-worker", "web-ui"]);

    [Fact]
    public async Task CodeBuild_builds_the_inference_image_alone() => (await sequence.FirstAsync()).Calls.Of("StartBuild").Count.ShouldBe(1);

    [Fact]
    public async Task A_change_of_one_image_s_files_uploads_that_image_alone() =>
        (await sequence.WebChangedAsync()).Calls.Uploads.Select(call => call.Target).Distinct().ShouldBe(["web-ui"]);
}

/// <summary>With no engine asked: CodeBuild builds all.</summary>
public sealed class CodeBuildReleaseTests(CodeBuildSequence sequence) : ReleaseTests(sequence), IClassFixture<CodeBuildSequence>
{
    private readonly ReleaseSequence sequence = sequence;

    [Fact]
    public async Task CodeBuild_builds_every_image() => (await sequence.FirstAsync()).Calls.Of("StartBuild").Count.ShouldBe(5);

    [Fact]
    public async Task Nothing_is_uploaded_from_here() => (await sequence.FirstAsync()).Calls.Uploads.ShouldBeEmpty();

    [Fact]
    public async Task A_change_of_one_image_s_files_is_one_build() => (await sequence.WebChangedAsync()).Calls.Of("StartBuild").Count.ShouldBe(1);
}
