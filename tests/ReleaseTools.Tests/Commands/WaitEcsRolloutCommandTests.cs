namespace ReleaseTools.Tests.Commands;

[Collection(SandboxedWorkspace.Collection)]
public sealed class WaitEcsRolloutCommandTests : IDisposable
{
    private readonly SandboxedWorkspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void What_Invoke_EcsRollout_did_not_wait_for_is_followed_and_proven()
    {
        var build = workspace.PutImage("web-ui");
        var image = new EcrImage { Name = build.Name, Repository = build.Repository, Tag = build.Tag, Digest = build.Digest, Status = ImagePushStatus.Pushed };

        var rollout = workspace.Run("$image | Invoke-EcsRollout -NoWait | Wait-EcsRollout", ("image", image)).Single<ServiceRollout>();

        rollout.Status.ShouldBe(RolloutStatus.Verified, rollout.Reason);
        rollout.RunningDigests.ShouldBe([build.Digest!]);
    }

    [Fact]
    public void A_service_of_a_cluster_needs_no_definition_and_with_nothing_in_progress_it_is_Deployed()
    {
        workspace.GoTo(Path.GetTempPath());

        workspace.Run("Wait-EcsRollout job-worker -Cluster stereo-spot").Single<ServiceRollout>().Status.ShouldBe(RolloutStatus.Deployed);

        workspace.Changes().ShouldBeEmpty();
    }

    [Fact]
    public void Services_and_names_of_the_definition_are_waited_for_together()
    {
        var ran = workspace.Run("'job-worker', (Get-ReleaseService media-worker) | Wait-EcsRollout");

        ran.Errors.ShouldBeEmpty();
        ran.All<ServiceRollout>().Select(rollout => rollout.Service).Order(StringComparer.Ordinal).ShouldBe(["job-worker", "media-worker"]);
    }

    [Fact]
    public void An_unknown_service_is_an_error_and_the_others_go_on()
    {
        var ran = workspace.Run("'nope', 'job-worker' | Wait-EcsRollout -Cluster stereo-spot");

        ran.Error("ServiceNotFound").TargetObject.ShouldBeOfType<ServiceRollout>().Service.ShouldBe("nope");
        ran.All<ServiceRollout>().Select(rollout => rollout.Status).ShouldBe([RolloutStatus.Failed, RolloutStatus.Deployed]);
    }

    [Fact]
    public void A_cluster_that_is_not_there_is_the_error_of_its_services() =>
        workspace.Run("Wait-EcsRollout web-ui -Cluster nowhere").Error("ClusterNotFound").TargetObject.ShouldBeOfType<ServiceRollout>().Cluster.ShouldBe("nowhere");

    [Fact]
    public void What_was_only_predicted_is_not_waited_for()
    {
        workspace.Run("Invoke-EcsRollout web-ui -WhatIf | Wait-EcsRollout").Output.ShouldBeEmpty();
    }
}
