namespace ReleaseTools.Tests.Commands;

[Collection(SandboxedWorkspace.Collection)]
public sealed class RestoreEcsServiceCommandTests : IDisposable
{
    private readonly SandboxedWorkspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void A_rollout_is_undone_and_what_ran_before_is_proven()
    {
        var first = Released("v1");
        Released("v2", change: true);

        var rollout = workspace.Run("Restore-EcsService web-ui").Single<ServiceRollout>();

        rollout.Status.ShouldBe(RolloutStatus.Verified, rollout.Reason);
        rollout.RunningDigests.ShouldBe([first]);
    }

    [Fact]
    public void A_release_is_gone_to_by_its_tag()
    {
        var first = Released("v1");
        Released("v2", change: true);

        workspace.Run("Restore-EcsService web-ui -Cluster stereo-spot -To v1").Single<ServiceRollout>().RunningDigests.ShouldBe([first]);
    }

    [Fact]
    public void A_service_that_pins_its_digest_is_gone_to_a_release_by_a_revision_that_pins_that_one()
    {
        var image = Image("v1", change: false);
        workspace.Run("$image | Invoke-EcsRollout -PinDigest", ("image", image)).Single<ServiceRollout>();
        var other = Image("v2", change: true);

        var rollout = workspace.Run("Restore-EcsService web-ui -To v2").Single<ServiceRollout>();

        (rollout.Status, rollout.TaskDefinition, rollout.RunningDigests[0]).ShouldBe((RolloutStatus.Verified, "stereo-spot-web-ui:3", other.Digest!), rollout.Reason);
    }

    [Fact]
    public void WhatIf_predicts_and_only_reads()
    {
        var first = Released("v1");
        var second = Released("v2", change: true);
        var before = workspace.Changes().Count;

        var rollout = workspace.Run("Restore-EcsService web-ui -WhatIf").Single<ServiceRollout>();

        rollout.Status.ShouldBe(RolloutStatus.Planned);
        rollout.Reason!.ShouldContain("once the tag latest is back on it");
        string.Concat(workspace.Host.Lines).ShouldContain($"Restore '{second[..19]}' -> '{first[..19]}': Deploys stereo-spot-web-ui:1 with {first[..19]}");
        workspace.Changes().Count.ShouldBe(before);
    }

    [Fact]
    public void Where_there_is_nothing_to_go_back_to_nothing_changes()
    {
        workspace.Run("Restore-EcsService web-ui").Error("NothingToRestore").TargetObject.ShouldBeOfType<ServiceRollout>().Status.ShouldBe(RolloutStatus.Failed);

        workspace.Changes().ShouldBeEmpty();
    }

    [Fact]
    public void A_No_puts_nothing_back()
    {
        Released("v1");
        Released("v2", change: true);
        var before = workspace.Changes().Count;
        workspace.Host.Answer = "&No";

        workspace.Run("Restore-EcsService web-ui -Confirm").Output.ShouldBeEmpty();

        workspace.Changes().Count.ShouldBe(before);
    }

    [Fact]
    public void A_rollout_whose_rollback_fails_too_is_one_error_that_tells_both()
    {
        Released("v1");
        var image = Image("v2", change: true);
        workspace.Run("Add-ReleaseSandboxFault CannotPull web-ui -Count 0");

        var ran = workspace.Run("$image | Invoke-EcsRollout -RollbackOnFailure", ("image", image));

        ran.Error("RollbackFailed").ErrorDetails.RecommendedAction.ShouldContain("Restore-EcsService web-ui");
        var rollout = ran.Output.ShouldHaveSingleItem().ShouldBeOfType<ServiceRollout>();
        rollout.Status.ShouldBe(RolloutStatus.Failed);
        rollout.Reason!.ShouldContain("CannotPullContainerError");
        rollout.Reason!.ShouldContain("did not succeed either");
        workspace.Changes().ShouldContain("StopServiceDeployment");
    }

    [Fact]
    public void A_rollout_that_is_rolled_back_tells_why_and_what_runs_and_nothing_that_is_so_no_longer()
    {
        var first = Released("v1");
        var image = Image("v2", change: true);
        workspace.Run($"Add-ReleaseSandboxFault TaskCrash {image.Digest} -Count 0 -ExitCode 3");

        var ran = workspace.Run("$image | Invoke-EcsRollout -RollbackOnFailure", ("image", image));

        var rollout = ran.Output.ShouldHaveSingleItem().ShouldBeOfType<ServiceRollout>();
        (rollout.Status, rollout.TaskDefinition, rollout.RunningDigests.Single()).ShouldBe((RolloutStatus.RolledBack, "stereo-spot-web-ui:1", first), rollout.Reason);
        var message = ran.Error("RolloutFailed").Exception.Message;
        message.ShouldStartWith("The rollout of service 'web-ui' failed and is rolled back. ");
        foreach (var said in new[] { rollout.Reason!, message })
        {
            said.ShouldContain("exited with 3");
            said.ShouldContain($"1 of 1 running tasks run {first[..19]}. The tag latest is back on {first[..19]}.");
            said.ShouldNotContain("names"); // the tag, the new image
            said.ShouldNotContain("goes on trying");
        }

        workspace.Host.Lines.Clear();
        workspace.Run("$r | Out-Default", ("r", rollout));
        string.Concat(workspace.Host.Lines).ShouldContain(first[..19]);
        string.Concat(workspace.Host.Lines).ShouldNotContain(image.Digest![..19]);
    }

    [Fact]
    public void A_service_that_does_not_get_well_again_is_an_error_that_names_the_way_on()
    {
        Released("v1");
        Released("v2", change: true);
        workspace.Run("Add-ReleaseSandboxFault TaskCrash web-ui -Count 0 -ExitCode 3");

        workspace.Run("Restore-EcsService web-ui").Error("RestoreFailed").ErrorDetails.RecommendedAction.ShouldContain("Restore-EcsService web-ui -Cluster stereo-spot -To family:revision");
    }

    [Fact]
    public void A_rollback_needs_the_rollout_s_end() =>
        workspace.Run("Invoke-EcsRollout web-ui -RollbackOnFailure -NoWait").End("RollbackWithoutWait");

    private string Released(string tag, bool change = false) =>
        workspace.Run("$image | Invoke-EcsRollout", ("image", Image(tag, change))).Single<ServiceRollout>().RunningDigests.ShouldHaveSingleItem();

    private EcrImage Image(string tag, bool change)
    {
        if (change)
            File.AppendAllText(Path.Combine(workspace.Folder, "packages", "web-ui", "public", "index.html"), "<!-- changed -->");
        var build = workspace.PutImage("web-ui", tag);
        return new EcrImage { Name = build.Name, Repository = build.Repository, Tag = build.Tag, Digest = build.Digest, Status = ImagePushStatus.Pushed };
    }
}
