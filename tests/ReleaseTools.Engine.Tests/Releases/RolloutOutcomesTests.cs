using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Releases.Running;
using ReleaseTools.Engine.Rollouts;

namespace ReleaseTools.Engine.Tests.Releases;

/// <summary>What is advised after a rollout that did not end well.</summary>
public sealed class RolloutOutcomesTests
{
    private static ServiceRollout Rollout => new() { Service = "web", Cluster = "main", DeploymentId = "ecs-svc/1", Digest = "sha256:12" };

    [Theory]
    [InlineData(RolloutStatus.TimedOut, nameof(Messages.RolloutNotOver), "Wait for its end: Wait-EcsRollout web -Cluster main -Digest sha256:12; or")]
    [InlineData(RolloutStatus.Stalled, nameof(Messages.RolloutNotOver), "Restore-EcsService web -Cluster main")]
    [InlineData(RolloutStatus.Superseded, nameof(Messages.RolloutSuperseded), "Wait-EcsRollout web -Cluster main; then roll out again")]
    [InlineData(RolloutStatus.RolledBack, nameof(Messages.RolloutFailed), "mend the cause and release again")]
    public void The_advice_fits_how_it_ended(RolloutStatus status, string id, string advice)
    {
        var error = Outcomes.ErrorOf(Rollout with { Status = status }).ShouldNotBeNull();

        error.Id.ShouldBe(id);
        error.RecommendedAction.ShouldContain(advice);
    }

    [Theory]
    [InlineData(RolloutStatus.Failed, true)]
    [InlineData(RolloutStatus.Mismatch, true)]
    [InlineData(RolloutStatus.RolledBack, false)] // it is put back
    public void What_nobody_put_back_is_advised_to_be(RolloutStatus status, bool isAdvised) =>
        Outcomes.ErrorOf(Rollout with { Status = status })!.RecommendedAction.Contains("Restore-EcsService web -Cluster main", StringComparison.Ordinal).ShouldBe(isAdvised);

    [Fact]
    public void A_service_that_was_not_put_back_is_not_to_be_released_again() =>
        Outcomes.ErrorOfRestore(Rollout with { Status = RolloutStatus.Failed })!.RecommendedAction.ShouldEndWith("Restore-EcsService web -Cluster main -To family:revision");

    [Fact]
    public void The_way_on_is_said_once()
    {
        var error = Outcomes.ErrorOf(Rollout with { Status = RolloutStatus.TimedOut, Reason = $"The wait ran out. {RolloutText.GoesOn(Rollout)}" })!;

        error.Message.ShouldBe("The rollout of service 'web' was not over in time. The wait ran out.");
    }
}
