using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.Ecs;

/// <summary>RunTask: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html</summary>
internal sealed class OneOffTasks(SandboxWorld world, EcsState state, Clusters clusters, TaskDefinitions definitions, TaskLauncher launcher, EcsDescriptions descriptions)
{
    /// <summary>Starts tasks; those that cannot be placed are in <c>failures</c>. A client token that was used is answered with its tasks.</summary>
    public JsonObject Run(JsonObject request)
    {
        var cluster = clusters.NameIn(request);
        var arn = definitions.Resolve(request.Required("taskDefinition", "InvalidParameterException", "TaskDefinition can not be blank."));
        RunTaskRequest.Validate(request, definitions.Get(arn));
        var token = request.Text("clientToken") is { } given ? $"{cluster} {given}" : null;
        if (token is not null && state.RunTaskTokens.TryGetValue(token, out var before))
            return Again(request, cluster, before);

        var count = (int)(request.Number("count") ?? 1);
        var group = request.Text("group") ?? $"family:{TaskDefinitions.FamilyOf(arn)}";
        if (world.Faults.TakeFor(SandboxFaultKind.TaskNotPlaced, group) is { } fault)
            return new JsonObject { ["tasks"] = new JsonArray(), ["failures"] = new JsonArray([.. Enumerable.Range(0, count).Select(_ => Failure(request, fault.Reason))]) };

        var started = Enumerable.Range(0, count).Select(_ => launcher.Launch(cluster, arn, request, world.Now)).ToList();
        state.OneOff.AddRange(started);
        if (token is not null)
            state.RunTaskTokens[token] = new((JsonObject)request.DeepClone(), [.. started.Select(task => task.Id)]);
        return Answer(started);
    }

    // "Requests with the same token in the same cluster are idempotent":
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ECS_Idempotency.html
    private JsonObject Again(JsonObject request, string cluster, RunTaskTokenState before)
    {
        var tasks = state.Tasks(cluster).Where(task => before.Tasks.Contains(task.Id, StringComparer.Ordinal)).ToList();
        return JsonNode.DeepEquals(request, before.Request)
            ? Answer(tasks)
            : throw new SandboxException("ConflictException", "The provided clientToken is already in use with a different RunTask request.");
    }

    private JsonObject Answer(IEnumerable<TaskState> tasks) =>
        new() { ["tasks"] = new JsonArray([.. tasks.Select(descriptions.Task)]), ["failures"] = new JsonArray() };

    // Container instances have ARNs, Fargate has none to name.
    private JsonObject Failure(JsonObject request, string? reason)
    {
        var failure = new JsonObject { ["reason"] = reason ?? "RESOURCE:MEMORY" };
        if (request.Text("launchType") is not "FARGATE")
            failure["arn"] = world.Arn("ecs", $"container-instance/{state.NewHexId()}");
        return failure;
    }
}
