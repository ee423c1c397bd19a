using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Releases.Running;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Tests.Inference.Endpoints;

public sealed class EndpointWaitsInSandboxTests : IAsyncLifetime
{
    private readonly EndpointScene scene = new();

    public async ValueTask InitializeAsync() => await (await scene.StartAsync()).WithEndpointAsync();

    public ValueTask DisposeAsync() => scene.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_update_is_followed_by_its_record_or_by_the_endpoint_s_name_and_marked_as_proven(bool byRecord)
    {
        var started = await StartAsync();

        var update = await WaitAsync(byRecord ? started : null);

        (update.Status, update.EndpointConfigName, update.PreviousEndpointConfigName, update.ImageUri).ShouldBe((EndpointUpdateStatus.Updated, started.EndpointConfigName, "first", started.ImageUri), update.Reason);
        (await scene.TagsAsync(started.EndpointConfigName!)).ShouldContainKey("releasetools:proven");
    }

    [Fact]
    public async Task An_update_that_has_ended_is_judged_by_its_record()
    {
        var started = await StartAsync();
        scene.Sandbox.Time.Advance(TimeSpan.FromMinutes(10));
        (await WaitAsync(started)).Status.ShouldBe(EndpointUpdateStatus.Updated);
        (await WaitAsync()).Reason.ShouldBe("It is InService; nothing was under way.");
    }

    [Fact]
    public async Task A_rollback_is_told_with_its_reason_and_the_log()
    {
        scene.Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.EndpointRollback, LogLines = ["CUDA out of memory"] });
        await StartAsync();

        var update = await WaitAsync();

        (update.Status, update.LogLines[0]).ShouldBe((EndpointUpdateStatus.RolledBack, "CUDA out of memory"));
        Outcomes.ErrorOf(update)!.Id.ShouldBe(nameof(Messages.EndpointUpdateFailed));
    }

    [Fact]
    public async Task Somebody_else_s_update_to_images_by_tag_is_followed_and_said_not_to_be_proven()
    {
        await scene.CallAsync("CreateEndpointConfig", """
            {"EndpointConfigName":"theirs","ProductionVariants":[{"VariantName":"AllTraffic","ModelName":"m1","InitialInstanceCount":1,"InstanceType":"ml.g5.xlarge"}]}
            """);
        await scene.CallAsync("UpdateEndpoint", """{"EndpointName":"stereo","EndpointConfigName":"theirs"}""");

        var update = await WaitAsync();

        (update.Status, update.EndpointConfigName).ShouldBe((EndpointUpdateStatus.Updated, "theirs"), update.Reason);
        update.Reason.ShouldBe("It is InService on theirs. Its models name no digest, so what it serves is not proven.");
        (await scene.TagsAsync("theirs")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_creation_is_waited_for()
    {
        await scene.CallAsync("CreateEndpoint", """{"EndpointName":"second","EndpointConfigName":"first"}""");
        (await scene.Waits.WaitAsync(new("second"), TimeSpan.FromMinutes(30), default)).Status.ShouldBe(EndpointUpdateStatus.Updated);
    }

    [Fact]
    public async Task A_wait_that_runs_out_says_how_to_wait_on()
    {
        var started = await StartAsync();

        var update = await scene.Waits.WaitAsync(new("stereo", started), TimeSpan.FromMinutes(1), default);

        update.Status.ShouldBe(EndpointUpdateStatus.TimedOut);
        var error = Outcomes.ErrorOf(update)!;
        (error.Id, error.RecommendedAction).ShouldBe((nameof(Messages.EndpointUpdateNotOver), "Wait-SageMakerEndpoint stereo"));
        error.Message.ShouldNotContain("goes on");
    }

    [Fact]
    public async Task A_stop_by_the_user_says_that_the_update_goes_on()
    {
        var started = await StartAsync();
        using var stop = new CancellationTokenSource();
        scene.AtWait(2, stop.Cancel);
        await Should.ThrowAsync<OperationCanceledException>(() => scene.Waits.WaitAsync(new("stereo", started), TimeSpan.FromMinutes(30), stop.Token));
        scene.Observer.Of<LeftRunning>().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task An_endpoint_that_fails_is_told_with_the_command_to_run()
    {
        scene.Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.EndpointFailure, Reason = "no capacity" });
        await StartAsync();
        scene.Sandbox.Time.Advance(TimeSpan.FromMinutes(10));

        var update = await WaitAsync();

        (update.Status, update.NextCommand).ShouldBe((EndpointUpdateStatus.Failed, "Repair-SageMakerEndpoint stereo -AllowRecreate"));
        update.Reason!.ShouldContain("no capacity");
    }

    [Fact]
    public async Task What_is_not_there_is_an_error() =>
        (await Should.ThrowAsync<ReleaseException>(() => scene.Waits.WaitAsync(new("nope"), TimeSpan.FromMinutes(1), default))).Id.ShouldBe(nameof(Messages.EndpointNotFound));

    [Fact]
    public async Task A_configuration_deleted_in_use_does_not_end_the_wait()
    {
        var started = await StartAsync();
        await scene.CallAsync("DeleteEndpointConfig", $$"""{"EndpointConfigName":"{{started.EndpointConfigName}}"}""");
        (await WaitAsync(started)).Status.ShouldBe(EndpointUpdateStatus.Updated);
        scene.Observer.Of<Warned>().ShouldContain(warned => warned.Message.Contains("which was deleted"));
    }

    private async Task<EndpointUpdate> StartAsync() => await scene.UpdateAsync(await scene.Sandbox.PushAsync("4f2c9e1", "second"), new() { NoWait = true });

    private Task<EndpointUpdate> WaitAsync(EndpointUpdate? update = null) => scene.Waits.WaitAsync(new("stereo", update), TimeSpan.FromMinutes(30), default);
}
