using ReleaseTools.Engine.Inference.Endpoints;

namespace ReleaseTools.Engine.Tests.Inference.Endpoints;

public sealed class EndpointStateTests
{
    [Theory]
    [InlineData("InService", nameof(EndpointReadiness.Ready))]
    [InlineData("Creating", nameof(EndpointReadiness.Wait))]
    [InlineData("Updating", nameof(EndpointReadiness.Wait))]
    [InlineData("SystemUpdating", nameof(EndpointReadiness.Wait))]
    [InlineData("RollingBack", nameof(EndpointReadiness.Wait))]
    [InlineData("OfTheFuture", nameof(EndpointReadiness.Wait))]
    [InlineData("Failed", nameof(EndpointReadiness.Refuse))]
    [InlineData("OutOfService", nameof(EndpointReadiness.Refuse))]
    [InlineData("UpdateRollbackFailed", nameof(EndpointReadiness.Refuse))]
    [InlineData("Deleting", nameof(EndpointReadiness.Refuse))]
    public void What_can_be_done_is_read_from_the_status(string status, string readiness)
    {
        var state = EndpointState.Of("stereo", status, "config", null);
        state.Readiness.ToString().ShouldBe(readiness);
        if (state.Readiness == EndpointReadiness.Refuse)
            state.NextCommand.ShouldContain("aws sagemaker");
    }
}
