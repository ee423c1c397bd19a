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
    public void WhatIf_predicts_and_only_reads()
    {
        Released("v1");
        Released("v2", change: true);
        var before = workspace.Changes().Count;

        var rollout = workspace.Run("Restore-EcsService web-ui -WhatIf").Single<ServiceRollout>();

        rollout.Status.ShouldBe(RolloutStatus.Planned);
        rollout.Reason!.ShouldContain("once the tag latest is back on it");
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
        rollout.Reason!.ShouldContain("It was not rolled back");
        workspace.Changes().ShouldContain("StopServiceDeployment");
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
