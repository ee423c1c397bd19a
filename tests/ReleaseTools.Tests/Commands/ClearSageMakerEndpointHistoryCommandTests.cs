namespace ReleaseTools.Tests.Commands;

[Collection(SandboxedWorkspace.Collection)]
public sealed class ClearSageMakerEndpointHistoryCommandTests : IDisposable
{
    private readonly SandboxedWorkspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void What_nothing_needs_is_shown_asked_about_and_removed()
    {
        var names = new[] { "v1", "v2", "v3" }.Select(Update).ToList();
        var changes = workspace.Changes();

        var planned = workspace.Run("Clear-SageMakerEndpointHistory -Keep 1 -WhatIf").All<EndpointHistoryItem>();
        planned.Select(item => (item.Kind, item.Name, item.Status)).ShouldBe([("EndpointConfig", names[0], EndpointHistoryStatus.Planned), ("Model", names[0], EndpointHistoryStatus.Planned)]);
        workspace.Host.Answer = "&No";
        workspace.Run("Clear-SageMakerEndpointHistory -Keep 1").Output.ShouldBeEmpty();
        workspace.Changes().ShouldBe(changes);

        workspace.Host.Answer = "&Yes";
        var removed = workspace.Run("Clear-SageMakerEndpointHistory -Keep 1").All<EndpointHistoryItem>();

        removed.Select(item => item.Status).ShouldAllBe(status => status == EndpointHistoryStatus.Removed);
        workspace.Changes().Skip(changes.Count).ShouldBe(["DeleteEndpointConfig", "DeleteModel"]);
        workspace.Run("Clear-SageMakerEndpointHistory -Keep 1 -Confirm:$false").Output.ShouldBeEmpty();
        workspace.Run("Test-SageMakerEndpoint").Single<EndpointDiagnosis>().IsHealthy.ShouldBeTrue();
    }

    [Fact]
    public void What_cannot_be_removed_is_an_error_of_its_own()
    {
        _ = new[] { "v1", "v2", "v3" }.Select(Update).ToList();
        workspace.Run("Add-ReleaseSandboxFault AccessDenied -Operation DeleteEndpointConfig -Count 0");
        var ran = workspace.Run("Clear-SageMakerEndpointHistory -Keep 1 -Confirm:$false");
        ran.Error("AwsAccessDenied").TargetObject.ShouldBeOfType<EndpointHistoryItem>().Kind.ShouldBe("EndpointConfig");
        ran.All<EndpointHistoryItem>().ShouldAllBe(item => item.Status == EndpointHistoryStatus.Failed);
    }

    private string Update(string tag)
    {
        File.AppendAllText(Path.Combine(workspace.Folder, "packages", "stereo-inference", "app", "model.json"), $"\n// {tag}");
        var build = workspace.PutImage("stereo-inference", tag);
        return workspace.Run("$build | Update-SageMakerEndpoint", ("build", build)).Single<EndpointUpdate>().EndpointConfigName!;
    }
}
