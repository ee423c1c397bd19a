using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.Ecs;

/// <summary>The operations on service deployments and service revisions.</summary>
internal sealed partial class ServiceDeployments(SandboxWorld world, EcsState state, Services services, EcsDescriptions descriptions, TaskDefinitions definitions)
{
    private const int MostDescribed = 20;

    private static readonly Dictionary<string, ServiceDeploymentStatus> Statuses =
        Enum.GetValues<ServiceDeploymentStatus>().ToDictionary(Word, StringComparer.Ordinal);

    // States that AWS documents and the sandbox never enters: nothing is in them.
    private static readonly string[] NeverEntered = ["STOP_REQUESTED"];

    /// <summary>ListServiceDeployments, newest first, in pages of 20 unless asked otherwise.</summary>
    public JsonObject List(JsonObject request)
    {
        var service = services.NotInactive(request, "service");
        var asked = request.Texts("status");
        if (asked.FirstOrDefault(status => !Statuses.ContainsKey(status) && !NeverEntered.Contains(status, StringComparer.Ordinal)) is { } unknown)
            throw new SandboxException("InvalidParameterException", $"Invalid status: {unknown}");

        var listed = service.History.Where(one => asked.Count == 0 || asked.Contains(Word(one.Status), StringComparer.Ordinal)).ToList();
        var page = Pages.Of([.. listed.Select(one => Arn(service, one))], request, "arns", MostDescribed);
        var byArn = listed.ToDictionary(one => Arn(service, one), StringComparer.Ordinal);
        var answer = new JsonObject { ["serviceDeployments"] = new JsonArray([.. page["arns"]!.AsArray().Select(arn => Brief(service, byArn[arn!.GetValue<string>()]))]) };
        if (page["nextToken"]?.GetValue<string>() is { } next)
            answer["nextToken"] = next;
        return answer;
    }

    /// <summary>DescribeServiceDeployments: 1 to 20 by ARN.</summary>
    public JsonObject Describe(JsonObject request) => Describe(
        request, "serviceDeploymentArns", "serviceDeployments", service => service.History.Select(one => (Arn(service, one), (Func<JsonObject>)(() => Full(service, one)))));

    /// <summary>DescribeServiceRevisions: 1 to 20 by ARN.</summary>
    public JsonObject DescribeRevisions(JsonObject request) => Describe(
        request, "serviceRevisionArns", "serviceRevisions", service => service.Revisions.Select(one => (RevisionArn(service, one.Id), (Func<JsonObject>)(() => Revision(service, one)))));

    /// <summary>StopServiceDeployment: the scheduler rolls it back. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stop-service-deployment.html</summary>
    public JsonObject Stop(JsonObject request)
    {
        var arn = request.Required("serviceDeploymentArn", "InvalidParameterException", "serviceDeploymentArn can not be blank.");
        if (request.Text("stopType") is not (null or "ROLLBACK"))
            throw new SandboxException("InvalidParameterException", "The valid values of stopType are ROLLBACK.");
        var (service, deployment) = state.Services
            .SelectMany(service => service.History.Select(one => (Service: service, Deployment: one)))
            .FirstOrDefault(one => string.Equals(Arn(one.Service, one.Deployment), arn, StringComparison.Ordinal));
        if (deployment is null)
            throw new SandboxException("ServiceDeploymentNotFoundException", "Service deployment not found.");
        if (!deployment.IsOngoing)
            throw new SandboxException("ConflictException", $"The service deployment is {Word(deployment.Status)} and cannot be stopped.");

        if (deployment.Status is ServiceDeploymentStatus.Pending or ServiceDeploymentStatus.InProgress)
        {
            if (service.LastCompleted is null)
                throw new SandboxException("InvalidParameterException", "The service has no service revision to roll back to.");
            deployment.Status = ServiceDeploymentStatus.RollbackRequested;
            deployment.StatusReason = "StopServiceDeployment was called.";
            service.WakeAt = world.Now;
        }

        return new JsonObject { ["serviceDeploymentArn"] = arn };
    }

