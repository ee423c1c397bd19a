namespace ReleaseTools.Tests.Commands;

[Collection(SandboxedWorkspace.Collection)]
public sealed class WaitSageMakerEndpointCommandTests : IDisposable
{
    private const string Endpoint = "stereo-spot-inference";

    private readonly SandboxedWorkspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void An_update_that_was_not_waited_for_is_followed_to_its_end_and_proven()
    {
        var uri = workspace.PutImage("stereo-inference").ImageUri;

        var updates = workspace.Run($"$update = Update-SageMakerEndpoint {Endpoint} -ImageUri {uri} -NoWait; $update; $update | Wait-SageMakerEndpoint").All<EndpointUpdate>();

        updates.Select(update => update.Status).ShouldBe([EndpointUpdateStatus.InProgress, EndpointUpdateStatus.Updated]);
        (updates[1].ImageUri, updates[1].EndpointConfigName, updates[1].PreviousEndpointConfigName, updates[1].VariantName).ShouldBe((uri, updates[0].EndpointConfigName, updates[0].PreviousEndpointConfigName, "AllTraffic"));
    }

    [Fact]
    public void Without_a_name_it_is_the_definition_s_endpoint()
    {
        InService();
        var update = workspace.Run("Wait-SageMakerEndpoint").Single<EndpointUpdate>();
        (update.EndpointName, update.Status, update.Reason).ShouldBe((Endpoint, EndpointUpdateStatus.Unchanged, "It is InService; nothing was under way."));
    }

    [Fact]
    public void An_update_of_somebody_else_that_rolls_back_is_an_error_and_a_record()
    {
        var uri = workspace.PutImage("stereo-inference").ImageUri;
        workspace.Run($"Add-ReleaseSandboxFault EndpointRollback {Endpoint}; Update-SageMakerEndpoint {Endpoint} -ImageUri {uri} -NoWait").Single<EndpointUpdate>();

        var ran = workspace.Run($"Wait-SageMakerEndpoint {Endpoint}");

        ran.Error("EndpointUpdateFailed").TargetObject.ShouldBeOfType<EndpointUpdate>().Status.ShouldBe(EndpointUpdateStatus.RolledBack);
    }

    [Fact]
    public void An_unknown_endpoint_is_an_error_and_a_record_and_the_others_go_on()
    {
        InService();
        var ran = workspace.Run($"Wait-SageMakerEndpoint nope, {Endpoint}");

        ran.Error("EndpointNotFound").TargetObject.ShouldBeOfType<EndpointUpdate>().EndpointName.ShouldBe("nope");
        ran.All<EndpointUpdate>().Select(update => (update.EndpointName, update.Status)).ShouldBe([("nope", EndpointUpdateStatus.Failed), (Endpoint, EndpointUpdateStatus.Unchanged)], ignoreOrder: true);
    }

    [Fact]
    public void What_was_only_predicted_or_has_failed_is_not_waited_for() =>
        workspace.Run("$updates | Wait-SageMakerEndpoint", ("updates", new[] { Update(EndpointUpdateStatus.Planned), Update(EndpointUpdateStatus.Failed) })).Output.ShouldBeEmpty();

    // The sandbox creates it when it starts, which takes a while.
    private void InService() => workspace.Run("Wait-SageMakerEndpoint");

    private static EndpointUpdate Update(EndpointUpdateStatus status) => new() { EndpointName = Endpoint, Status = status };
}
