namespace ReleaseTools.Tests.Commands;

[Collection(SandboxedWorkspace.Collection)]
public sealed class RestoreSageMakerEndpointCommandTests : IDisposable
{
    private const string Endpoint = "stereo-spot-inference";
    private const string Terraform = "stereo-spot-inference-terraform";

    private readonly SandboxedWorkspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void An_update_comes_down_the_pipeline_and_is_undone()
    {
        var update = Update();

        workspace.Run("$update | Restore-SageMakerEndpoint -WhatIf", ("update", update)).Single<EndpointUpdate>().Status.ShouldBe(EndpointUpdateStatus.Planned);
        var restored = workspace.Run("$update | Restore-SageMakerEndpoint", ("update", update)).Single<EndpointUpdate>();

        (restored.Status, restored.EndpointConfigName, restored.PreviousEndpointConfigName).ShouldBe((EndpointUpdateStatus.Updated, Terraform, update.EndpointConfigName));
        workspace.Run($"Restore-SageMakerEndpoint -To {Terraform}").Single<EndpointUpdate>().Status.ShouldBe(EndpointUpdateStatus.Unchanged);
        workspace.Run("Restore-SageMakerEndpoint").Single<EndpointUpdate>().EndpointConfigName.ShouldBe(update.EndpointConfigName);
    }

    [Fact]
    public void What_is_not_of_its_history_is_an_error_and_a_record()
    {
        Update();
        var ran = workspace.Run("Restore-SageMakerEndpoint -To v9");
        ran.Error("EndpointRestoreTargetNotFound");
        ran.Output.ShouldHaveSingleItem().ShouldBeOfType<EndpointUpdate>().Status.ShouldBe(EndpointUpdateStatus.Failed);
    }

    [Fact]
    public void A_rollback_is_an_error_and_a_record()
    {
        Update();
        workspace.Run($"Add-ReleaseSandboxFault EndpointRollback {Endpoint}");
        var ran = workspace.Run($"Restore-SageMakerEndpoint {Endpoint} {Terraform}");
        ran.Error("EndpointRestoreFailed").ErrorDetails.RecommendedAction.ShouldBe($"Test-SageMakerEndpoint {Endpoint}");
        ran.Output.ShouldHaveSingleItem().ShouldBeOfType<EndpointUpdate>().Status.ShouldBe(EndpointUpdateStatus.RolledBack);
    }

    [Fact]
    public void Releases_and_configurations_of_the_history_are_completed()
    {
        var config = Update().EndpointConfigName!;
        Completed("Restore-SageMakerEndpoint -To ").ShouldBe(["v1", config, Terraform]);
        Completed($"Restore-SageMakerEndpoint {Endpoint} -To {Terraform[..^3]}").ShouldBe([Terraform]);
    }

    [Fact]
    public void Where_nothing_can_be_read_nothing_is_completed_and_nothing_is_said()
    {
        workspace.Run("Add-ReleaseSandboxFault AccessDenied -Service sagemaker -Count 0");
        var ran = workspace.Run("(TabExpansion2 'Restore-SageMakerEndpoint -To x' 31).CompletionMatches.Count");
        ran.Errors.ShouldBeEmpty();
        ran.Single<int>().ShouldBe(0);
    }

    private EndpointUpdate Update()
    {
        var build = workspace.PutImage("stereo-inference");
        return workspace.Run("$build | Update-SageMakerEndpoint", ("build", build)).Single<EndpointUpdate>();
    }

    private IReadOnlyList<string> Completed(string line) => workspace.Run($"(TabExpansion2 '{line}' {line.Length}).CompletionMatches.CompletionText").All<string>();
}
