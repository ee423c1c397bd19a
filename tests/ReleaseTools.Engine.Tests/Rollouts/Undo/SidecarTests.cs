using System.Text.Json.Nodes;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Rollouts;
using ReleaseTools.Engine.Rollouts.Undo;

namespace ReleaseTools.Engine.Tests.Rollouts.Undo;

/// <summary>A service that is known by name and cluster alone, and whose first essential container is a sidecar.</summary>
public sealed class SidecarTests : ScriptedRollouts
{
    private const string Sidecar = "1.dkr.ecr.eu-west-1.amazonaws.com/otel";

    public SidecarTests()
    {
        registry.With(Repository, "latest", New).With(Repository, New, New).With(Repository, "v1", Old).With(Repository, Old, Old).With(Sidecar, "latest", "sha256:otel");
        aws.On("DescribeTaskDefinition", request => JsonNode.Parse($$$"""
            {"taskDefinition":{"taskDefinitionArn":"{{{request["taskDefinition"]}}}","family":"web","status":"ACTIVE","containerDefinitions":[
              {"name":"otel","image":"{{{Sidecar}}}:latest","essential":true},{"name":"app","image":"{{{Repository}}}:latest","essential":true}]}}
            """)!);
        aws.On("DescribeTasks", _ => Tasks(RunningTask("arn:task/new", "sha256:otel", New)));
        aws.On("ListServiceDeployments", """
            {"serviceDeployments":[{"serviceDeploymentArn":"arn:sd/2","status":"SUCCESSFUL","targetServiceRevisionArn":"sha256:otel=sha256:new","createdAt":2},
              {"serviceDeploymentArn":"arn:sd/1","status":"SUCCESSFUL","targetServiceRevisionArn":"sha256:otel=sha256:old","createdAt":1}]}
            """);
        aws.On("DescribeServiceRevisions", request => new JsonObject { ["serviceRevisions"] = new JsonArray([.. request["serviceRevisionArns"]!.AsArray().Select(arn => Revision((string)arn!))]) });
    }

    [Fact]
    public async Task A_digest_is_proven_by_the_container_in_whose_repository_it_is()
    {
        var ended = (await Waits.WaitAsync([new(Known, Digest: New)], new(), default)).Single();

        ended.Rollout.Status.ShouldBe(RolloutStatus.Verified, ended.Rollout.Reason);
        ended.Rollout.ImageUri!.ShouldStartWith(Repository);
    }

    [Fact]
    public async Task A_sidecar_s_registry_that_cannot_be_read_does_not_hinder_that()
    {
        registry.Denied.Add(Sidecar);

        (await Waits.WaitAsync([new(Known, Digest: New)], new(), default)).Single().Rollout.Status.ShouldBe(RolloutStatus.Verified);
    }

    [Fact]
    public async Task What_the_last_deployment_changed_is_put_back_and_not_the_sidecar()
    {
        var plan = await UndoAsync();

        (plan.Rollout!.Container!.Name, plan.Rollout.TagToMove, plan.ToRollout().Digest).ShouldBe(("app", "latest", Old));
        observer.Of<Warned>().ShouldBeEmpty();
    }

    [Fact]
    public async Task Where_ECS_resolved_no_digest_of_what_was_deployed_the_tag_that_moved_tells()
    {
        aws.On("DescribeServiceRevisions", _ => new JsonObject { ["serviceRevisions"] = new JsonArray(Revision("sha256:otel=sha256:new", resolved: false), Revision("sha256:otel=sha256:old")) });

        (await UndoAsync()).Rollout!.Container!.Name.ShouldBe("app");
    }

    [Fact]
    public async Task Where_both_changed_the_one_that_is_not_put_back_is_warned_of()
    {
        aws.On("ListServiceDeployments", """
            {"serviceDeployments":[{"status":"SUCCESSFUL","targetServiceRevisionArn":"sha256:otel=sha256:new","createdAt":2},{"status":"SUCCESSFUL","targetServiceRevisionArn":"sha256:otel1=sha256:old","createdAt":1}]}
            """);

        (await UndoAsync()).Rollout!.Container!.Name.ShouldBe("otel");
        observer.Of<Warned>().ShouldHaveSingleItem().Message.ShouldContain($"the tags of {Repository}:latest stay where they are");
    }

    [Fact]
    public async Task A_release_is_looked_for_in_the_repositories_of_all_containers()
    {
        var plan = await UndoAsync("v1");

        (plan.Rollout!.Container!.Name, plan.ToRollout().Digest).ShouldBe(("app", Old));
    }

    [Fact]
    public async Task A_tag_that_several_of_them_have_is_an_error_that_names_them()
    {
        var problem = (await UndoAsync("latest")).Problem.ShouldNotBeNull();

        problem.Id.ShouldBe(nameof(Messages.RestoreTargetNotFound));
        problem.Message.ShouldContain($"several of its images may be meant, {Sidecar}:latest and {Repository}:latest");
    }

    private static ReleaseService Known => new() { Service = "web", Cluster = "main" };

    private RolloutWaits Waits => new(aws.Session, registry, time, Rollouts);

    private async Task<UndoPlan> UndoAsync(string? to = null) => (await new EcsUndo(aws.Session, registry, observer, time, Rollouts).PlanAsync([Known], to, default)).Single();

    /// <summary>A revision by the digests that it ran, <c>sidecar=app</c>.</summary>
    private static JsonObject Revision(string arn, bool resolved = true)
    {
        var digests = arn.Split('=');
        return new()
        {
            ["serviceRevisionArn"] = arn, ["taskDefinition"] = "arn:aws:ecs:eu-west-1:1:task-definition/web:7",
            ["containerImages"] = new JsonArray(Image("otel", Sidecar, digests[0]), Image("app", Repository, digests[1])),
        };

        JsonObject Image(string name, string repository, string digest) => new() { ["containerName"] = name, ["image"] = $"{repository}:latest", ["imageDigest"] = resolved ? digest : null };
    }

    private static JsonObject RunningTask(string arn, string sidecar, string app) => new()
    {
        ["taskArn"] = arn, ["lastStatus"] = "RUNNING", ["desiredStatus"] = "RUNNING", ["startedBy"] = "ecs-svc/1",
        ["containers"] = new JsonArray(new JsonObject { ["name"] = "otel", ["imageDigest"] = sidecar }, new JsonObject { ["name"] = "app", ["imageDigest"] = app }),
    };
}
