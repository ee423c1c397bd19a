using System.Text.Json.Nodes;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Rollouts;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Rollouts;

/// <summary>Hundreds of services at the rates that ECS takes, each call of which takes its time.</summary>
public sealed class ManyRolloutsTests : ScriptedRollouts, IReleaseObserver
{
    private static readonly TimeSpan Latency = TimeSpan.FromSeconds(0.15);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    private readonly IdleTime clock = new();
    private readonly Dictionary<string, TimeSpan> startedAt = [];
    private readonly Dictionary<string, List<TimeSpan>> looks = [];
    private readonly List<(string Operation, TimeSpan At)> calls = [];
    private readonly List<(ReleaseEvent Told, TimeSpan At)> told = [];
    private Func<string, string> stateOf = _ => "IN_PROGRESS";
    private Func<int> crashesOf = () => 0;

    public ManyRolloutsTests()
    {
        aws.OnCall = operation =>
        {
            calls.Add((operation, clock.Passed));
            return Task.Delay(Latency, clock);
        };
        aws.On("UpdateService", request =>
        {
            startedAt[Text(request, "service")!] = clock.Passed;
            return new JsonObject { ["service"] = Seen(Text(request, "service")!) };
        });
        aws.On("DescribeServices", request =>
        {
            IReadOnlyList<string> names = [.. request["services"]!.AsArray().Select(name => (string)name!)];
            foreach (var name in names.Where(startedAt.ContainsKey))
                (looks.TryGetValue(name, out var at) ? at : looks[name] = [startedAt[name]]).Add(clock.Passed);
            return Services([.. names.Select(Seen)]);
        });
    }

    [Fact]
    public void Five_hundred_services_are_looked_at_every_five_seconds_below_twenty_calls_a_second()
    {
        Watch(Names(500)).ShouldAllBe(result => result.Rollout.Status == RolloutStatus.TimedOut);

        LongestBetweenLooks().ShouldBeLessThanOrEqualTo(Soon);
        AreWithin("DescribeServices", perSecond: 20, burst: 20).ShouldBeTrue();
    }

    [Fact]
    public void Five_hundred_that_end_at_once_are_proven_below_twenty_calls_a_second()
    {
        stateOf = _ => clock.Passed > TimeSpan.FromMinutes(1) ? "COMPLETED" : "IN_PROGRESS";

        Watch(Names(500)).ShouldAllBe(result => result.Rollout.Status == RolloutStatus.Deployed);

        clock.Passed.TotalSeconds.ShouldBeLessThan(60 + 5 + ((500 - 20) / 15)); // a list of each service's tasks, of which 15 a second are asked for
        foreach (var operation in (IEnumerable<string>)["DescribeServices", "ListTasks", "DescribeTasks"])
            AreWithin(operation, perSecond: 20, burst: 20).ShouldBeTrue();
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(10, 1)]
    [InlineData(11, 2)]
    [InlineData(100, 10)]
    [InlineData(500, 50)]
    public void A_look_at_N_services_is_one_call_for_every_ten(int services, int looks)
    {
        stateOf = _ => "COMPLETED";
        aws.On("ListTasks", request => Arns($"arn:task/{Text(request, "serviceName")}"));

        Watch(Names(services)).Select(result => result.Rollout.Service).ShouldBe(Names(services), ignoreOrder: true);

        calls.Count(call => call.Operation == "DescribeServices").ShouldBe(looks);
    }

    [Fact]
    public void What_crashes_is_told_within_five_seconds_while_hundreds_are_still_to_be_started()
    {
        // It crashes 5, 13 and 21 seconds after its start.
        int Crashes() => startedAt.TryGetValue("s1", out var at) ? (int)Math.Clamp(Math.Floor(((clock.Passed - at).TotalSeconds + 3) / 8), 0, 3) : 0;
        stateOf = name => name != "s1" && clock.Passed - startedAt[name] > TimeSpan.FromMinutes(1) ? "COMPLETED" : "IN_PROGRESS";
        aws.On("ListTasks", request => Text(request, "desiredStatus") == "STOPPED" && Text(request, "serviceName") == "s1"
            ? Arns([.. Enumerable.Range(1, Crashes()).Select(i => $"arn:task/{i}")])
            : Arns());
        aws.On("DescribeTasks", request => Tasks([.. request["tasks"]!.AsArray().Select(arn => StoppedTask((string)arn!))])).On("GetLogEvents", """{"events":[{"message":"no database"}]}""");
        crashesOf = Crashes;

        var results = Rollout(Names(500));

        results.Select(result => result.Rollout.Status).ShouldBe([RolloutStatus.Failed, .. Enumerable.Repeat(RolloutStatus.Deployed, 499)]);
        var end = told.Single(one => one.Told is RolloutEnded { Subject: "s1" }).At;
        (end - startedAt["s1"] - TimeSpan.FromSeconds(21)).ShouldBeInRange(TimeSpan.Zero, Soon);
        startedAt.Values.Max().ShouldBeInRange(end, TimeSpan.FromSeconds(130)); // 40 at once, then four a second: watching does not slow that down
        LongestBetweenLooks().ShouldBeLessThanOrEqualTo(Soon);
        AreWithin("UpdateService", perSecond: 5, burst: 50).ShouldBeTrue();
        AreWithin("DescribeServices", perSecond: 20, burst: 20).ShouldBeTrue();
    }

