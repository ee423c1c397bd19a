using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.Ecs;

/// <summary>Makes a task of a task definition: as the scheduler does for a service, or as RunTask asks.</summary>
internal sealed class TaskLauncher(EcsState state, TaskDefinitions definitions)
{
    public TaskState Launch(ServiceState service, DeploymentState deployment, DateTimeOffset at) => new()
    {
        Number = ++state.Counter,
        Id = state.NewHexId(),
        Cluster = service.Cluster,
        Service = service.Name,
        StartedBy = deployment.Id,
        Group = $"service:{service.Name}",
        TaskDefinitionArn = deployment.TaskDefinitionArn,
        LaunchType = service.Given.Text("launchType") ?? "EC2",
        CreatedAt = at,
        Since = at,
        Containers = Containers(deployment.TaskDefinitionArn),
    };

    /// <summary>A task that RunTask asks for.</summary>
    public TaskState Launch(string cluster, string taskDefinitionArn, JsonObject request, DateTimeOffset at)
    {
        var strategy = request.Structures("capacityProviderStrategy");
        return new()
        {
            Number = ++state.Counter,
            Id = state.NewHexId(),
            Cluster = cluster,
            StartedBy = request.Text("startedBy"),
            Group = request.Text("group") ?? $"family:{TaskDefinitions.FamilyOf(taskDefinitionArn)}",
            TaskDefinitionArn = taskDefinitionArn,
            LaunchType = strategy.Count > 0 ? null : request.Text("launchType") ?? "EC2",
            CapacityProvider = strategy.Count > 0 ? strategy[0].Text("capacityProvider") : null,
            PlatformVersion = request.Text("platformVersion"),
            Overrides = (JsonObject?)request.Structure("overrides")?.DeepClone(),
            CreatedAt = at,
            Since = at,
            Containers = Containers(taskDefinitionArn),
        };
    }

    private IReadOnlyList<ContainerState> Containers(string taskDefinitionArn) =>
        [.. definitions.Get(taskDefinitionArn).Structures("containerDefinitions").Select(Container)];

    private static ContainerState Container(JsonObject definition)
    {
        var log = definition.Structure("logConfiguration");
        var options = log?.Text("logDriver") is "awslogs" ? log.Structure("options") : null;
        return new ContainerState
        {
            Name = definition.Text("name")!,
            Image = definition.Text("image")!,
            IsEssential = definition.Flag("essential") ?? true,
            LogGroup = options?.Text("awslogs-group"),
            LogStreamPrefix = options?.Text("awslogs-stream-prefix"),
        };
    }
}