    private JsonObject Describe(JsonObject request, string asked, string member, Func<ServiceState, IEnumerable<(string Arn, Func<JsonObject> Description)>> known)
    {
        var arns = request.Texts(asked);
        if (arns.Count is 0 or > MostDescribed)
            throw new SandboxException("InvalidParameterException", $"{asked} must have 1 to {MostDescribed} items.");
        var all = state.Services.SelectMany(known).ToDictionary(one => one.Arn, one => one.Description, StringComparer.Ordinal);
        var found = new JsonArray();
        var failures = new JsonArray();
        foreach (var arn in arns)
        {
            if (all.TryGetValue(arn, out var description))
                found.Add(description());
            else
                failures.Add(new JsonObject { ["arn"] = arn, ["reason"] = "MISSING" });
        }

        return new JsonObject { [member] = found, ["failures"] = failures };
    }

    private JsonObject Brief(ServiceState service, ServiceDeploymentState deployment)
    {
        var json = new JsonObject
        {
            ["serviceDeploymentArn"] = Arn(service, deployment),
            ["serviceArn"] = descriptions.ServiceArn(service),
            ["clusterArn"] = world.Arn("ecs", $"cluster/{service.Cluster}"),
            ["createdAt"] = deployment.CreatedAt.EpochSeconds(),
            ["targetServiceRevisionArn"] = RevisionArn(service, deployment.TargetRevision),
            ["status"] = Word(deployment.Status),
            ["statusReason"] = deployment.StatusReason,
        };
        if (deployment.StartedAt is { } started)
            json["startedAt"] = started.EpochSeconds();
        if (deployment.FinishedAt is { } finished)
            json["finishedAt"] = finished.EpochSeconds();
        return json;
    }

    private JsonObject Full(ServiceState service, ServiceDeploymentState deployment)
    {
        var json = Brief(service, deployment);
        json.Remove("targetServiceRevisionArn");
        json["targetServiceRevision"] = Summary(service, deployment.TargetRevision);
        json["sourceServiceRevisions"] = new JsonArray(deployment.SourceRevision is { } source ? [Summary(service, source)] : []);
        if (deployment.RollbackStartedAt is { } started)
        {
            json["rollback"] = new JsonObject
            {
                ["reason"] = deployment.StatusReason,
                ["startedAt"] = started.EpochSeconds(),
                ["serviceRevisionArn"] = RevisionArn(service, deployment.SourceRevision ?? deployment.TargetRevision),
            };
        }

        return json;
    }

    private JsonObject Summary(ServiceState service, string revision)
    {
        var of = service.Deployments.Where(one => string.Equals(one.RevisionId, revision, StringComparison.Ordinal)).ToList();
        var tasks = service.Live.Where(task => of.Exists(task.IsOf)).ToList();
        return new JsonObject
        {
            ["arn"] = RevisionArn(service, revision),
            ["requestedTaskCount"] = tasks.Count(task => task.IsWanted),
            ["runningTaskCount"] = tasks.Count(task => task.IsRunning),
            ["pendingTaskCount"] = tasks.Count(task => task.Status < EcsTaskStatus.Running),
        };
    }

    private JsonObject Revision(ServiceState service, ServiceRevisionState revision) => new()
    {
        ["serviceRevisionArn"] = RevisionArn(service, revision.Id),
        ["serviceArn"] = descriptions.ServiceArn(service),
        ["clusterArn"] = world.Arn("ecs", $"cluster/{service.Cluster}"),
        ["taskDefinition"] = revision.TaskDefinitionArn,
        ["launchType"] = service.Given.Text("launchType") ?? "EC2",
        ["createdAt"] = revision.CreatedAt.EpochSeconds(),
        ["containerImages"] = new JsonArray([.. definitions.Get(revision.TaskDefinitionArn).Structures("containerDefinitions").Select(container => Image(container, revision))]),
    };

    private static JsonObject Image(JsonObject container, ServiceRevisionState revision)
    {
        var image = container.Text("image")!;
        var json = new JsonObject { ["containerName"] = container.Text("name"), ["image"] = image };
        if (revision.Digests.TryGetValue(image, out var digest))
            json["imageDigest"] = digest;
        return json;
    }

    private string Arn(ServiceState service, ServiceDeploymentState deployment) => world.Arn("ecs", $"service-deployment/{service.Cluster}/{service.Name}/{deployment.Id}");

    private string RevisionArn(ServiceState service, string revision) => world.Arn("ecs", $"service-revision/{service.Cluster}/{service.Name}/{revision}");

    // RollbackInProgress is said ROLLBACK_IN_PROGRESS.
    private static string Word(ServiceDeploymentStatus status) => WordStart().Replace(status.ToString(), "_$0").ToUpper(CultureInfo.InvariantCulture);

    [GeneratedRegex("(?<=[a-z])[A-Z]", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WordStart();
}
