using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Inference.Recovery.Histories;

namespace ReleaseTools.Engine.Tests.Inference.Recovery;

public sealed class EndpointHistoriesTests
{
    [Fact]
    public async Task What_nothing_needs_is_removed_and_the_endpoint_can_be_updated_and_restored_still()
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1", "r2", "r3", "r4");

        var done = await ClearAsync(endpoint, keep: 2);

        done.ShouldAllBe(one => one.Item.Status == EndpointHistoryStatus.Removed && one.Error == null);
        (await endpoint.NamesAsync("EndpointConfig")).ShouldBe(["first", endpoint.Configs[2], endpoint.Configs[3]]);
        (await endpoint.NamesAsync("Model")).ShouldBe(["m1", endpoint.Configs[2], endpoint.Configs[3]]);
        (await endpoint.RestoreAsync("r3")).Status.ShouldBe(EndpointUpdateStatus.Updated);
        (await endpoint.UpdateAsync("r5")).Status.ShouldBe(EndpointUpdateStatus.Updated);
    }

    [Fact]
    public async Task What_another_endpoint_is_on_stays()
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1", "r2", "r3");
        await endpoint.Sandbox.CallAsync("SageMaker", "CreateEndpoint", $$"""{"EndpointName":"another","EndpointConfigName":"{{endpoint.Configs[0]}}"}""");
        endpoint.Sandbox.Time.Advance(TimeSpan.FromMinutes(6));

        (await ClearAsync(endpoint, keep: 1)).ShouldBeEmpty(); // r2 is the last that was good and is not in use
        (await endpoint.NamesAsync("EndpointConfig")).ShouldContain(endpoint.Configs[0]);
    }

    [Fact]
    public async Task What_came_into_use_after_the_plan_was_made_stays()
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1", "r2", "r3");
        var histories = new EndpointHistories(endpoint.Tools());
        var plan = await histories.PlanAsync(RecoveryFixture.Name, keep: 1, default);
        plan.Select(item => item.Name).ShouldBe([endpoint.Configs[0], endpoint.Configs[0]]);
        await endpoint.RestoreAsync("r1");

        var done = await histories.ClearAsync(RecoveryFixture.Name, plan, keep: 1, default);

        done.ShouldAllBe(one => one.Item.Status == EndpointHistoryStatus.Failed && one.Item.Reason == "Something needs it now.");
        (await endpoint.TestAsync()).IsHealthy.ShouldBeTrue();
    }

    [Fact]
    public async Task A_configuration_that_cannot_be_removed_keeps_its_model()
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1", "r2", "r3");
        endpoint.Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.AccessDenied, Operation = "DeleteEndpointConfig", Count = null });

        var done = await ClearAsync(endpoint, keep: 1);

        done.Select(one => one.Item.Status).ShouldBe([EndpointHistoryStatus.Failed, EndpointHistoryStatus.Failed]);
        done[0].Error.ShouldNotBeNull().Kind.ShouldBe(ErrorKind.PermissionDenied);
        (await endpoint.NamesAsync("Model")).ShouldContain(endpoint.Configs[0]);
    }

    [Fact]
    public async Task Half_a_picture_removes_nothing()
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1", "r2", "r3");
        endpoint.Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.AccessDenied, Operation = "ListEndpoints", Count = null });
        await Should.ThrowAsync<ReleaseException>(() => ClearAsync(endpoint, keep: 1));
        endpoint.Sandbox.Calls.ShouldAllBe(call => !call.Operation.StartsWith("Delete", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Killed_anywhere_and_run_again_the_same_is_left()
    {
        var (whole, effects) = await RunAsync(at: 0, arrives: true);
        effects.ShouldBe(["DeleteEndpointConfig", "DeleteEndpointConfig", "DeleteModel", "DeleteModel"]);
        for (var at = 1; at <= effects.Count; at++)
        {
            foreach (var arrives in new[] { false, true })
                (await RunAsync(at, arrives)).End.ShouldBe(whole, $"cut at {at}");
        }
    }

    private static async Task<(string End, IReadOnlyList<string> Effects)> RunAsync(int at, bool arrives)
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1", "r2", "r3", "r4");
        var death = new Death(at, arrives);
        using var mortal = endpoint.Sandbox.SessionThrough(death.Of);
        try
        {
            await ClearAsync(endpoint, keep: 1, mortal);
        }
        catch (ProcessKilledException)
        {
            await ClearAsync(endpoint, keep: 1);
        }

        return (await endpoint.SnapshotAsync(), death.Effects);
    }

    private static async Task<IReadOnlyList<(EndpointHistoryItem Item, ReleaseException? Error)>> ClearAsync(RecoveryFixture endpoint, int keep, Engine.Aws.AwsSession? session = null)
    {
        var histories = new EndpointHistories(endpoint.Tools(session));
        return await histories.ClearAsync(RecoveryFixture.Name, await histories.PlanAsync(RecoveryFixture.Name, keep, default), keep, default);
    }
}
