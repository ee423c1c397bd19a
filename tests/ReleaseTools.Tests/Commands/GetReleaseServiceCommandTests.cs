namespace ReleaseTools.Tests.Commands;

[Collection(SandboxedWorkspace.Collection)]
public sealed class GetReleaseServiceCommandTests : IDisposable
{
    private readonly SandboxedWorkspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void It_gives_services_as_defined_and_as_they_run()
    {
        var service = workspace.Run("Get-ReleaseService web-ui").Single<ReleaseService>();

        service.Cluster.ShouldBe("stereo-spot");
        service.Image.ShouldBe("web-ui");
        service.Status.ShouldBe("ACTIVE");
        service.DesiredCount.ShouldBe(1);
        workspace.Changes().ShouldBeEmpty();
    }

    [Fact]
    public void Names_and_services_come_down_the_pipeline()
    {
        var ran = workspace.Run("'*-worker', [pscustomobject]@{ Name = 'web-ui' } | Get-ReleaseService | Get-ReleaseService");

        ran.Errors.ShouldBeEmpty();
        ran.All<ReleaseService>().Select(service => service.Service).Order(StringComparer.Ordinal).ShouldBe(["job-worker", "media-worker", "video-worker", "web-ui"]);
    }

    [Fact]
    public void A_service_that_is_not_at_ECS_is_an_error_and_the_others_go_on()
    {
        var definition = Path.Combine(workspace.Folder, "release.json");
        File.WriteAllText(definition, File.ReadAllText(definition).Replace("\"job-worker\": { \"image\"", "\"gone\": { \"image\"", StringComparison.Ordinal));

        var ran = workspace.Run("Get-ReleaseService");

        ran.Error("ServiceNotFound").TargetObject.ShouldBe("gone");
        ran.All<ReleaseService>().Select(service => service.Service).ShouldBe(["web-ui", "media-worker", "video-worker"]);
    }

    [Fact]
    public void A_name_that_is_not_defined_is_an_error() => workspace.Run("Get-ReleaseService nope").Error("ServiceNotDefined").TargetObject.ShouldBe("nope");

    [Fact]
    public void An_empty_pipeline_gives_nothing() => workspace.Run("@() | Get-ReleaseService").Output.ShouldBeEmpty();
}
