using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.Ecs;

/// <summary>The operations on clusters.</summary>
internal sealed class Clusters(SandboxWorld world, EcsState state)
{
    /// <summary>CreateCluster: a cluster that is there already is answered with, as ECS does.</summary>
    public JsonObject Create(JsonObject request)
    {
        var name = request.Text("clusterName") ?? "default";
        state.Clusters.TryAdd(name, (JsonObject)request.DeepClone());
        return new JsonObject { ["cluster"] = Description(name) };
    }

    /// <summary>DescribeClusters: up to 100 by name or ARN.</summary>
    public JsonObject Describe(JsonObject request)
    {
        var names = request.Texts("clusters") is { Count: > 0 } asked ? asked : ["default"];
        if (names.Count > 100)
            throw new SandboxException("InvalidParameterException", "Clusters can have at most 100 items.");
        var clusters = new JsonArray();
        var failures = new JsonArray();
        foreach (var given in names)
        {
            if (Find(given) is { } name)
                clusters.Add(Description(name));
            else
                failures.Add(new JsonObject { ["arn"] = given.StartsWith("arn:", StringComparison.Ordinal) ? given : Arn(given), ["reason"] = "MISSING" });
        }

        return new JsonObject { ["clusters"] = clusters, ["failures"] = failures };
    }

    /// <summary>The name of the cluster a request is about.</summary>
    public string NameIn(JsonObject request) =>
        Find(request.Text("cluster") ?? "default") ?? throw new SandboxException("ClusterNotFoundException", "Cluster not found.");

    public string Arn(string name) => world.Arn("ecs", $"cluster/{name}");

    public static string LastPart(string nameOrArn) => nameOrArn[(nameOrArn.LastIndexOf('/') + 1)..];

    private string? Find(string nameOrArn) =>
        ResourceNames.In(world, "cluster", nameOrArn) is { } name && state.Clusters.ContainsKey(name) ? name : null;

    private JsonObject Description(string name)
    {
        var services = state.Services.Where(service => string.Equals(service.Cluster, name, StringComparison.Ordinal)).ToList();
        var cluster = (JsonObject)state.Clusters[name].DeepClone();
        cluster["clusterName"] = name;
        cluster["clusterArn"] = Arn(name);
        cluster["status"] = "ACTIVE";
        cluster["registeredContainerInstancesCount"] = 0;
        cluster["runningTasksCount"] = state.Tasks(name).Count(task => task.IsRunning);
        cluster["pendingTasksCount"] = state.Tasks(name).Count(task => task.Status < EcsTaskStatus.Running);
        cluster["activeServicesCount"] = services.Count(service => service.Status is ServiceStatus.Active);
        foreach (var list in new[] { "statistics", "tags", "settings", "capacityProviders", "defaultCapacityProviderStrategy" })
            cluster[list] ??= new JsonArray();
        return cluster;
    }
}
