namespace ReleaseTools.Tests.Commands;

/// <summary>What commands say of a service whose log group is missing.</summary>
[Collection(SandboxedWorkspace.Collection)]
public sealed class RolloutPrecheckTests : IDisposable
{
    private readonly SandboxedWorkspace workspace = new(seed =>
        seed.Replace("""{ "service": "logs", "operation": "CreateLogGroup", "request": { "logGroupName": "/ecs/stereo-spot/web-ui" } },""", "", StringComparison.Ordinal));

    public void Dispose() => workspace.Dispose();

    [Theory]
    [InlineData("-WhatIf")]
    [InlineData("-NoWait")]
    public void A_rollout_tells_it_of_its_service_and_the_others_go_on(string how)
    {
        workspace.WithLatest("web-ui");

        var ran = workspace.Run($"Invoke-EcsRollout web-ui, media-worker {how}");

        var error = ran.Error("LogGroupNotFound");
        error.TargetObject.ShouldBeOfType<ServiceRollout>().Service.ShouldBe("web-ui");
        error.ErrorDetails.RecommendedAction.ShouldContain("--log-group-name /ecs/stereo-spot/web-ui");
        ran.All<ServiceRollout>().Select(rollout => rollout.Status).ShouldBe([RolloutStatus.Failed, how == "-WhatIf" ? RolloutStatus.Planned : RolloutStatus.InProgress], ignoreOrder: true);
        workspace.Changes().Count.ShouldBe(how == "-WhatIf" ? 0 : 1);
    }

    [Theory]
    [InlineData("-WhatIf")]
    [InlineData("")]
    public void A_release_ends_before_anything_is_built(string how)
    {
        var ran = workspace.Run($"Invoke-FullRelease -Tag v1 -SkipTerraform -Builder CodeBuild {how}");

        (ran.Terminated ?? ran.Errors.ShouldHaveSingleItem()).FullyQualifiedErrorId.ShouldStartWith("LogGroupNotFound,");
        workspace.Changes().ShouldBeEmpty();
    }
}
