namespace ReleaseTools.Tests.Commands;

[Collection(SandboxedWorkspace.Collection)]
public sealed class RepairSageMakerEndpointCommandTests : IDisposable
{
    private const string Endpoint = "stereo-spot-inference";

    private readonly SandboxedWorkspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void What_is_healthy_is_left_alone()
    {
        workspace.Run("Wait-SageMakerEndpoint");
        var changes = workspace.Changes();
        workspace.Run("Repair-SageMakerEndpoint").Single<EndpointDiagnosis>().IsHealthy.ShouldBeTrue();
        workspace.Changes().ShouldBe(changes);
    }

    [Fact]
    public void A_failed_endpoint_is_created_again_with_leave_and_an_answer_and_left_alone_without()
    {
        Fail();
        var changes = workspace.Changes();

        var refused = workspace.Run("Repair-SageMakerEndpoint");
        refused.Error("EndpointRecreateNotAllowed").ErrorDetails.RecommendedAction.ShouldBe($"Repair-SageMakerEndpoint {Endpoint} -AllowRecreate");
        refused.Output.ShouldHaveSingleItem().ShouldBeOfType<EndpointDiagnosis>().Status.ShouldBe("Failed");

        workspace.Run("Repair-SageMakerEndpoint -AllowRecreate -WhatIf").Single<EndpointDiagnosis>().NextStep.ShouldBe(EndpointNextStep.Recreate);
        workspace.Host.Answer = "&No";
        workspace.Run("Repair-SageMakerEndpoint -AllowRecreate").Output.ShouldBeEmpty();
        workspace.Changes().ShouldBe(changes);

        workspace.Host.Answer = "&Yes";
        var repaired = workspace.Run("Test-SageMakerEndpoint | Repair-SageMakerEndpoint -AllowRecreate").Single<EndpointDiagnosis>();
        (repaired.Status, repaired.IsHealthy).ShouldBe(("InService", true));
        workspace.Changes().Skip(changes.Count).ShouldBe(["AddTags", "DeleteEndpoint", "CreateEndpoint", "DeleteTags"]);
        Directory.EnumerateFiles(Path.Combine(workspace.Folder, ".releasetools", "endpoints")).ShouldBeEmpty();
    }

    [Fact]
    public void With_Confirm_false_nobody_is_asked()
    {
        Fail();
        workspace.Run("Repair-SageMakerEndpoint -AllowRecreate -Confirm:$false").Single<EndpointDiagnosis>().IsHealthy.ShouldBeTrue();
    }

    [Fact]
    public void A_mix_of_configurations_is_put_right_without_a_question()
    {
        var uri = workspace.PutImage("stereo-inference").ImageUri;
        workspace.Run($"Add-ReleaseSandboxFault EndpointRollbackFailure {Endpoint}");
        workspace.Run($"Update-SageMakerEndpoint -ImageUri {uri}").Error("EndpointNotUsable").ErrorDetails.RecommendedAction.ShouldStartWith($"Repair-SageMakerEndpoint {Endpoint};");

        workspace.Run("Repair-SageMakerEndpoint").Single<EndpointDiagnosis>().Status.ShouldBe("InService");
    }

    [Fact]
    public void What_no_module_can_repair_is_an_error_with_the_command_that_may()
    {
        var ran = workspace.Run("Repair-SageMakerEndpoint nope");
        ran.Error("EndpointNotRepairable").ErrorDetails.RecommendedAction.ShouldBe("Invoke-TerraformApply");
        ran.Output.ShouldHaveSingleItem().ShouldBeOfType<EndpointDiagnosis>().Status.ShouldBe("Missing");
    }

    private void Fail()
    {
        var uri = workspace.PutImage("stereo-inference").ImageUri;
        workspace.Run($"Add-ReleaseSandboxFault EndpointFailure {Endpoint}");
        workspace.Run($"Update-SageMakerEndpoint -ImageUri {uri}").Error("EndpointNotUsable");
    }
}
