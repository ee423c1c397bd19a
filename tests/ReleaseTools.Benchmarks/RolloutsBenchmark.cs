using System.Globalization;

namespace ReleaseTools.Benchmarks;

/// <summary>
/// How long after a deployment's end its waiter says so, and what that costs in calls: this module, <c>aws ecs wait</c> and a loop,
/// one after the other on the same services of the same sandbox. Times are AWS's.
/// </summary>
internal static class RolloutsBenchmark
{
    private const double Scale = 10;
    private const int Some = 10;
    private const int Most = 50;

    public static Task RunAsync()
    {
        Repository.HookEngine();
        return MeasureAsync();
    }

    // Apart, for a method's types are loaded before it begins.
    private static async Task MeasureAsync()
    {
        using var sandbox = await RolloutSandbox.StartAsync(Scale, Enumerable.Range(1, Most).SelectMany(Services));
        var waiter = RolloutWaiters.WriteAwsWaiter(Scale);
        Environment.SetEnvironmentVariable("AWS_DATA_PATH", waiter);
        try
        {
            var sides = new List<Side> { new("ReleaseTools", RolloutWaiters.OursAsync), new("a poll each second", RolloutWaiters.OneSecondPollerAsync) };
            if (await HasAwsAsync())
            {
                sides.Insert(1, new("aws ecs wait, ten a command", RolloutWaiters.AwsWaitAsync));
                sides.Insert(2, new("aws ecs wait, one a command", RolloutWaiters.AwsWaitForEachAsync) { Counts = [Some] }); // fifty commands would wait for the processor
            }
            else
            {
                Console.WriteLine("There is no aws command: that side is left out.");
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"Times are AWS's, {Scale} times the clock's. The start and end of an aws command count {Scale} times, too."));
            foreach (var fails in new[] { false, true })
            {
                foreach (var count in new[] { 1, Some, Most })
                {
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"rollout of {count} services, {(fails ? "failed by the breaker and rolled back" : "completed")}"));
                    foreach (var side in sides.Where(side => side.Counts.Count == 0 || side.Counts.Contains(count)))
                        await MeasureAsync(sandbox, side.Name, side.Wait, [.. Enumerable.Range(1, count).Select(i => NameOf(i, fails))], fails);
                    Console.WriteLine();
                }
            }
        }
        finally
        {
            Directory.Delete(waiter, recursive: true);
        }
    }

    private static async Task MeasureAsync(RolloutSandbox sandbox, string name, RolloutWaiter wait, IReadOnlyList<string> services, bool fails)
    {
        await SettleAsync(sandbox, services);
        sandbox.Faults.Clear();
        foreach (var service in fails ? services : [])
            sandbox.Faults.Add(new() { Kind = SandboxFaultKind.CannotPull, Target = service, Count = 3 }); // the breaker's threshold
        var before = sandbox.Calls.Count;
        var said = await wait(sandbox, services);
        var calls = sandbox.Calls.Skip(before).SkipWhile(call => call.Operation != "UpdateService").Where(call => call.Operation != "UpdateService" && call.Service is "ecs" or "logs").ToList();

        await SettleAsync(sandbox, services);
        var ends = await EndsAsync(sandbox, said);
        var behind = said.Select(one => (one.At - ends[one.Service]).TotalSeconds).ToList();
        var says = string.Join(", ", said.CountBy(one => one.Says).Select(one => one.Key));
        var operations = string.Join(", ", calls.CountBy(call => call.Operation).Select(of => string.Create(CultureInfo.InvariantCulture, $"{of.Value} {of.Key}")));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {name,-30} behind mean {behind.Average(),6:0.0} s   max {behind.Max(),6:0.0} s   calls per service {(double)calls.Count / services.Count,6:0.00}   says {says}   ({operations})"));
    }

    // Until nothing moves, as after a deployment or its rollback.
    private static async Task SettleAsync(RolloutSandbox sandbox, IReadOnlyList<string> services)
    {
        foreach (var ten in services.Chunk(10))
        {
            while ((await sandbox.Session.Ecs.DescribeServicesAsync(new(RolloutSandbox.Cluster, ten), CancellationToken.None)).Services!
                .Any(service => service.Deployments is not [{ RolloutState: "COMPLETED" }] || service.RunningCount != service.DesiredCount))
                await Task.Delay(TimeSpan.FromSeconds(2), sandbox.Clock);
        }
    }

    // By the events, in which ECS says when a deployment ended.
    private static async Task<IReadOnlyDictionary<string, DateTimeOffset>> EndsAsync(RolloutSandbox sandbox, IReadOnlyList<RolloutSaid> said)
    {
        var ends = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var ten in said.Chunk(10))
        {
            var seen = await sandbox.Session.Ecs.DescribeServicesAsync(new(RolloutSandbox.Cluster, [.. ten.Select(one => one.Service)]), CancellationToken.None);
            foreach (var one in ten)
            {
                var service = seen.Services!.Single(found => found.ServiceName == one.Service);
                ends[one.Service] = service.Events!.Single(told => told.Message!.Contains($"(deployment {one.Deployment}) deployment ", StringComparison.Ordinal)).CreatedAt!.Value;
            }
        }

        return ends;
    }

    // Of those that complete, each has some tasks more than the one before, so that they do not all end at once.
    private static IEnumerable<(string Name, int Desired, int MaximumPercent, bool Breaker)> Services(int number) =>
        [(NameOf(number, fails: false), 18 + (number % 5), 106, false), (NameOf(number, fails: true), 3, 134, true)];

    private static string NameOf(int number, bool fails) => string.Create(CultureInfo.InvariantCulture, $"{(fails ? "failing" : "app")}-{number}");

    private static async Task<bool> HasAwsAsync()
    {
        try
        {
            await Repository.RunAsync(Path.GetTempPath(), "aws", "--version");
            return true;
        }
        catch (Exception none) when (none is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>One of those that are compared.</summary>
    private sealed record Side(string Name, RolloutWaiter Wait)
    {
        /// <summary>How many services it is measured with; with any number where it is empty.</summary>
        public IReadOnlyList<int> Counts { get; init; } = [];
    }
}
