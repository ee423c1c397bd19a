using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Inference.Recovery;
using ReleaseTools.Engine.Inference.Recovery.Histories;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Tests.Inference.Recovery;

public sealed class EndpointRestoresTests
{
    [Fact]
    public async Task A_release_names_its_configuration_and_its_digest_is_proven()
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1", "r2");
        var served = (await endpoint.Sandbox.Registry.FindAsync(endpoint.Sandbox.Repository, "r1", default))!.Digest;

        var restored = await endpoint.RestoreAsync("r1");

        (restored.Status, restored.EndpointConfigName, restored.PreviousEndpointConfigName, restored.Digest)
            .ShouldBe((EndpointUpdateStatus.Updated, endpoint.Configs[0], endpoint.Configs[1], served));
        (await endpoint.TestAsync()).Digests.ShouldBe([served]);
        (await endpoint.RestoreAsync("r1")).Status.ShouldBe(EndpointUpdateStatus.Unchanged);
    }

    [Fact]
    public async Task Without_a_name_it_is_what_was_last_good_and_is_not_in_use()
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1", "r2");
        (await endpoint.RestoreAsync(to: null)).EndpointConfigName.ShouldBe(endpoint.Configs[0]);
        (await endpoint.RestoreAsync(to: null)).EndpointConfigName.ShouldBe(endpoint.Configs[1]);
    }

    [Theory]
    [InlineData("r9", nameof(Messages.EndpointRestoreTargetNotFound))]
    [InlineData("another-s", nameof(Messages.EndpointRestoreTargetNotFound))]
    public async Task What_is_not_of_its_history_is_refused_with_what_is(string to, string error)
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1");
        await endpoint.Sandbox.CallAsync("SageMaker", "CreateEndpointConfig", """
            {"EndpointConfigName":"another-s","ProductionVariants":[{"VariantName":"AllTraffic","ModelName":"m1","InitialInstanceCount":1,"InstanceType":"ml.g4dn.xlarge"}]}
            """);

        var refused = await Should.ThrowAsync<ReleaseException>(() => endpoint.RestoreAsync(to));

        refused.Id.ShouldBe(error);
        refused.Message.ShouldContain($"{endpoint.Configs[0]} (r1)");
        refused.Message.ShouldContain("first");
    }

    [Fact]
    public async Task What_lacks_its_model_is_refused_before_anything_is_asked_for()
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1", "r2");
        await endpoint.DeleteModelAsync(endpoint.Configs[0]);
        var before = endpoint.Sandbox.Calls.Count(call => call.Operation == "UpdateEndpoint");

        var refused = await Should.ThrowAsync<ReleaseException>(() => endpoint.RestoreAsync("r1"));

        refused.Id.ShouldBe(nameof(Messages.EndpointRestoreTargetIncomplete));
        refused.Message.ShouldContain($"names the model {endpoint.Configs[0]}, which was deleted");
        endpoint.Sandbox.Calls.Count(call => call.Operation == "UpdateEndpoint").ShouldBe(before);
    }

    [Fact]
    public async Task What_lacks_its_image_is_refused_and_no_other_is_taken_for_good()
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1", "r2");
        await endpoint.Sandbox.CallAsync("ecr", "BatchDeleteImage", """{"repositoryName":"web","imageIds":[{"imageTag":"r1"}]}""");

        (await Should.ThrowAsync<ReleaseException>(() => endpoint.RestoreAsync("r1"))).Message.ShouldContain("which its repository does not hold any more");
        endpoint.Sandbox.ForceEndpointStatus(RecoveryFixture.Name, "OutOfService");
        await endpoint.Sandbox.CallAsync("SageMaker", "DeleteModel", $$"""{"ModelName":"{{endpoint.Configs[1]}}"}""");
        (await endpoint.TestAsync()).LastGoodEndpointConfigName.ShouldBe("first");
    }

    [Fact]
    public async Task Counts_that_autoscaling_owns_are_kept_and_others_are_as_the_configuration_says()
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1", "r2");
        await endpoint.Sandbox.CallAsync("SageMaker", "UpdateEndpointWeightsAndCapacities", """{"EndpointName":"stereo","DesiredWeightsAndCapacities":[{"VariantName":"AllTraffic","DesiredInstanceCount":3}]}""");
        endpoint.Sandbox.Time.Advance(TimeSpan.FromMinutes(5));
        await endpoint.ScaleAsync();

        await endpoint.RestoreAsync("r1");
        ((int)(await endpoint.DescribeAsync())!["ProductionVariants"]![0]!["DesiredInstanceCount"]!).ShouldBe(3);

        await endpoint.Sandbox.CallAsync("application-autoscaling", "DeregisterScalableTarget", """
            {"ServiceNamespace":"sagemaker","ResourceId":"endpoint/stereo/variant/AllTraffic","ScalableDimension":"sagemaker:variant:DesiredInstanceCount"}
            """);
        await endpoint.RestoreAsync("r2");
        ((int)(await endpoint.DescribeAsync())!["ProductionVariants"]![0]!["DesiredInstanceCount"]!).ShouldBe(1);
    }

    [Fact]
    public async Task A_rollback_is_told_as_one()
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1", "r2");
        endpoint.Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.EndpointRollback, Target = RecoveryFixture.Name });
        var restored = await endpoint.RestoreAsync("r1");
        (restored.Status, restored.Reason!.Contains("SageMaker gave no reason", StringComparison.Ordinal)).ShouldBe((EndpointUpdateStatus.RolledBack, true));
    }

    [Fact]
    public async Task An_answer_that_is_lost_is_not_asked_for_twice()
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1", "r2");
        var before = endpoint.Sandbox.Calls.Count(call => call.Operation == "UpdateEndpoint");
        endpoint.Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.DropAnswer, Operation = "UpdateEndpoint" });
        (await endpoint.RestoreAsync("r1")).Status.ShouldBe(EndpointUpdateStatus.Updated);
        endpoint.Sandbox.Calls.Count(call => call.Operation == "UpdateEndpoint").ShouldBe(before + 1);
    }

    [Fact]
    public async Task A_stop_says_that_it_goes_on()
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1", "r2");
        var restores = new EndpointRestores(endpoint.Tools());
        var plan = await restores.PlanAsync(RecoveryFixture.Name, "r1", default);
        using var stop = new CancellationTokenSource();
        endpoint.Sandbox.Time.OnWait = _ => stop.Cancel();

        await Should.ThrowAsync<OperationCanceledException>(() => restores.RestoreAsync(plan, noWait: false, TimeSpan.FromHours(1), stop.Token));

        endpoint.Observer.Of<LeftRunning>().ShouldHaveSingleItem().Message.ShouldContain("Wait-SageMakerEndpoint stereo");
    }

    [Fact]
    public async Task Without_a_wait_it_is_in_progress()
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1", "r2");
        var restores = new EndpointRestores(endpoint.Tools());
        var plan = await restores.PlanAsync(RecoveryFixture.Name, "r1", default);
        plan.ToUpdate().Status.ShouldBe(EndpointUpdateStatus.Planned);
        (await restores.RestoreAsync(plan, noWait: true, TimeSpan.FromHours(1), default)).Status.ShouldBe(EndpointUpdateStatus.InProgress);
    }

    [Fact]
    public async Task The_names_that_are_completed_are_those_that_can_be_restored_newest_first()
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1", "r2");
        (await new EndpointHistoryNames(endpoint.Sandbox.Session).ReadAsync(RecoveryFixture.Name, default))
            .ShouldBe([(endpoint.Configs[1], "r2"), (endpoint.Configs[0], "r1"), ("first", null)]);
    }
}
