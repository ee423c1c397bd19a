using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.Ecs;

/// <summary>The operations on tasks.</summary>
internal sealed class Tasks(SandboxWorld world, EcsState state, Clusters clusters, Services services, EcsDescriptions descriptions)
{
    private const int MostDescribed = 100;

    // "When you specify startedBy as the filter, it must be the only filter that you use":
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html; desiredStatus says which tasks there are to filter.
    private static readonly string[] NotBesideStartedBy = ["serviceName", "family", "containerInstance", "launchType"];

    /// <summary>ListTasks, in pages of at most 100; without <c>desiredStatus</c>, those that are to run.</summary>
    public JsonObject List(JsonObject request)
    {
        var cluster = clusters.NameIn(request);
        var startedBy = request.Text("startedBy");
        var family = request.Text("family");
        var serviceName = request.Text("serviceName") is null ? null : services.NotInactive(request, "serviceName").Name;
        if (startedBy is not null && NotBesideStartedBy.FirstOrDefault(request.ContainsKey) is { } other)
            throw new SandboxException("InvalidParameterException", $"startedBy cannot be combined with {other}: when it is specified, it must be the only filter.");
        var desired = request.Text("desiredStatus") ?? "RUNNING";
        if (desired is not ("RUNNING" or "PENDING" or "STOPPED"))
            throw new SandboxException("InvalidParameterException", $"Invalid desired status: {desired}");

        var tasks = state.Tasks(cluster).Where(task =>
            (serviceName is null || string.Equals(task.Service, serviceName, StringComparison.Ordinal))
            && (startedBy is null || string.Equals(task.StartedBy, startedBy, StringComparison.Ordinal))
            && (family is null || string.Equals(TaskDefinitions.FamilyOf(task.TaskDefinitionArn), family, StringComparison.Ordinal))
            && string.Equals(desired, task.IsWanted ? "RUNNING" : "STOPPED", StringComparison.Ordinal));
        return Pages.Of([.. tasks.Select(descriptions.TaskArn)], request, "taskArns");
    }

    /// <summary>DescribeTasks: 1 to 100 by id or ARN.</summary>
    public JsonObject Describe(JsonObject request)
    {
        var cluster = clusters.NameIn(request);
        var ids = request.Texts("tasks");
        if (ids.Count == 0)
            throw new SandboxException("InvalidParameterException", "Tasks cannot be empty.");
        if (ids.Count > MostDescribed)
            throw new SandboxException("InvalidParameterException", $"Tasks can have at most {MostDescribed} items.");

        var known = state.Tasks(cluster).ToDictionary(task => task.Id, StringComparer.Ordinal);
        var tasks = new JsonArray();
        var failures = new JsonArray();
        foreach (var given in ids)
        {
            if (ResourceNames.In(world, "task", given, cluster) is { } id && known.TryGetValue(id, out var task))
                tasks.Add(descriptions.Task(task));
            else
                failures.Add(new JsonObject { ["arn"] = given.StartsWith("arn:", StringComparison.Ordinal) ? given : world.Arn("ecs", $"task/{cluster}/{given}"), ["reason"] = "MISSING" });
        }

        return new JsonObject { ["tasks"] = tasks, ["failures"] = failures };
    }

    /// <summary>StopTask: a service's scheduler replaces its task.</summary>
    public JsonObject Stop(JsonObject request)
    {
        var cluster = clusters.NameIn(request);
        var id = ResourceNames.In(world, "task", request.Required("task", "InvalidParameterException", "taskId can not be blank"), cluster);
        var task = state.Tasks(cluster).FirstOrDefault(task => string.Equals(task.Id, id, StringComparison.Ordinal))
            ?? throw new SandboxException("InvalidParameterException", "The referenced task was not found.");
        if (task.IsWanted)
        {
            TaskLifecycle.Stop(task, "UserInitiated", request.Text("reason") ?? "Task stopped by user", world.Now);
            if (task.Service is { } service)
                services.Find(cluster, service)!.WakeAt = world.Now;
        }

        return new JsonObject { ["task"] = descriptions.Task(task) };
    }
}
