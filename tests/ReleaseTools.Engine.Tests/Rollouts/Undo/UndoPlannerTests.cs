using System.Text.Json.Nodes;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Rollouts.Undo;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Rollouts.Undo;

/// <summary>What a sandbox that never lags and never forgets does not show.</summary>
public sealed class UndoPlannerTests
{
    private const string Repository = "1.dkr.ecr.eu-west-1.amazonaws.com/web";

    private readonly ScriptedAws aws = new();
    private readonly TagsInMemory registry = new TagsInMemory().With(Repository, "latest", "sha256:new");
    private readonly RecordingObserver observer = new();
    private readonly JumpingTime time = new();

    public UndoPlannerTests()
    {
        aws.On("DescribeClusters", """{"clusters":[{"clusterName":"main","status":"ACTIVE"}]}""");
        aws.On("DescribeTaskDefinition", request => Definition(request["taskDefinition"]!.GetValue<string>(), "ACTIVE"));
        aws.On("DescribeServiceRevisions", request => new JsonObject { ["serviceRevisions"] = new JsonArray([.. request["serviceRevisionArns"]!.AsArray().Select(arn => Revision((string)arn!))]) });
        Primary("COMPLETED");
    }

    [Fact]
    public async Task A_deployment_that_only_repeated_what_ran_is_passed_over()
    {
        History(("SUCCESSFUL", "web:2@sha256:new"), ("SUCCESSFUL", "web:2@sha256:new"), ("STOPPED", "web:2@sha256:bad"), ("SUCCESSFUL", "web:1@sha256:old"));

        var plan = await PlanAsync();

        plan.ToRollout().TaskDefinition.ShouldBe("web:1");
        plan.ToRollout().Digest.ShouldBe("sha256:old");
    }

    [Theory]
    [InlineData("SUCCESSFUL")] // its tasks crashed later, or its URL does not answer
    [InlineData("STOPPED")]
    public async Task Undoing_a_deployment_that_only_repeated_what_ran_goes_back_to_nothing_older(string status)
    {
        History((status, "web:2@sha256:new"), ("STOPPED", "web:3@"), ("SUCCESSFUL", "web:2@sha256:new"), ("SUCCESSFUL", "web:1@sha256:old"));

        var problem = (await PlanAsync(ThisDeployment)).Problem.ShouldNotBeNull();

        problem.Id.ShouldBe(nameof(Messages.NothingToRestore));
        problem.Message.ShouldContain("what ran before is the same, web:2");
    }

    [Theory]
    [InlineData("web:2@sha256:old", "web:2")]
    [InlineData("web:1@sha256:new", "web:1")]
    public async Task Undoing_a_deployment_goes_back_to_what_ran_before_it(string before, string definition)
    {
        History(("SUCCESSFUL", "web:2@sha256:new"), ("ROLLBACK_SUCCESSFUL", "web:2@sha256:bad"), ("SUCCESSFUL", before), ("SUCCESSFUL", "web:0@sha256:older"));

        var plan = await PlanAsync(ThisDeployment);

        (plan.ToRollout().TaskDefinition, plan.ToRollout().Digest).ShouldBe((definition, before.Split('@')[1]));
    }

    [Fact]
    public async Task After_a_deployment_that_failed_the_newest_that_succeeded_is_put_back()
    {
        History(("STOPPED", "web:3@"), ("SUCCESSFUL", "web:2@sha256:old"), ("SUCCESSFUL", "web:1@sha256:older"));

        (await PlanAsync()).ToRollout().TaskDefinition.ShouldBe("web:2");
    }

    [Theory]
    [InlineData("web:2@")]
    [InlineData("web:2@sha256:new")]
    public async Task A_revision_of_the_same_task_definition_whose_digest_nobody_knows_is_neither_put_back_nor_passed_over(string deployed)
    {
        History(("SUCCESSFUL", deployed), ("SUCCESSFUL", "web:2@"), ("SUCCESSFUL", "web:1@sha256:old"));

        var problem = (await PlanAsync()).Problem.ShouldNotBeNull();

        problem.Id.ShouldBe(nameof(Messages.FormerImageUnknown));
        problem.Message.ShouldContain("What ran before that was web:1 with sha256:old.");
    }

