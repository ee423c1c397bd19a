using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Tests.Inference.Endpoints;

/// <summary>What other people do while an endpoint is updated.</summary>
public sealed class EndpointOthersInSandboxTests : IAsyncLifetime
{
    private readonly EndpointScene scene = new();

    public async ValueTask InitializeAsync()
    {
        await (await scene.StartAsync()).WithEndpointAsync();
        await scene.ModelAsync("theirs", """ "PrimaryContainer":{"Image":"REPO:latest","Environment":{"THEIRS":"1"} } """);
        await scene.CallAsync("CreateEndpointConfig", """
            {"EndpointConfigName":"theirs","ProductionVariants":[{"VariantName":"AllTraffic","ModelName":"theirs","InitialInstanceCount":3,"InstanceType":"ml.g5.xlarge"}]}
            """);
    }

    public ValueTask DisposeAsync() => scene.DisposeAsync();

    [Fact]
    public async Task What_others_did_between_the_plan_and_its_approval_is_not_undone()
    {
        var plan = await scene.Updates.PlanAsync("stereo", await scene.Sandbox.PushAsync("4f2c9e1", "second"), new(), default);
        await TheirUpdateAsync();
        scene.Sandbox.Time.Advance(TimeSpan.FromMinutes(5));

        var update = await scene.Updates.UpdateAsync(plan, default);

        (update.Status, update.PreviousEndpointConfigName).ShouldBe((EndpointUpdateStatus.Updated, "theirs"), update.Reason);
        ((string?)(await scene.DescribeConfigAsync(update.EndpointConfigName!))["ProductionVariants"]![0]!["InstanceType"]).ShouldBe("ml.g5.xlarge");
    }

    [Fact]
    public async Task An_update_of_others_that_comes_first_is_waited_for_and_ours_is_made_anew_of_theirs()
    {
        var image = await scene.Sandbox.PushAsync("4f2c9e1", "second");
        var observer = new ActingObserver("Made configuration", () => TheirUpdateAsync().GetAwaiter().GetResult());
        var updates = new EndpointUpdates(scene.Sandbox.Session, scene.Sandbox.Registry, observer, scene.Sandbox.Time);

        var update = await updates.UpdateAsync(await updates.PlanAsync("stereo", image, new(), default), default);

        (update.Status, update.PreviousEndpointConfigName).ShouldBe((EndpointUpdateStatus.Updated, "theirs"), update.Reason);
        (await scene.DescribeModelAsync(update.ModelName!))["PrimaryContainer"]!["Environment"]!.ToJsonString().ShouldBe("""{"THEIRS":"1"}""");
        (await scene.NamesAsync("ListEndpointConfigs", "EndpointConfigs", "EndpointConfigName")).ShouldBe(["first", "theirs", update.EndpointConfigName!], ignoreOrder: true);
    }

    [Fact]
    public async Task Autoscaling_that_moves_the_endpoint_is_waited_for()
    {
        var plan = await scene.Updates.PlanAsync("stereo", await scene.Sandbox.PushAsync("4f2c9e1", "second"), new(), default);
        await scene.CallAsync("UpdateEndpointWeightsAndCapacities", """{"EndpointName":"stereo","DesiredWeightsAndCapacities":[{"VariantName":"AllTraffic","DesiredInstanceCount":4}]}""");

        (await scene.Updates.UpdateAsync(plan, default)).Status.ShouldBe(EndpointUpdateStatus.Updated);

        ((int)(await scene.DescribeAsync())["ProductionVariants"]![0]!["DesiredInstanceCount"]!).ShouldBe(4);
    }

    [Fact]
    public async Task A_configuration_deleted_in_use_is_found_before_anything_is_made()
    {
        var image = await scene.Sandbox.PushAsync("4f2c9e1", "second");
        await scene.CallAsync("DeleteEndpointConfig", """{"EndpointConfigName":"first"}""");

        var error = await Should.ThrowAsync<ReleaseException>(() => scene.UpdateAsync(image, new()));

        (error.Id, error.RecommendedAction).ShouldBe((nameof(Messages.EndpointConfigMissing), "Repair-SageMakerEndpoint stereo; then run the command again."));
        scene.Sandbox.Calls.ShouldNotContain(call => call.Operation == "CreateModel" && call.Target!.StartsWith("stereo"));
    }

    [Fact]
    public async Task Our_own_configuration_that_somebody_deletes_meanwhile_is_warned_of()
    {
        var image = await scene.Sandbox.PushAsync("4f2c9e1", "second");
        scene.AtWait(3, () =>
        {
            var ours = scene.NamesAsync("ListEndpointConfigs", "EndpointConfigs", "EndpointConfigName").GetAwaiter().GetResult().Single(name => name.StartsWith("stereo", StringComparison.Ordinal));
            scene.CallAsync("DeleteEndpointConfig", $$"""{"EndpointConfigName":"{{ours}}"}""").GetAwaiter().GetResult();
        });

        var update = await scene.UpdateAsync(image, new());

        update.Status.ShouldBe(EndpointUpdateStatus.Updated, update.Reason);
        scene.Observer.Of<Warned>().ShouldHaveSingleItem().Message.ShouldBe($"It serves the configuration {update.EndpointConfigName}, which somebody deleted: Repair-SageMakerEndpoint stereo makes it again.");
    }

    [Fact]
    public async Task An_endpoint_that_is_deleted_meanwhile_fails_the_update_and_what_was_made_is_removed()
    {
        var image = await scene.Sandbox.PushAsync("4f2c9e1", "second");
        scene.Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.EndpointFailure });
        var deleted = false;
        scene.Sandbox.Time.OnWait = _ =>
        {
            if (!deleted && (string?)scene.DescribeAsync().GetAwaiter().GetResult()["EndpointStatus"] == "Failed")
            {
                deleted = true;
                scene.CallAsync("DeleteEndpoint", """{"EndpointName":"stereo"}""").GetAwaiter().GetResult();
                scene.Sandbox.Time.Advance(TimeSpan.FromMinutes(2));
            }
        };

        var update = await scene.UpdateAsync(image, new());

        update.Status.ShouldBe(EndpointUpdateStatus.Failed);
        (await scene.NamesAsync("ListModels", "Models", "ModelName")).ShouldBe(["theirs", "m1"]);
    }

    private async Task TheirUpdateAsync() => await scene.CallAsync("UpdateEndpoint", """{"EndpointName":"stereo","EndpointConfigName":"theirs"}""");

    /// <summary>Does something when it is told a thing for the first time.</summary>
    private sealed class ActingObserver(string at, Action act) : IReleaseObserver
    {
        private bool done;

        public void Report(ReleaseEvent happened)
        {
            if (done || happened is not Noted noted || !noted.Message.StartsWith(at, StringComparison.Ordinal))
                return;
            done = true;
            act();
        }
    }
}
