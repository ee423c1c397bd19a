using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Rollouts.Undo;

namespace ReleaseTools.Engine.Tests.Rollouts.Undo;

/// <summary>Where Ctrl-C meets deployments that are being stopped.</summary>
public sealed class DeploymentStopsTests : ScriptedRollouts, IDisposable
{
    private readonly CancellationTokenSource stop = new();

    public DeploymentStopsTests() => registry.With(Repository, "latest", New);

    public void Dispose() => stop.Dispose();

    [Fact]
    public async Task After_the_stop_was_sent_the_tag_stays_with_what_is_put_back()
    {
        aws.On("StopServiceDeployment", "{}");
        aws.On("DescribeServiceDeployments", """{"serviceDeployments":[{"status":"ROLLBACK_REQUESTED"}]}""");
        time.OnWait = _ => stop.Cancel();

        await StopAsync(1);

        registry.DigestOf(Repository, "latest").ShouldBe(Old);
        observer.Of<Announced>().ShouldHaveSingleItem().Message.ShouldContain("may go on at ECS");
    }

    [Fact]
    public async Task A_stop_whose_answer_never_came_may_have_been_carried_out()
    {
        aws.On("StopServiceDeployment", _ =>
        {
            stop.Cancel();
            throw new OperationCanceledException(stop.Token);
        });

        await StopAsync(1);

        registry.DigestOf(Repository, "latest").ShouldBe(Old);
        observer.Of<Announced>().ShouldHaveSingleItem().Message.ShouldContain("may go on at ECS");
    }

    [Fact]
    public async Task Those_whose_turn_did_not_come_are_told_to_go_on_as_they_were()
    {
        aws.On("StopServiceDeployment", _ =>
        {
            stop.Cancel();
            throw new OperationCanceledException(stop.Token);
        });

        await StopAsync(2);

        var said = observer.Of<Announced>().Single(one => one.Subject == "web2").Message;
        said.ShouldContain("was not stopped");
        said.ShouldContain("Restore-EcsService web2 -Cluster main");
    }

    private async Task StopAsync(int services)
    {
        var plans = Enumerable.Range(1, services).Select(i => Plan($"web{i}")).ToList();
        var stops = new DeploymentStops(aws.Session, registry, observer, time, Rollouts);
        await Should.ThrowAsync<OperationCanceledException>(() => stops.StopAsync(plans, new() { ThrottleLimit = 1 }, stop.Token));
    }

    private static UndoPlan Plan(string name) => new()
    {
        Service = new() { Service = name, Cluster = "main" },
        ServiceDeployment = $"arn:sd/{name}",
        Deployment = "ecs-svc/1",
        Rollout = new()
        {
            Service = new() { Service = name, Cluster = "main" },
            Image = Image() with { Digest = Old },
            Container = new("app", $"{Repository}:latest", Essential: true, LogConfiguration: null),
        },
    };
}