    [Fact]
    public async Task What_the_tag_named_before_stands_in_for_what_ECS_does_not_know()
    {
        History(("SUCCESSFUL", "web:2@sha256:new"), ("SUCCESSFUL", "web:2@"), ("SUCCESSFUL", "web:1@sha256:older"));

        var plan = await PlanAsync(ThisDeployment with { FormerDigest = "sha256:old" });

        plan.ToRollout().Reason.ShouldBe("Deploys web:2 with sha256:old, once the tag latest is back on it.");
    }

    [Fact]
    public async Task A_task_definition_that_names_a_digest_is_the_same_though_ECS_resolved_nothing()
    {
        History(("SUCCESSFUL", "web:2@"), ("SUCCESSFUL", "web:2@"), ("SUCCESSFUL", "web:1@sha256:old"));
        aws.On("DescribeServiceRevisions", request => new JsonObject { ["serviceRevisions"] = new JsonArray([.. request["serviceRevisionArns"]!.AsArray().Select(arn => Revision((string)arn!, $"{Repository}@sha256:{new string('0', 64)}"))]) });

        (await PlanAsync()).ToRollout().TaskDefinition.ShouldBe("web:1");
    }

    [Fact]
    public async Task Another_task_definition_that_ran_nobody_knows_what_is_put_back_and_that_is_said()
    {
        History(("SUCCESSFUL", "web:2@sha256:new"), ("SUCCESSFUL", "web:1@"));

        (await PlanAsync()).ToRollout().Reason.ShouldBe("Deploys web:1.");
        observer.Of<Warned>().ShouldHaveSingleItem().Message.ShouldStartWith($"ECS does not know which image web:1 ran with. The tag latest of {Repository} stays where it is");
    }

    [Fact]
    public async Task What_ECS_puts_back_without_knowing_its_image_is_warned_of()
    {
        Primary("IN_PROGRESS");
        History(("IN_PROGRESS", "web:2@sha256:new"), ("SUCCESSFUL", "web:2@"));
        aws.On("DescribeServiceDeployments", """{"serviceDeployments":[{"status":"IN_PROGRESS","sourceServiceRevisions":[{"arn":"1=web:2@","runningTaskCount":0}]}]}""");

        (await PlanAsync()).ServiceDeployment.ShouldBe("arn:sd/0");
        observer.Of<Warned>().ShouldHaveSingleItem().Message.ShouldContain("does not know which image web:2 ran with");
    }

    [Fact]
    public async Task Of_a_task_definition_that_was_deregistered_a_copy_is_registered_that_names_the_digest_it_ran_with()
    {
        History(("SUCCESSFUL", "web:2@sha256:new"), ("SUCCESSFUL", "web:1@sha256:old"));
        Deregistered("web:1");

        var plan = await PlanAsync();

        plan.ToRollout().Reason.ShouldBe("Registers a revision of web:1 that names sha256:old, and deploys it.");
        (plan.Rollout!.TagToMove, plan.Rollout.PinsDigest).ShouldBe((null, true));
    }

    [Fact]
    public async Task A_task_definition_that_was_deregistered_and_names_the_digest_is_copied_too()
    {
        var old = $"sha256:{new string('0', 64)}";
        History(("SUCCESSFUL", "web:2@sha256:new"), ("SUCCESSFUL", $"web:1@{old}"));
        Deregistered("web:1", $"{Repository}@{old}");

        (await PlanAsync()).ToRollout().Reason.ShouldBe($"Registers a revision of web:1 that names {Words.Digest(old)}, and deploys it.");
    }