    [Fact]
    public void One_whose_answer_is_lost_holds_up_nobody_s_verdict()
    {
        stateOf = _ => "COMPLETED";
        aws.On("UpdateService", request => Text(request, "service") == "s1"
            ? throw ScriptedAws.Error("ConnectionLost", status: null)
            : new JsonObject { ["service"] = Started(Text(request, "service")!) });

        var results = Rollout(Names(2));

        results.Select(result => result.Rollout.Status).ShouldBe([RolloutStatus.Failed, RolloutStatus.Deployed]);
        told.Single(one => one.Told is RolloutEnded { Subject: "s2" }).At.ShouldBeLessThan(Soon);
        clock.Passed.ShouldBeGreaterThan(TimeSpan.FromSeconds(30));

        JsonObject Started(string name)
        {
            startedAt[name] = clock.Passed;
            return Seen(name);
        }
    }

    [Fact]
    public void A_few_that_are_started_together_are_looked_at_together()
    {
        stateOf = _ => "COMPLETED";

        Rollout(Names(10)).ShouldAllBe(result => result.Rollout.Status == RolloutStatus.Deployed);

        calls.Count(call => call.Operation == "DescribeServices").ShouldBe(10 + 1); // one of each right before its deployment
    }

    [Fact]
    public void A_stop_while_others_are_yet_to_be_started_says_of_each_that_it_goes_on_or_may_have_begun()
    {
        using var stop = new CancellationTokenSource();
        aws.On("UpdateService", request =>
        {
            startedAt[Text(request, "service")!] = clock.Passed;
            if (startedAt.Count == 200)
                stop.Cancel();
            return new JsonObject { ["service"] = Seen(Text(request, "service")!) };
        });

        Should.Throw<OperationCanceledException>(() => Rollout(Names(500), stop.Token));

        var left = told.Select(one => one.Told).OfType<LeftRunning>().Select(one => one.Subject).ToList();
        var unknown = told.Select(one => one.Told).OfType<Announced>().Select(one => one.Subject).ToList();
        left.ShouldBeUnique();
        left.Concat(unknown).ShouldBe(calls.Count(call => call.Operation == "UpdateService") is var sent ? Names(500).Take(sent) : [], ignoreOrder: true);
    }

    void IReleaseObserver.Report(ReleaseEvent happened) => told.Add((happened, clock.Passed));

    // What was started before.
    private IReadOnlyList<RolloutResult> Watch(IEnumerable<string> names)
    {
        var started = new List<StartedRollout>();
        foreach (var name in names)
        {
            startedAt[name] = clock.Passed;
            started.Add(new() { Plan = Plan(name), DeploymentId = "ecs-svc/2", StartedAt = clock.GetTimestamp(), Rollout = Plan(name).ToRollout() with { DeploymentId = "ecs-svc/2" } });
        }

        var watcher = new RolloutWatcher(aws.Session, this, clock, "main", new() { Timeout = TimeSpan.FromMinutes(2) }, new CallPace(clock), (_, result) => Task.FromResult(result));
        return [.. clock.Run(() => watcher.WatchAsync(started, default)).Values];
    }

    private IReadOnlyList<RolloutResult> Rollout(IEnumerable<string> names, CancellationToken cancellationToken = default) =>
        clock.Run(() => new EcsRollouts(aws.Session, registry, this, clock).RolloutAsync([.. names.Select(Plan)], new(), cancellationToken));

    private JsonObject Seen(string name) => startedAt.ContainsKey(name)
        ? Service("ecs-svc/2", stateOf(name), events: name == "s1" ? [.. Enumerable.Range(1, crashesOf()).Select(i => $"crash {i}")] : [], name: name)
        : Service("ecs-svc/1", "COMPLETED", name: name);

    private TimeSpan LongestBetweenLooks() => looks.Values.SelectMany(at => at.Zip(at.Skip(1), (one, next) => next - one)).Max();

    // Whether a bucket of that size was never empty.
    private bool AreWithin(string operation, double perSecond, double burst)
    {
        var (tokens, at) = (burst, TimeSpan.Zero);
        foreach (var call in calls.Where(call => call.Operation == operation))
        {
            tokens = Math.Min(burst, tokens + ((call.At - at).TotalSeconds * perSecond)) - 1;
            at = call.At;
            if (tokens < 0)
                return false;
        }

        return true;
    }

    private static IEnumerable<string> Names(int count) => Enumerable.Range(1, count).Select(i => $"s{i}");

    private static RolloutPlan Plan(string name) => new() { Service = new() { Service = name, Cluster = "main" } };
}
