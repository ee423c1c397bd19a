using System.Collections.Concurrent;
using System.Globalization;
using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Rollouts;

namespace ReleaseTools.Benchmarks;

/// <summary>What a waiter said of a service's deployment, and when by AWS's clock.</summary>
internal sealed record RolloutSaid(string Service, string Deployment, DateTimeOffset At, string Says);

/// <summary>Starts deployments of services and waits for them.</summary>
internal delegate Task<IReadOnlyList<RolloutSaid>> RolloutWaiter(RolloutSandbox sandbox, IReadOnlyList<string> services);

/// <summary>The three that are compared.</summary>
internal static class RolloutWaiters
{
    private const int ServicesPerCall = 10;

    /// <summary>This module's.</summary>
    public static async Task<IReadOnlyList<RolloutSaid>> OursAsync(RolloutSandbox sandbox, IReadOnlyList<string> services)
    {
        var ends = new Ends(sandbox.Clock);
        var rollouts = new EcsRollouts(sandbox.Session, sandbox.Registry, ends, sandbox.Clock);
        var digest = (await sandbox.Registry.FindAsync(sandbox.Repository, "latest", CancellationToken.None))!.Digest;
        var image = new EcrImage { Name = "app", Repository = sandbox.Repository, Tag = "latest", Digest = digest };
        var plans = await rollouts.PlanAsync(
            [.. services.Select(name => new ReleaseService { Service = name, Cluster = RolloutSandbox.Cluster })], services.ToDictionary(name => name, _ => image), CancellationToken.None);
        var results = await rollouts.RolloutAsync(plans, new(), CancellationToken.None);
        return [.. results.Select(result => result.Rollout).Select(rollout => new RolloutSaid(rollout.Service, rollout.DeploymentId!, ends.Of(rollout.Service), rollout.Status.ToString()))];
    }

    /// <summary><c>aws ecs wait services-stable</c>, ten services a command, with its wait of 15 seconds on AWS's clock.</summary>
    public static Task<IReadOnlyList<RolloutSaid>> AwsWaitAsync(RolloutSandbox sandbox, IReadOnlyList<string> services) =>
        AwsWaitAsync(sandbox, services, ServicesPerCall);

    /// <summary>The same with a command for each service, as a pipeline of one deployment each runs it.</summary>
    public static Task<IReadOnlyList<RolloutSaid>> AwsWaitForEachAsync(RolloutSandbox sandbox, IReadOnlyList<string> services) =>
        AwsWaitAsync(sandbox, services, servicesPerCommand: 1);

    private static async Task<IReadOnlyList<RolloutSaid>> AwsWaitAsync(RolloutSandbox sandbox, IReadOnlyList<string> services, int servicesPerCommand)
    {
        var deployments = await StartAsync(sandbox, services);
        var waits = services.Chunk(servicesPerCommand).Select(async some =>
        {
            string[] arguments = ["ecs", "wait", "services-stable", "--cluster", RolloutSandbox.Cluster, "--services", .. some];
            var says = "stable";
            try
            {
                await Repository.RunAsync(Path.GetTempPath(), "aws", arguments);
            }
            catch (InvalidOperationException)
            {
                says = "not stable";
            }

            var at = sandbox.Clock.GetUtcNow();
            return some.Select(service => new RolloutSaid(service, deployments[service], at, says));
        });
        return [.. (await Task.WhenAll(waits)).SelectMany(said => said)];
    }

    /// <summary>A loop as one writes it: each second, ten services a call, what became of the deployment's id.</summary>
    public static async Task<IReadOnlyList<RolloutSaid>> OneSecondPollerAsync(RolloutSandbox sandbox, IReadOnlyList<string> services)
    {
        var deployments = await StartAsync(sandbox, services);
        var said = new List<RolloutSaid>();
        while (said.Count < services.Count)
        {
            foreach (var ten in services.Except(said.Select(one => one.Service), StringComparer.Ordinal).ToList().Chunk(ServicesPerCall))
            {
                var seen = await sandbox.Session.Ecs.DescribeServicesAsync(new(RolloutSandbox.Cluster, ten), CancellationToken.None);
                foreach (var service in seen.Services!)
                {
                    var ours = service.Deployments!.FirstOrDefault(deployment => deployment.Id == deployments[service.ServiceName!]);
                    if (ours is null or { RolloutState: "COMPLETED" or "FAILED" })
                        said.Add(new(service.ServiceName!, deployments[service.ServiceName!], sandbox.Clock.GetUtcNow(), ours?.RolloutState ?? "gone"));
                }
            }

            await Task.Delay(TimeSpan.FromSeconds(1), sandbox.Clock);
        }

        return said;
    }

    private static async Task<IReadOnlyDictionary<string, string>> StartAsync(RolloutSandbox sandbox, IReadOnlyList<string> services)
    {
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var service in services)
        {
            var answer = await sandbox.Session.Ecs.UpdateServiceAsync(new UpdateServiceRequest(RolloutSandbox.Cluster, service) { ForceNewDeployment = true }, CancellationToken.None);
            ids[service] = answer.Service!.Deployments!.Single(deployment => deployment.Status == "PRIMARY").Id!;
        }

        return ids;
    }

    /// <summary>Has the aws command wait on AWS's clock: its waiter, with 15 seconds as long as they are there.</summary>
    /// <returns>Where the aws command finds it.</returns>
    public static string WriteAwsWaiter(double scale)
    {
        var folder = Directory.CreateTempSubdirectory("releasetools-").FullName;
        var file = Path.Combine(folder, "ecs", "2014-11-13", "waiters-2.json");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, string.Create(CultureInfo.InvariantCulture, $$$"""
            {"version":2,"waiters":{"ServicesStable":{"delay":{{{15 / scale}}},"operation":"DescribeServices","maxAttempts":40,"acceptors":[
              {"expected":"MISSING","matcher":"pathAny","state":"failure","argument":"failures[].reason"},
              {"expected":"DRAINING","matcher":"pathAny","state":"failure","argument":"services[].status"},
              {"expected":"INACTIVE","matcher":"pathAny","state":"failure","argument":"services[].status"},
              {"expected":true,"matcher":"path","state":"success","argument":"length(services[?!(length(deployments) == `1` && runningCount == desiredCount)]) == `0`"}]} } }
            """));
        return folder;
    }

    // When each verdict was told; its record comes when the last of all has its own.
    private sealed class Ends(TimeProvider clock) : IReleaseObserver
    {
        private readonly ConcurrentDictionary<string, DateTimeOffset> at = new(StringComparer.Ordinal);

        public DateTimeOffset Of(string service) => at[service];

        public void Report(ReleaseEvent happened)
        {
            if (happened is RolloutEnded ended)
                at.TryAdd(ended.Subject, clock.GetUtcNow());
        }
    }
}
