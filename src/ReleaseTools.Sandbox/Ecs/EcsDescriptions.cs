using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.Ecs;

/// <summary>
/// Services and tasks as ECS describes them: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html, API_Task.html.
/// </summary>
internal sealed class EcsDescriptions(SandboxWorld world)
{
    // Members of requests that say what to do, or are described by another name.
    private static readonly string[] NotDescribed =
        ["cluster", "service", "serviceName", "taskDefinition", "desiredCount", "forceNewDeployment", "clientToken", "role", "tags"];

    public string ServiceArn(ServiceState service) => world.Arn("ecs", $"service/{service.Cluster}/{service.Name}");

    public string TaskArn(TaskState task) => world.Arn("ecs", $"task/{task.Cluster}/{task.Id}");

    public JsonObject Service(ServiceState service, bool withTags = false)
    {
        var json = (JsonObject)service.Given.DeepClone();
        var tags = json["tags"]?.DeepClone();
        foreach (var name in NotDescribed)
            json.Remove(name);
        json["serviceArn"] = ServiceArn(service);
        json["serviceName"] = service.Name;
        json["clusterArn"] = world.Arn("ecs", $"cluster/{service.Cluster}");
        json["status"] = service.Status.ToString().ToUpperInvariant();
        json["desiredCount"] = service.DesiredCount;
        json["runningCount"] = Running(service.Live);
        json["pendingCount"] = Pending(service.Live);
        if (service.Given.Structures("capacityProviderStrategy").Count == 0)
            json["launchType"] ??= "EC2"; // a service has the one or the other
        json["schedulingStrategy"] ??= "REPLICA";
        json["taskDefinition"] = service.TaskDefinitionArn;
        json["createdAt"] = service.CreatedAt.EpochSeconds();
        json["deploymentController"] ??= new JsonObject { ["type"] = service.Controller };
        json["deploymentConfiguration"] = Settings(service);
        json["deployments"] = new JsonArray([.. service.Deployments.Select(deployment => Deployment(service, deployment))]);
        json["events"] = new JsonArray([.. service.Events.Select(Event)]);
        json["enableECSManagedTags"] ??= false;
        json["enableExecuteCommand"] ??= false;
        foreach (var list in new[] { "loadBalancers", "serviceRegistries", "placementConstraints", "placementStrategy" })
            json[list] ??= new JsonArray();
        if (withTags)
            json["tags"] = tags ?? new JsonArray();
        return json;
    }

    public JsonObject Task(TaskState task)
    {
        var arn = TaskArn(task);
        var json = new JsonObject
        {
            ["taskArn"] = arn,
            ["clusterArn"] = world.Arn("ecs", $"cluster/{task.Cluster}"),
            ["taskDefinitionArn"] = task.TaskDefinitionArn,
            ["group"] = task.Group,
            ["lastStatus"] = Status(task),
            ["desiredStatus"] = task.IsWanted ? "RUNNING" : "STOPPED",
            ["healthStatus"] = "UNKNOWN",
            ["version"] = task.Version,
            ["createdAt"] = task.CreatedAt.EpochSeconds(),
            ["attachments"] = new JsonArray(),
            ["tags"] = new JsonArray(),
            ["overrides"] = task.Overrides?.DeepClone() ?? new JsonObject { ["containerOverrides"] = new JsonArray() },
            ["containers"] = new JsonArray([.. task.Containers.Select(container => Container(task, container, arn))]),
        };
        Set(json, "startedBy", task.StartedBy);
        Set(json, "launchType", task.LaunchType);
        Set(json, "capacityProviderName", task.CapacityProvider);
        Set(json, "platformVersion", task.PlatformVersion);
        Set(json, "pullStartedAt", task.PullStartedAt?.EpochSeconds());
        Set(json, "pullStoppedAt", task.PullStoppedAt?.EpochSeconds());
        Set(json, "startedAt", task.StartedAt?.EpochSeconds());
        Set(json, "stoppingAt", task.StoppingAt?.EpochSeconds());
        Set(json, "executionStoppedAt", task.Status is EcsTaskStatus.Stopped ? task.StoppedAt?.EpochSeconds() : null);
        Set(json, "stoppedAt", task.StoppedAt?.EpochSeconds());
        Set(json, "stopCode", task.StopCode);
        Set(json, "stoppedReason", task.StoppedReason);
        return json;
    }

    private static JsonObject Settings(ServiceState service)
    {
        var settings = (JsonObject?)service.Given.Structure("deploymentConfiguration")?.DeepClone() ?? [];
        settings["minimumHealthyPercent"] ??= service.Settings.MinimumHealthyPercent;
        settings["maximumPercent"] ??= service.Settings.MaximumPercent;
        settings["deploymentCircuitBreaker"] ??= new JsonObject { ["enable"] = false, ["rollback"] = false };
        return settings;
    }

    private static JsonObject Deployment(ServiceState service, DeploymentState deployment)
    {
        var tasks = service.Live.Where(task => task.IsOf(deployment)).ToList();
        var isPrimary = deployment == service.Primary;
        return new JsonObject
        {
            ["id"] = deployment.Id,
            ["status"] = isPrimary ? "PRIMARY" : "ACTIVE",
            ["taskDefinition"] = deployment.TaskDefinitionArn,
            ["desiredCount"] = isPrimary ? service.DesiredCount : tasks.Count(task => task.IsWanted),
            ["pendingCount"] = Pending(tasks),
            ["runningCount"] = Running(tasks),
            ["failedTasks"] = deployment.FailedTasks,
            ["createdAt"] = deployment.CreatedAt.EpochSeconds(),
            ["updatedAt"] = deployment.UpdatedAt.EpochSeconds(),
            ["launchType"] = service.Given.Text("launchType") ?? "EC2",
            ["rolloutState"] = deployment.Rollout switch
            {
                RolloutState.Completed => "COMPLETED",
                RolloutState.Failed => "FAILED",
                _ => "IN_PROGRESS",
            },
            ["rolloutStateReason"] = deployment.RolloutReason,
        };
    }

    private static JsonObject Event(ServiceEvent said) =>
        new() { ["id"] = said.Id, ["createdAt"] = said.CreatedAt.EpochSeconds(), ["message"] = said.Message };

    private JsonObject Container(TaskState task, ContainerState container, string taskArn)
    {
        var json = new JsonObject
        {
            ["containerArn"] = world.Arn("ecs", $"container/{task.Cluster}/{task.Id}/{container.Name}"),
            ["taskArn"] = taskArn,
            ["name"] = container.Name,
            ["image"] = container.Image,
            ["lastStatus"] = task.Status switch
            {
                EcsTaskStatus.Running or EcsTaskStatus.Deactivating => "RUNNING",
                EcsTaskStatus.Stopped => "STOPPED",
                _ => "PENDING",
            },
            ["healthStatus"] = "UNKNOWN",
            ["networkInterfaces"] = new JsonArray(),
        };
        Set(json, "imageDigest", container.ImageDigest);

        // A container that has exited says so at once; one that is being stopped, when its task is.
        Set(json, "exitCode", task.Status > EcsTaskStatus.Running ? container.ExitCode : null);
        Set(json, "reason", container.Reason);
        return json;
    }

    private static int Running(IEnumerable<TaskState> tasks) => tasks.Count(task => task.IsRunning);

    private static int Pending(IEnumerable<TaskState> tasks) => tasks.Count(task => task.Status < EcsTaskStatus.Running);

    private static string Status(TaskState task) => task.Status.ToString().ToUpperInvariant();

    private static void Set(JsonObject json, string name, JsonNode? value)
    {
        if (value is not null)
            json[name] = value;
    }
}
