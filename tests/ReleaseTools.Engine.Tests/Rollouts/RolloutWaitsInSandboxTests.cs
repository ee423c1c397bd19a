using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Tests.Rollouts.Undo;

namespace ReleaseTools.Engine.Tests.Rollouts;

public sealed class RolloutWaitsInSandboxTests : UndoFixture
{
    [Fact]
    public async Task A_deployment_that_another_started_is_waited_for_and_proven()
    {
        await WithServiceAsync();
        var image = await Sandbox.PushAsync("v2", "second");
        var started = await RolloutAsync(image, new() { NoWait = true });

        var ended = await WaitAsync(deploymentId: null, image.Digest);

        ended.Status.ShouldBe(RolloutStatus.Verified, ended.Reason);
        ended.DeploymentId.ShouldBe(started.DeploymentId);
    }

    [Theory]
    [InlineData(false, RolloutStatus.Deployed)]
    [InlineData(true, RolloutStatus.Mismatch)]
    public async Task With_nothing_in_progress_the_verdict_is_there_at_once(bool otherDigest, RolloutStatus status)
    {
        await WithServiceAsync();
        var digest = otherDigest ? (await Sandbox.PushAsync("v2", "second")).Digest : null;

        var before = Sandbox.Time.GetUtcNow();
        (await WaitAsync(deploymentId: null, digest)).Status.ShouldBe(status);
        (Sandbox.Time.GetUtcNow() - before).ShouldBeLessThan(TimeSpan.FromSeconds(otherDigest ? 30 : 1));
    }

    [Fact]
    public async Task A_wait_that_finds_ECS_rolling_back_ends_RolledBack_and_not_well()
    {
        await WithServiceAsync();
        await RolloutAsync(await Sandbox.PushAsync("v2", "second"), new() { NoWait = true });
        await UndoAsync(options: new() { NoWait = true });

        (await WaitAsync(deploymentId: null, digest: null)).Status.ShouldBe(RolloutStatus.RolledBack);
        Observer.Of<RolloutEnded>()[^1].Rollout.Status.ShouldBe(RolloutStatus.RolledBack); // which is warned of
    }

    [Fact]
    public async Task A_wait_for_a_deployment_that_was_undone_meanwhile_says_so()
    {
        await WithServiceAsync();
        var started = await RolloutAsync(await Sandbox.PushAsync("v2", "second"), new() { NoWait = true });
        await UndoAsync(options: new() { NoWait = true });

        (await WaitAsync(started.DeploymentId, digest: null)).Status.ShouldBe(RolloutStatus.RolledBack);
    }
}
