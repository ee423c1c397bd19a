using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Time.Testing;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Rollouts.Prechecks;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Rollouts.Prechecks;

public sealed class PrecheckLimitTests
{
    private readonly FakeTimeProvider time = new();
    private readonly RecordingObserver observer = new();
    private readonly Unreachable logs = new();

    [Fact]
    public async Task What_an_endpoint_that_cannot_be_reached_would_tell_is_warned_of_after_15_seconds_and_holds_nothing_up()
    {
        var checking = CheckAsync(default);
        await logs.Asked;
        checking.IsCompleted.ShouldBeFalse();

        time.Advance(TimeSpan.FromSeconds(15));

        (await checking).Values.Single().ShouldBeEmpty();
        var warned = observer.Of<Warned>().ShouldHaveSingleItem().Message;
        warned.ShouldContain("15s");
        warned.ShouldContain("Log group /ecs/web");
    }

    [Fact]
    public async Task A_stop_by_the_user_is_no_limit()
    {
        using var stop = new CancellationTokenSource();
        var checking = CheckAsync(stop.Token);
        await logs.Asked;

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(checking);
        observer.Of<Warned>().ShouldBeEmpty();
    }

    private async Task<IReadOnlyDictionary<PrecheckedTask, IReadOnlyList<Errors.ReleaseException>>> CheckAsync(CancellationToken cancellationToken)
    {
        var container = new ContainerDefinition("app", "nginx", Essential: true, new LogConfiguration("awslogs", new Dictionary<string, string> { ["awslogs-group"] = "/ecs/web" }));
        var definition = new TaskDefinition("arn:aws:ecs:eu-west-1:000000000000:task-definition/web:1", "web", 1, "ACTIVE", [container], RuntimePlatform: null);
        var service = new EcsService(null, "web", null, "ACTIVE", 1, 1, 0, null, null, null, null, null);
        return await new RolloutPrechecks(new AwsSession("eu-west-1", _ => logs), new TagsInMemory(), observer, time)
            .CheckAsync([PrecheckedTask.Of("web", service, definition)], cancellationToken);
    }

    private sealed class Unreachable : IAwsCaller
    {
        private readonly TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => asked.Task;

        public async Task<TResponse> CallAsync<TRequest, TResponse>(
            string operation, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TResponse> responseType, CancellationToken cancellationToken)
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException("It waits for ever.");
        }
    }
}