    [Fact]
    public async Task A_task_definition_that_was_deregistered_and_ran_nobody_knows_what_is_an_error_before_anything_changes()
    {
        History(("SUCCESSFUL", "web:2@sha256:new"), ("SUCCESSFUL", "web:1@"));
        Deregistered("web:1");

        (await PlanAsync()).Problem.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.TaskDefinitionInactive));
    }

    [Theory]
    [InlineData("latest", "Deploys web:2 with sha256:old, once the tag latest is back on it.")]
    [InlineData("v1", "Registers a revision of web:2 that names sha256:old, and deploys it.")] // web:2's tag is another release's
    public async Task An_image_whose_task_definition_was_deregistered_is_brought_by_the_service_s_own(string tag, string reason)
    {
        History(("SUCCESSFUL", "web:2@sha256:new"), ("SUCCESSFUL", "web:1@sha256:old"));
        Deregistered("web:1", $"{Repository}:{tag}");
        registry.With(Repository, "v1", "sha256:old");

        var plan = await PlanAsync(new(Service, "v1"));

        plan.Problem.ShouldBeNull();
        plan.ToRollout().Reason.ShouldBe(reason);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_stands_in_the_way_of_reading_an_image_or_its_task_definition_keeps_no_deployment_that_runs_from_being_stopped(bool definition)
    {
        Primary("IN_PROGRESS");
        History(("IN_PROGRESS", "web:2@sha256:new"), ("SUCCESSFUL", "web:1@sha256:old"));
        aws.On("DescribeServiceDeployments", """{"serviceDeployments":[{"status":"IN_PROGRESS","sourceServiceRevisions":[{"arn":"1=web:1@sha256:old","runningTaskCount":1}]}]}""");
        if (definition)
            aws.On("DescribeTaskDefinition", request => (string)request["taskDefinition"]! == Arn("web:2") ? Definition(Arn("web:2"), "ACTIVE") : throw ScriptedAws.Error("AccessDeniedException"));
        else
            registry.Denied.Add(Repository);

        var plan = await PlanAsync();

        plan.Problem.ShouldBeNull();
        (plan.ServiceDeployment, plan.Rollout!.Image, plan.Rollout.TagToMove).ShouldBe(("arn:sd/0", null, null));
        plan.ToRollout().Reason.ShouldBe("Stops the deployment that runs; ECS puts back web:1.");
        observer.Of<Warned>().ShouldHaveSingleItem().Message.ShouldContain("ECS puts web:1 back all the same");
    }

    [Fact]
    public async Task A_list_that_lags_behind_the_deployment_that_runs_is_asked_again_and_not_believed()
    {
        Primary("IN_PROGRESS");
        History(("SUCCESSFUL", "web:2@sha256:new"), ("SUCCESSFUL", "web:1@sha256:old"));

        (await PlanAsync()).Problem.ShouldNotBeNull().Message.ShouldContain("does not list it");
        aws.RequestsOf("ListServiceDeployments").Count().ShouldBe(4);
    }

    [Fact]
    public async Task A_deployment_that_ended_well_between_the_two_reads_is_undone_like_any_that_has_ended()
    {
        aws.InTurn("DescribeServices", () => Seen("IN_PROGRESS"), () => Seen("COMPLETED"));
        History(("SUCCESSFUL", "web:2@sha256:new"), ("SUCCESSFUL", "web:1@sha256:old"));

        (await PlanAsync(ThisDeployment)).ToRollout().Reason.ShouldBe("Deploys web:1 with sha256:old, once the tag latest is back on it.");
    }

    [Fact]
    public async Task A_tag_goes_back_on_the_index_whose_platform_s_manifest_ran()
    {
        History(("SUCCESSFUL", "web:1@sha256:new"), ("SUCCESSFUL", "web:1@sha256:platform"));
        registry.Indexes["sha256:index"] = ["sha256:platform"];

        var plan = (await new UndoPlanner(aws.Session, registry, observer, time).PlanAsync([new(Service) { FormerDigest = "sha256:index" }], default)).Single();

        plan.ToRollout().Digest.ShouldBe("sha256:index");
        plan.Rollout!.AcceptedDigests.ShouldBe(["sha256:index", "sha256:platform"]);
    }

    [Fact]
    public async Task A_tag_that_cannot_be_moved_is_an_error_before_anything_changes()
    {
        History(("SUCCESSFUL", "web:1@sha256:new"), ("SUCCESSFUL", "web:1@sha256:old"));
        var immutable = new TagsInMemory { Immutable = true }.With(Repository, "latest", "sha256:new");

        var plan = (await new UndoPlanner(aws.Session, immutable, observer, time).PlanAsync([new(Service)], default)).Single();

        plan.Problem.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.TagToDeployImmutable));
    }

    [Theory]
    [InlineData("sha256:aa", "several digests begin so: sha256:aa11, sha256:aa22")]
    [InlineData("sha256:bb", "any other is given whole")]
    public async Task The_beginning_of_a_digest_that_fits_none_or_several_is_an_error_that_says_which(string to, string why)
    {
        History(("SUCCESSFUL", "web:1@sha256:aa11"), ("SUCCESSFUL", "web:1@sha256:aa22"));

        var problem = (await PlanAsync(new(Service, to))).Problem.ShouldNotBeNull();

        problem.Id.ShouldBe(nameof(Messages.RestoreTargetNotFound));
        problem.Message.ShouldContain(why);
    }

    private static ReleaseService Service => new() { Service = "web", Cluster = "main" };

    private static UndoRequest ThisDeployment => new(Service) { DeploymentId = "ecs-svc/9" };

    private async Task<UndoPlan> PlanAsync(UndoRequest? request = null) =>
        (await new UndoPlanner(aws.Session, registry, observer, time).PlanAsync([request ?? new(Service)], default)).Single();

    private void Primary(string state) => aws.On("DescribeServices", _ => Seen(state));

    private static JsonNode Seen(string state) => JsonNode.Parse($$"""
        {"services":[{"serviceName":"web","status":"ACTIVE","desiredCount":1,"taskDefinition":"{{Arn("web:2")}}",
          "deployments":[{"id":"ecs-svc/9","status":"PRIMARY","rolloutState":"{{state}}","taskDefinition":"{{Arn("web:2")}}"}]}]}
        """)!;

    /// <summary>The service deployments, newest first, as what each deployed: task definition and digest.</summary>
    private void History(params (string Status, string Deployed)[] deployments) => aws.On("ListServiceDeployments", _ => new JsonObject
    {
        ["serviceDeployments"] = new JsonArray([.. deployments.Select((one, i) => new JsonObject
        {
            ["serviceDeploymentArn"] = $"arn:sd/{i}", ["status"] = one.Status, ["targetServiceRevisionArn"] = $"{i}={one.Deployed}", ["createdAt"] = 1000 - i,
        })]),
    });

    private static JsonObject Revision(string arn, string image = $"{Repository}:latest")
    {
        var deployed = arn.Split('=')[1].Split('@');
        return new()
        {
            ["serviceRevisionArn"] = arn, ["taskDefinition"] = Arn(deployed[0]),
            ["containerImages"] = new JsonArray(new JsonObject { ["containerName"] = "app", ["image"] = image, ["imageDigest"] = deployed[1].Length == 0 ? null : deployed[1] }),
        };
    }

    private void Deregistered(string name, string image = $"{Repository}:latest") => aws.On("DescribeTaskDefinition", request =>
        (string)request["taskDefinition"]! is var asked && asked == Arn(name) ? Definition(asked, "INACTIVE", image) : Definition(asked, "ACTIVE"));

    private static JsonObject Definition(string arn, string status, string image = $"{Repository}:latest") => JsonNode.Parse($$$"""
        {"taskDefinition":{"taskDefinitionArn":"{{{arn}}}","status":"{{{status}}}","containerDefinitions":[{"name":"app","image":"{{{image}}}","essential":true}]}}
        """)!.AsObject();

    private static string Arn(string name) => $"arn:aws:ecs:eu-west-1:1:task-definition/{name}";
}
