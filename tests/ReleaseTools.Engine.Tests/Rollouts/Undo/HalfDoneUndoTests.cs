using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Rollouts.Undo;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Rollouts.Undo;

/// <summary>An undo that meets something else than it was planned for, or is stopped on its way.</summary>
public sealed class HalfDoneUndoTests : UndoFixture
{
    [Fact]
    public async Task What_ended_well_before_it_was_stopped_is_put_back_as_a_copy_where_the_former_revision_was_deregistered()
    {
        var first = await WithServiceAsync();
        var plans = await Rollouts.PlanAsync([Service with { PinDigest = true }], new Dictionary<string, EcrImage> { ["web"] = await Sandbox.PushAsync("v2", "second") }, default);
        await Rollouts.RolloutAsync(plans, new() { NoWait = true }, default);
        await Sandbox.Session.Ecs.DeregisterTaskDefinitionAsync(new("web:1"), default);
        var plan = await PlanAsync();
        plan.ServiceDeployment.ShouldNotBeNull();
        Sandbox.Time.Advance(TimeSpan.FromMinutes(2));

        var undone = (await Undo.UndoAsync([plan], Options, default)).Single().Rollout;

        undone.Status.ShouldBe(RolloutStatus.Verified, undone.Reason);
        (undone.TaskDefinition, undone.RunningDigests.Single()).ShouldBe(("web:3", first));
    }

    [Fact]
    public async Task Ctrl_C_before_the_stop_is_sent_puts_the_tag_back_and_says_that_the_deployment_goes_on()
    {
        await WithServiceAsync();
        var image = await Sandbox.PushAsync("v2", "second");
        await RolloutAsync(image, new() { NoWait = true });
        using var stop = new CancellationTokenSource();
        var undo = UndoSeenBy(new When(Observer, happened => happened is Noted { Message: var said } && said.StartsWith("Put the tag", StringComparison.Ordinal), stop.Cancel));

        await Should.ThrowAsync<OperationCanceledException>(async () => await undo.UndoAsync(await undo.PlanAsync([Service], to: null, default), Options, stop.Token));

        Changes().ShouldNotContain("StopServiceDeployment");
        (await TagAsync()).ShouldBe(image.Digest);
        var said = Observer.Of<Announced>().ShouldHaveSingleItem();
        said.Message.ShouldContain("was not stopped");
        said.Message.ShouldContain("Restore-EcsService web -Cluster main");
    }

    private EcsUndo UndoSeenBy(IReleaseObserver observer) => new(Sandbox.Session, Sandbox.Registry, observer, Sandbox.Time, Rollouts);

    /// <summary>Acts as soon as something has happened.</summary>
    private sealed class When(RecordingObserver also, Predicate<ReleaseEvent> has, Action act) : IReleaseObserver
    {
        public void Report(ReleaseEvent happened)
        {
            also.Report(happened);
            if (has(happened))
                act();
        }
    }
}
