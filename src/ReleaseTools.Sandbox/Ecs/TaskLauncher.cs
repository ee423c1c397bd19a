using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.Ecs;

/// <summary>Makes a task of a task definition, as the scheduler does for a service.</summary>
internal sealed class TaskLauncher(EcsState state, TaskDefinitions definitions)
{
    public TaskState Launch(ServiceState service, DeploymentState deployment, DateTimeOffset at) => new()
    {
        Number = ++state.Counter,
        Id = state.NewHexId(),
        Cluster = service.Cluster,
        Service = service.Name,
        DeploymentId = deployment.Id,
        TaskDefinitionArn = deployment.TaskDefinitionArn,
        LaunchType = service.Given.Text("launchType") ?? "EC2",
        CreatedAt = at,
        Since = at,
        Containers = [.. definitions.Get(deployment.TaskDefinitionArn).Structures("containerDefinitions").Select(Container)],
    };

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
