using System.Text.Json.Nodes;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Rollouts;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Rollouts;

public sealed class RolloutPlansTests : ScriptedRollouts
{
    [Fact]
    public async Task A_service_that_cannot_be_rolled_out_fails_alone()
    {
        aws.On("DescribeServices", request => Services([.. request["services"]!.AsArray().Where(name => (string)name! == "web").Select(_ => Service("ecs-svc/2", "COMPLETED"))]));
        var plans = await Rollouts.PlanAsync(
            [new() { Service = "gone", Cluster = "main" }, new() { Service = "web", Cluster = "main" }], new Dictionary<string, EcrImage> { ["web"] = Image() }, default);

        plans[0].Problem!.Id.ShouldBe(nameof(Messages.ServiceNotFound));
        var rollouts = await Rollouts.RolloutAsync(plans, new(), default);
        rollouts.Select(result => result.Rollout.Status).ShouldBe([RolloutStatus.Failed, RolloutStatus.Verified]);
        rollouts[0].Rollout.Reason!.ShouldContain("no ECS service 'gone'");
        rollouts[0].Error!.Id.ShouldBe(nameof(Messages.ServiceNotFound));
    }

    [Fact]
    public async Task A_cluster_that_is_not_there_is_an_error()
    {
        aws.On("DescribeClusters", """{"clusters":[],"failures":[{"arn":"main","reason":"MISSING"}]}""");
        (await Should.ThrowAsync<ReleaseException>(PlanAsync)).Id.ShouldBe(nameof(Messages.ClusterNotFound));
    }

    [Theory]
    [InlineData("DRAINING", "ECS", nameof(Messages.ServiceNotActive))]
    [InlineData("INACTIVE", "ECS", nameof(Messages.ServiceNotActive))]
    [InlineData("ACTIVE", "CODE_DEPLOY", nameof(Messages.ServiceControllerNotEcs))]
    [InlineData("ACTIVE", "EXTERNAL", nameof(Messages.ServiceControllerNotEcs))]
    public async Task What_stands_in_the_way_is_found_before_anything_changes(string status, string controller, string id)
    {
        var service = Service("ecs-svc/1", "COMPLETED");
        service["status"] = status;
        service["deploymentController"] = new JsonObject { ["type"] = controller };
        aws.On("DescribeServices", _ => Services(service.DeepClone().AsObject()));

        var plan = await PlanAsync();
        plan.Problem!.Id.ShouldBe(id);
        (await RolloutAsync(plan)).Status.ShouldBe(RolloutStatus.Failed);
        aws.Operations.ShouldNotContain("UpdateService");
    }

    [Fact]
    public async Task A_task_definition_that_pins_another_digest_is_an_error()
    {
        aws.On("DescribeTaskDefinition", _ => TaskDefinition($"{Repository}@{Old}"));
        (await PlanAsync()).Problem!.Id.ShouldBe(nameof(Messages.TaskDefinitionPinsDigest));
    }

    [Fact]
    public async Task A_task_definition_that_runs_other_repositories_is_an_error_that_names_them()
    {
        aws.On("DescribeTaskDefinition", _ => TaskDefinition("nginx:1.27"));
        var problem = (await PlanAsync()).Problem!;
        problem.Id.ShouldBe(nameof(Messages.TaskDefinitionImageNotMatched));
        problem.Message.ShouldContain("nginx:1.27");
    }

    [Fact]
    public async Task A_service_is_read_with_what_its_tasks_run()
    {
        var service = (await new ServiceReader(aws.Session).ReadAsync([new() { Service = "web", Cluster = "main", Repository = Repository }], missing => throw missing, default)).Single();
        (service.Status, service.TaskDefinition, service.TaskImage, service.DesiredCount).ShouldBe(("ACTIVE", "web:7", $"{Repository}:latest", 1));
        service.RunningDigests.ShouldBe([New]);
    }

    [Fact]
    public async Task A_tag_that_cannot_be_moved_is_found_by_the_plan()
    {
        var plans = await new EcsRollouts(aws.Session, new TagsInMemory { Immutable = true }.With(Repository, "latest", Old), observer, time)
            .PlanAsync([new() { Service = "web", Cluster = "main" }], new Dictionary<string, EcrImage> { ["web"] = Image() }, default);

        plans.Single().Problem!.Id.ShouldBe(nameof(Messages.TagToDeployImmutable));
        plans.Single().Problem!.RecommendedAction.ShouldContain("Name the release tag in the task definition");
    }

    [Fact]
    public async Task A_service_named_by_its_arn_is_found_and_followed()
    {
        const string arn = "arn:aws:ecs:eu-west-1:1:service/main/web";
        var plan = (await Rollouts.PlanAsync([new() { Service = arn, Cluster = "main" }], new Dictionary<string, EcrImage> { [arn] = Image() }, default)).Single();
        plan.Problem.ShouldBeNull();
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/2", "COMPLETED")));

        var rollout = await RolloutAsync(plan);
        (rollout.Status, rollout.Service).ShouldBe((RolloutStatus.Verified, arn));
    }
}
