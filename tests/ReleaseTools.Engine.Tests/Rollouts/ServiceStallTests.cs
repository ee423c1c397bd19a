using ReleaseTools.Engine.Rollouts;

namespace ReleaseTools.Engine.Tests.Rollouts;

public sealed class ServiceStallTests
{
    [Theory]
    [InlineData("(service web) was unable to place a task because no container instance met all of its requirements.", "there is no capacity for its tasks")]
    [InlineData("(service web) was unable to place a task. Reason: Capacity is unavailable at this time.", "there is no capacity for its tasks")]
    [InlineData("(service web) (instance i-1) (port 80) is unhealthy in (target-group t) due to (reason Health checks failed)", "its tasks are unhealthy at the load balancer")]
    [InlineData("(service web) is unable to consistently start tasks successfully.", "its tasks stop again and again")]
    [InlineData("(service web) was unable to stop or start tasks during a deployment because of the service deployment configuration.", "minimumHealthyPercent and maximumPercent leave no room for a task")]
    public void What_keeps_tasks_from_coming_is_told_by_an_event(string said, string words) => ServiceStall.Of(said).ShouldBe(new(words, said));

    [Theory]
    [InlineData("(service web) has started 2 tasks: (task 1) (task 2).")]
    [InlineData("(service web) registered 1 targets in (target-group t)")]
    [InlineData("(service web) has reached a steady state.")]
    [InlineData("")]
    public void What_ECS_says_when_all_goes_well_is_no_stall(string said) => ServiceStall.Of(said).ShouldBeNull();
}
