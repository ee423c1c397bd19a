using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Rollouts;

public sealed class PinDigestTests
{
    private readonly ScriptedEcs ecs = new();

    [Fact]
    public async Task A_revision_that_differs_in_the_digest_alone_is_registered_and_deployed()
    {
        var result = await ecs.RolloutAsync(await ecs.PlanAsync(pinDigest: true));

        (result.Rollout.Status, result.Rollout.TaskDefinition).ShouldBe((RolloutStatus.Verified, "web:8"), result.Rollout.Reason);
        ecs.Aws.RequestsOf("RegisterTaskDefinition").ShouldHaveSingleItem().ToJsonString().ShouldBe(
            $$$$"""
            {"family":"web","containerDefinitions":[{"name":"app","image":"{{{{ScriptedEcs.Repository}}}}@{{{{ScriptedEcs.New}}}}","essential":true,
            "environment":[{"name":"A","value":"1"},{"name":"B","value":"2"}],"newMember":{"x":[1.50]}},{"name":"log","image":"fluent-bit:3","command":["a","b"]}],
            "networkMode":"awsvpc","memory":"512","future":{"y":true},"tags":[{"key":"team","value":"video"}]}
            """.ReplaceLineEndings(""));
        ecs.Aws.RequestsOf("UpdateService").ShouldHaveSingleItem().ToJsonString().ShouldBe(
            $$"""{"cluster":"main","service":"web","taskDefinition":"{{ScriptedEcs.Registered}}","forceNewDeployment":true}""");
    }

    [Fact]
    public async Task No_tag_is_moved()
    {
        await RolloutAsync();

        ecs.Registry.Put.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_plan_says_it_and_registers_nothing()
    {
        (await ecs.PlanAsync(pinDigest: true)).ToRollout().Reason.ShouldBe($"Registers a revision of web:7 that names {Words.Digest(ScriptedEcs.New)}, and deploys it.");

        ecs.Aws.Operations.ShouldNotContain("RegisterTaskDefinition");
    }

    [Fact]
    public async Task A_task_definition_that_names_the_digest_already_is_deployed_as_it_is()
    {
        ecs.Image = $"{ScriptedEcs.Repository}@{ScriptedEcs.New}";

        (await RolloutAsync()).Status.ShouldBe(RolloutStatus.Verified);

        ecs.Aws.Operations.ShouldNotContain("RegisterTaskDefinition");
        ecs.Aws.RequestsOf("UpdateService").Single().ContainsKey("taskDefinition").ShouldBeFalse();
    }

    [Fact]
    public async Task A_task_definition_that_names_another_digest_gets_this_one()
    {
        ecs.Image = $"{ScriptedEcs.Repository}@{ScriptedEcs.Old}";

        (await RolloutAsync()).Status.ShouldBe(RolloutStatus.Verified);

        ecs.Newest!["containerDefinitions"]![0]!["image"]!.GetValue<string>().ShouldBe($"{ScriptedEcs.Repository}@{ScriptedEcs.New}");
    }

    [Fact]
    public async Task A_revision_that_is_there_already_is_not_registered_again_in_whatever_order_AWS_lists_its_parts()
    {
        await RolloutAsync();
        var there = ecs.Newest!;
        var environment = there["containerDefinitions"]![0]!["environment"]!.AsArray();
        var first = environment[0];
        environment.RemoveAt(0);
        environment.Add(first);
        var again = new ScriptedEcs { Newest = there };

        (await again.RolloutAsync(await again.PlanAsync(pinDigest: true))).Rollout.TaskDefinition.ShouldBe("web:8");

        again.Aws.Operations.ShouldNotContain("RegisterTaskDefinition");
    }

    [Fact]
    public async Task Services_that_share_a_task_definition_share_its_revision()
    {
        var plans = await ecs.PlanAsync(new() { Service = "web", Cluster = "main", PinDigest = true }, new() { Service = "web-2", Cluster = "main", PinDigest = true });

        (await ecs.Rollouts.RolloutAsync(plans, new(), default)).ShouldAllBe(result => result.Rollout.TaskDefinition == "web:8");

        ecs.Aws.RequestsOf("RegisterTaskDefinition").Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_revision_whose_answer_was_lost_is_found_and_not_asked_for_twice()
    {
        ecs.Aws.On("RegisterTaskDefinition", request =>
        {
            ecs.Newest = request.DeepClone().AsObject();
            throw ScriptedAws.Error("ConnectionLost", status: null);
        });

        (await RolloutAsync()).TaskDefinition.ShouldBe("web:8");

        ecs.Aws.RequestsOf("RegisterTaskDefinition").Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_lost_answer_without_a_revision_is_an_error_and_nothing_is_deployed()
    {
        ecs.Aws.On("RegisterTaskDefinition", _ => throw ScriptedAws.Error("ServerException", status: System.Net.HttpStatusCode.InternalServerError));

        var result = await ecs.RolloutAsync(await ecs.PlanAsync(pinDigest: true));

        result.Error!.Id.ShouldBe(nameof(Messages.TaskDefinitionNotRegistered));
        ecs.Aws.RequestsOf("RegisterTaskDefinition").Count().ShouldBe(1);
        ecs.Aws.Operations.ShouldNotContain("UpdateService");
    }

    [Fact]
    public async Task A_refused_revision_keeps_its_error_and_nothing_is_deployed()
    {
        ecs.Aws.On("RegisterTaskDefinition", _ => throw ScriptedAws.Error("AccessDeniedException"));

        (await ecs.RolloutAsync(await ecs.PlanAsync(pinDigest: true))).Error.ShouldBeOfType<AwsServiceException>().Code.ShouldBe("AccessDeniedException");
        ecs.Aws.Operations.ShouldNotContain("UpdateService");
    }

    [Fact]
    public async Task A_desired_count_goes_into_the_request_and_into_the_reason()
    {
        var plan = await ecs.PlanAsync(pinDigest: false) with { DesiredCount = 3 };

        await ecs.RolloutAsync(plan);

        plan.ToRollout().Reason!.ShouldEndWith("The desired count 1 becomes 3.");
        ecs.Aws.RequestsOf("UpdateService").Single().ToJsonString().ShouldBe("""{"cluster":"main","service":"web","desiredCount":3,"forceNewDeployment":true}""");
    }

    private async Task<ServiceRollout> RolloutAsync() => (await ecs.RolloutAsync(await ecs.PlanAsync(pinDigest: true))).Rollout;
}
