using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Inference.Endpoints;

public sealed class EndpointInSandboxTests : IAsyncLifetime
{
    private readonly FurnishedSandbox sandbox = new();
    private readonly RecordingObserver observer = new();

    public async ValueTask InitializeAsync()
    {
        await sandbox.StartAsync();
        await sandbox.WithEndpointAsync();
    }

    public ValueTask DisposeAsync() => sandbox.DisposeAsync();

    [Fact]
    public async Task An_endpoint_is_updated_once_and_a_second_time_left_alone()
    {
        var image = await sandbox.PushAsync("4f2c9e1", "second");

        var update = await UpdateAsync(image);
        update.Status.ShouldBe(EndpointUpdateStatus.Updated, update.Reason);
        update.PreviousEndpointConfigName.ShouldBe("first");

        (await UpdateAsync(image)).Status.ShouldBe(EndpointUpdateStatus.Unchanged);
        sandbox.Calls.Count(call => call.Operation == "UpdateEndpoint").ShouldBe(1);
    }

    [Fact]
    public async Task A_rolled_back_update_is_said_as_that_and_leaves_nothing_behind()
    {
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.EndpointRollback, Target = "stereo", Reason = "The primary container did not pass the ping health check." });

        var update = await UpdateAsync(await sandbox.PushAsync("4f2c9e1", "second"));

        update.Status.ShouldBe(EndpointUpdateStatus.RolledBack, update.Reason);
        sandbox.Calls.Select(call => call.Operation).ShouldContain("DeleteEndpointConfig");
        sandbox.Calls.Select(call => call.Operation).ShouldContain("DeleteModel");
    }

    [Fact]
    public async Task An_endpoint_that_is_not_there_is_told_from_other_refusals()
    {
        var updates = new EndpointUpdates(sandbox.Session, sandbox.Registry, observer, sandbox.Time);
        var image = await sandbox.PushAsync("4f2c9e1", "second");
        var error = await Should.ThrowAsync<ReleaseException>(() => updates.PlanAsync("nowhere", image, new(), default));
        error.Id.ShouldBe(nameof(Messages.EndpointNotFound));
    }

    private async Task<EndpointUpdate> UpdateAsync(EcrImage image)
    {
        var updates = new EndpointUpdates(sandbox.Session, sandbox.Registry, observer, sandbox.Time);
        return await updates.UpdateAsync(await updates.PlanAsync("stereo", image, new() { Timeout = TimeSpan.FromMinutes(60) }, default), default);
    }
}
