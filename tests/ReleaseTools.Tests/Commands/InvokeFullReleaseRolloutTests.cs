namespace ReleaseTools.Tests.Commands;

/// <summary>The last stage of a release: its services in waves, and what becomes of a release whose service fails.</summary>
[Collection(SandboxedWorkspace.Collection)]
public sealed class InvokeFullReleaseRolloutTests : IDisposable
{
    private const string Release = "Invoke-FullRelease -SkipTerraform -Builder CodeBuild -TimeoutSec 600";

    private readonly SandboxedWorkspace workspace = new();

    public InvokeFullReleaseRolloutTests()
    {
        var definition = Path.Combine(workspace.Folder, "release.json");
        File.WriteAllText(definition, File.ReadAllText(definition)
            .Replace("\"job-worker\": { \"image\": \"job-worker\" }", "\"job-worker\": { \"image\": \"job-worker\", \"after\": [\"web-ui\"] }", StringComparison.Ordinal));
    }

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void The_second_wave_begins_when_the_first_is_proven()
    {
        var release = workspace.Run($"{Release} -Tag v1").Single<Release>();

        release.Status.ShouldBe(ReleaseStatus.Succeeded);
        var calls = workspace.Run("Get-ReleaseSandboxCall").All<ReleaseSandboxCall>().ToList();
        var updates = calls.Where(call => call.Operation == "UpdateService").Select(call => call.Target).ToList();
        updates.Count.ShouldBe(4);
        updates[^1].ShouldBe("job-worker");
        var proof = calls.FindIndex(call => call.Operation == "ListTasks" && call.Target == "web-ui");
        proof.ShouldBeInRange(0, calls.FindIndex(call => call.Operation == "UpdateService" && call.Target == "job-worker"));
    }

    [Fact]
    public void What_comes_after_a_service_that_fails_is_not_touched_and_the_release_fails_by_the_cause()
    {
        workspace.Run("Add-ReleaseSandboxFault TaskCrash web-ui -Count 0 -ExitCode 137 -LogLine 'no table stereo-spot-jobs'");

        var ran = workspace.Run($"{Release} -Tag v1");

        ran.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]).ShouldBe(["RolloutFailed", "ServiceBeforeNotHealthy"]);
        ran.Errors[0].Exception.Message.ShouldContain("exited with 137 (killed: out of memory, or it did not stop in time)");
        ran.Errors[0].Exception.Message.ShouldContain("no table stereo-spot-jobs");
        var release = ran.Output.ShouldHaveSingleItem().ShouldBeOfType<Release>();
        release.Status.ShouldBe(ReleaseStatus.Failed);
        release.Services.Single(service => service.Service == "media-worker").Status.ShouldBe(RolloutStatus.Deployed);
        release.Services.Single(service => service.Service == "job-worker").Status.ShouldBe(RolloutStatus.NotRun);
        release.Steps.Single(step => step.Id == "rollout:job-worker").Status.ShouldBe(ReleaseStepStatus.NotRun);
        Updated().ShouldNotContain("job-worker");
    }

    [Fact]
    public void With_RollbackOnFailure_what_fails_is_put_back_and_the_release_fails_all_the_same()
    {
        var before = workspace.Run($"{Release} -Tag v1").Single<Release>().Services.Single(service => service.Service == "web-ui").RunningDigests;
        File.AppendAllText(Path.Combine(workspace.Folder, "packages", "web-ui", "public", "index.html"), "<!-- changed -->");
        workspace.Run($"Add-ReleaseSandboxFault TaskCrash {workspace.PutImage("web-ui", "v2").Digest} -Count 0"); // what ran before goes on to run well

        var ran = workspace.Run($"{Release} -Tag v2 -RollbackOnFailure");

        ran.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]).ShouldBe(["RolloutFailed", "ServiceBeforeNotHealthy"]);
        var release = ran.Output.ShouldHaveSingleItem().ShouldBeOfType<Release>();
        release.Status.ShouldBe(ReleaseStatus.Failed);
        var web = release.Services.Single(service => service.Service == "web-ui");
        (web.Status, web.RunningDigests.Single()).ShouldBe((RolloutStatus.RolledBack, before.Single()), web.Reason);
        release.Services.Single(service => service.Service == "media-worker").Status.ShouldBe(RolloutStatus.Deployed);
        workspace.Changes().ShouldContain("StopServiceDeployment");
    }

    private List<string?> Updated() =>
        [.. workspace.Run("Get-ReleaseSandboxCall").All<ReleaseSandboxCall>().Where(call => call.Operation == "UpdateService").Select(call => call.Target)];
}
