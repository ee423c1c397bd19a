using ReleaseTools.Engine.Inference.Endpoints;

namespace ReleaseTools.Engine.Tests.Inference.Endpoints;

public sealed class EndpointStateTests
{
    [Theory]
    [InlineData("InService", nameof(EndpointReadiness.Ready), EndpointNextStep.None, "")]
    [InlineData("Creating", nameof(EndpointReadiness.Wait), EndpointNextStep.Wait, "Wait-SageMakerEndpoint stereo")]
    [InlineData("Updating", nameof(EndpointReadiness.Wait), EndpointNextStep.Wait, "Wait-SageMakerEndpoint stereo")]
    [InlineData("SystemUpdating", nameof(EndpointReadiness.Wait), EndpointNextStep.Wait, "Wait-SageMakerEndpoint stereo")]
    [InlineData("RollingBack", nameof(EndpointReadiness.Wait), EndpointNextStep.Wait, "Wait-SageMakerEndpoint stereo")]
    [InlineData("OfTheFuture", nameof(EndpointReadiness.Wait), EndpointNextStep.Wait, "Wait-SageMakerEndpoint stereo")]
    [InlineData(null, nameof(EndpointReadiness.Wait), EndpointNextStep.Wait, "Wait-SageMakerEndpoint stereo")]
    [InlineData("UpdateRollbackFailed", nameof(EndpointReadiness.Refuse), EndpointNextStep.Update, "Repair-SageMakerEndpoint stereo")]
    [InlineData("OutOfService", nameof(EndpointReadiness.Refuse), EndpointNextStep.Update, "Repair-SageMakerEndpoint stereo")]
    [InlineData("Failed", nameof(EndpointReadiness.Refuse), EndpointNextStep.Recreate, "Repair-SageMakerEndpoint stereo -AllowRecreate")]
    [InlineData("Deleting", nameof(EndpointReadiness.Refuse), EndpointNextStep.Wait, "Repair-SageMakerEndpoint stereo")]
    [InlineData("Missing", nameof(EndpointReadiness.Refuse), EndpointNextStep.Create, "Repair-SageMakerEndpoint stereo")]
    public void What_can_be_done_what_is_next_and_what_to_type_are_read_from_the_status(string? status, string readiness, EndpointNextStep next, string command)
    {
        var state = EndpointState.Of("stereo", status, failureReason: null);

        (state.Readiness.ToString(), state.NextStep, state.NextCommand).ShouldBe((readiness, next, command));
        (state.Diagnosis.Length == 0).ShouldBe(next == EndpointNextStep.None);
    }

    [Fact]
    public void SageMaker_s_reason_is_told_where_it_gives_one() =>
        EndpointState.Of("stereo", "Failed", "out of capacity").Diagnosis.ShouldContain("SageMaker says: out of capacity");
}
