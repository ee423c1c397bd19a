using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Inference.Endpoints;

namespace ReleaseTools.Engine.Tests.Inference.Endpoints;

public sealed class EndpointDeploymentRulesTests
{
    [Theory]
    [InlineData(EndpointStrategy.AllAtOnce, "10%", "all at once takes no step size")]
    [InlineData(EndpointStrategy.Canary, null, "a canary deployment takes a step size, such as 10%")]
    [InlineData(EndpointStrategy.Canary, "51%", "a canary deployment takes steps of 1 to 50 percent, not 51%")]
    [InlineData(EndpointStrategy.Linear, "9%", "a linear deployment takes steps of 10 to 50 percent, not 9%")]
    [InlineData(EndpointStrategy.Linear, "51%", "a linear deployment takes steps of 10 to 50 percent, not 51%")]
    [InlineData(EndpointStrategy.Rolling, "4%", "a rolling deployment takes steps of 5 to 50 percent, not 4%")]
    [InlineData(EndpointStrategy.Rolling, null, "a rolling deployment takes a step size, such as 10%")]
    public void A_step_is_as_large_as_SageMaker_allows(EndpointStrategy strategy, string? size, string why) =>
        Refused(new() { Strategy = strategy, StepSize = size is null ? null : CapacitySize.Parse(size) }).ShouldBe($"SageMaker takes no such deployment: {why}.");

    [Theory]
    [InlineData(EndpointStrategy.Canary, "1%")]
    [InlineData(EndpointStrategy.Canary, "50%")]
    [InlineData(EndpointStrategy.Linear, "10%")]
    [InlineData(EndpointStrategy.Rolling, "5%")]
    [InlineData(EndpointStrategy.Rolling, "3")]
    public void What_is_allowed_passes(EndpointStrategy strategy, string size) =>
        EndpointDeploymentRules.Check(new() { Strategy = strategy, StepSize = CapacitySize.Parse(size), WaitInterval = TimeSpan.Zero });

    [Theory]
    [InlineData(3601, null, null, "the wait after a step is at most 3600 seconds")]
    [InlineData(0, 3601, null, "the wait before the former instances are ended is at most 3600 seconds")]
    [InlineData(0, null, 599, "a deployment may take 600 to 28800 seconds")]
    [InlineData(0, null, 28_801, "a deployment may take 600 to 28800 seconds")]
    [InlineData(300, 300, 3000, "a deployment that waits 3000 seconds in all cannot end within 3000")] // ten steps, nine waits between them
    public void Waits_and_timeout_are_as_long_as_SageMaker_allows(int wait, int? termination, int? timeout, string why) =>
        Refused(new()
        {
            Strategy = EndpointStrategy.Linear, StepSize = CapacitySize.Parse("10%"), WaitInterval = TimeSpan.FromSeconds(wait),
            TerminationWait = termination is { } seconds ? TimeSpan.FromSeconds(seconds) : null, Timeout = timeout is { } most ? TimeSpan.FromSeconds(most) : null,
        }).ShouldBe($"SageMaker takes no such deployment: {why}.");

    [Fact]
    public void Only_a_rolling_deployment_takes_a_size_for_its_rollback_and_no_termination_wait()
    {
        Refused(new() { RollbackStepSize = CapacitySize.Parse("50%") }).ShouldContain("only a rolling deployment");
        Refused(new() { Strategy = EndpointStrategy.Rolling, StepSize = CapacitySize.Parse("50%"), TerminationWait = TimeSpan.FromSeconds(1) }).ShouldContain("it takes no termination wait");
        Refused(new() { Strategy = EndpointStrategy.Rolling, StepSize = CapacitySize.Parse("50%"), RollbackStepSize = CapacitySize.Parse("4%") }).ShouldContain("5 to 100 percent");
    }

    [Fact]
    public void Alarms_are_ten_at_most_and_have_names()
    {
        Refused(new() { Alarms = [.. Enumerable.Range(1, 11).Select(i => $"a{i}")] }).ShouldContain("at most 10 alarms, not 11");
        Refused(new() { Alarms = [" "] }).ShouldContain("1 to 255 characters");
        Refused(new() { Alarms = [new string('a', 256)] }).ShouldContain("1 to 255 characters");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("0%")]
    [InlineData("-1")]
    [InlineData("1.5%")]
    [InlineData("ten")]
    [InlineData("%")]
    public void What_is_no_size_is_an_error(string text) =>
        Should.Throw<ReleaseException>(() => CapacitySize.Parse(text)).Id.ShouldBe(nameof(Messages.EndpointDeploymentInvalid));

    [Theory]
    [InlineData(EndpointStrategy.Canary, "25%", """{"BlueGreenUpdatePolicy":{"TrafficRoutingConfiguration":{"Type":"CANARY","WaitIntervalInSeconds":300,"CanarySize":{"Type":"CAPACITY_PERCENT","Value":25}},"TerminationWaitInSeconds":60,"MaximumExecutionTimeoutInSeconds":1800}}""")]
    [InlineData(EndpointStrategy.Linear, "2", """{"BlueGreenUpdatePolicy":{"TrafficRoutingConfiguration":{"Type":"LINEAR","WaitIntervalInSeconds":300,"LinearStepSize":{"Type":"INSTANCE_COUNT","Value":2}},"TerminationWaitInSeconds":60,"MaximumExecutionTimeoutInSeconds":1800}}""")]
    [InlineData(EndpointStrategy.AllAtOnce, null, """{"BlueGreenUpdatePolicy":{"TrafficRoutingConfiguration":{"Type":"ALL_AT_ONCE","WaitIntervalInSeconds":0},"TerminationWaitInSeconds":60,"MaximumExecutionTimeoutInSeconds":1800}}""")]
    public void A_blue_green_deployment_is_written_as_SageMaker_reads_it(EndpointStrategy strategy, string? size, string json) =>
        DeploymentConfigJson.Of(new()
        {
            Strategy = strategy, StepSize = size is null ? null : CapacitySize.Parse(size), TerminationWait = TimeSpan.FromMinutes(1), Timeout = TimeSpan.FromMinutes(30),
        }).ToJsonString().ShouldBe(json);

    [Fact]
    public void A_rolling_deployment_is_written_as_SageMaker_reads_it() =>
        DeploymentConfigJson.Of(new() { Strategy = EndpointStrategy.Rolling, StepSize = new(2, IsPercent: false), RollbackStepSize = new(50, IsPercent: true), WaitInterval = TimeSpan.FromMinutes(2), Alarms = ["a"] })
            .ToJsonString().ShouldBe("""{"RollingUpdatePolicy":{"MaximumBatchSize":{"Type":"INSTANCE_COUNT","Value":2},"WaitIntervalInSeconds":120,"RollbackMaximumBatchSize":{"Type":"CAPACITY_PERCENT","Value":50}},"AutoRollbackConfiguration":{"Alarms":[{"AlarmName":"a"}]}}""");

    private static string Refused(EndpointDeployment deployment)
    {
        var error = Should.Throw<ReleaseException>(() => EndpointDeploymentRules.Check(deployment));
        error.Id.ShouldBe(nameof(Messages.EndpointDeploymentInvalid));
        return error.Message;
    }
}
