using System.Management.Automation;

namespace ReleaseTools.Tests.Commands;

/// <summary>How a wait for rollouts ends before they do: by -TimeoutSec, and by Ctrl-C. Their deployments go on, and it is said how to go on with them.</summary>
[Collection(SandboxedWorkspace.Collection)]
public sealed class RolloutWaitTests : IDisposable
{
    // A deployment for which there is no room goes on for ever.
    private readonly SandboxedWorkspace workspace = new SandboxedWorkspace(seed => seed.Replace(
        """
        "maximumPercent": 200, "minimumHealthyPercent": 100
        """, """
        "maximumPercent": 100, "minimumHealthyPercent": 100
        """, StringComparison.Ordinal)).WithLatest("web-ui");

    public void Dispose() => workspace.Dispose();

    [Theory]
    [InlineData("Invoke-EcsRollout web-ui -TimeoutSec 3")]
    [InlineData("Invoke-EcsRollout web-ui -NoWait | Wait-EcsRollout -TimeoutSec 3")]
    public void A_time_that_runs_out_is_an_error_that_says_how_to_attach_and_undoes_nothing(string script)
    {
        var ran = workspace.Run(script);

        var error = ran.Error("RolloutNotOver");
        error.CategoryInfo.Category.ShouldBe(ErrorCategory.OperationTimeout);
        var rollout = error.TargetObject.ShouldBeOfType<ServiceRollout>();
        (rollout.Service, rollout.Status).ShouldBe(("web-ui", RolloutStatus.Stalled), rollout.Reason);
        error.Exception.Message.ShouldContain("stalled");
        error.ErrorDetails.RecommendedAction.ShouldStartWith("It goes on at ECS. Wait for its end: Wait-EcsRollout web-ui -Cluster stereo-spot");
        workspace.Changes().ShouldBe(["UpdateService"]);
    }

    [Theory]
    [InlineData("Invoke-EcsRollout web-ui")]
    [InlineData("Invoke-EcsRollout web-ui -RollbackOnFailure")]
    [InlineData("Invoke-EcsRollout web-ui -NoWait | Wait-EcsRollout")]
    public async Task Ctrl_C_says_that_the_deployment_goes_on_and_undoes_nothing(string script)
    {
        using var pipeline = workspace.Start(script);
        var stalled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        pipeline.Streams.Warning.DataAdded += (_, added) =>
        {
            if (pipeline.Streams.Warning[added.Index].Message.Contains("leave no room", StringComparison.Ordinal))
                stalled.TrySetResult();
        };

        var running = pipeline.BeginInvoke();
        await stalled.Task.WaitAsync(TimeSpan.FromSeconds(60));
        pipeline.Stop();

        Should.Throw<PipelineStoppedException>(() => pipeline.EndInvoke(running));
        workspace.Host.Lines.ShouldContain(line => line.Contains(" of web-ui goes on.", StringComparison.Ordinal) && line.Contains("Wait-EcsRollout web-ui -Cluster stereo-spot", StringComparison.Ordinal));
        workspace.Changes().ShouldBe(["UpdateService"]);
    }
}
