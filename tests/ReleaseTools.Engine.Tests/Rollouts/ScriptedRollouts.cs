using System.Text.Json.Nodes;
using ReleaseTools.Engine.Rollouts;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Rollouts;

/// <summary>A service on scripted AWS, and how it is rolled out.</summary>
public abstract class ScriptedRollouts
{
    private protected const string Repository = "1.dkr.ecr.eu-west-1.amazonaws.com/web";
    private protected const string New = "sha256:new";
    private protected const string Old = "sha256:old";

    private protected readonly ScriptedAws aws = new();
    private protected readonly TagsInMemory registry = new TagsInMemory().With(Repository, "latest", Old);
    private protected readonly RecordingObserver observer = new();
    private protected readonly JumpingTime time = new();

    private protected ScriptedRollouts()
    {
        aws.On("DescribeClusters", """{"clusters":[{"clusterName":"main","status":"ACTIVE"}]}""");
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/1", "COMPLETED")));
        aws.On("DescribeTaskDefinition", _ => TaskDefinition($"{Repository}:latest"));
        aws.On("DescribeLogGroups", """{"logGroups":[{"logGroupName":"/ecs/web"}]}""");
        aws.On("UpdateService", _ => new JsonObject { ["service"] = Service("ecs-svc/2", "IN_PROGRESS", former: "ecs-svc/1") });
        aws.On("ListTasks", request => Text(request, "desiredStatus") == "STOPPED" ? Arns() : Arns("arn:task/new"));
        aws.On("DescribeTasks", _ => Tasks(RunningTask("arn:task/new", New)));
    }

    private protected EcsRollouts Rollouts => new(aws.Session, registry, observer, time);

    private protected static EcrImage Image() => new() { Name = "web", Repository = Repository, Tag = "4f2c9e1", Digest = New };

    private protected async Task<RolloutPlan> PlanAsync() =>
        (await Rollouts.PlanAsync([new() { Service = "web", Cluster = "main" }], new Dictionary<string, EcrImage> { ["web"] = Image() }, default)).Single();

    private protected async Task<ServiceRollout> RolloutAsync(RolloutPlan plan, RolloutOptions? options = null) => (await ResultAsync(plan, options)).Rollout;

    private protected async Task<RolloutResult> ResultAsync(RolloutPlan plan, RolloutOptions? options = null) =>
        (await Rollouts.RolloutAsync([plan], options ?? new(), default)).Single();

    // What the watcher sees; right before its deployment a service is read as it was.
    private protected void OnLook(Func<JsonObject, JsonNode> look, int deployments = 1) =>
        aws.On("DescribeServices", request => aws.RequestsOf("UpdateService").Count() >= deployments ? look(request) : Services(Service("ecs-svc/1", "COMPLETED")));

    private protected void LooksInTurn(params Func<JsonNode>[] turns)
    {
        var next = 0;
        OnLook(_ => turns[Math.Min(next++, turns.Length - 1)]());
    }

    private protected static string? Text(JsonObject request, string member) => (string?)request[member];

    private protected static JsonObject Services(params JsonObject[] services) => new() { ["services"] = new JsonArray([.. services]), ["failures"] = new JsonArray() };

    private protected static JsonObject Service(string primary, string state, string? former = null, int failed = 0, string? reason = null, string[]? events = null, string name = "web")
    {
        var deployments = new JsonArray(Deployment(primary, "PRIMARY", state, failed, reason));
        if (former is not null)
            deployments.Add(Deployment(former, "ACTIVE", "COMPLETED", 0, null));
        return new()
        {
            ["serviceName"] = name, ["status"] = "ACTIVE", ["desiredCount"] = 1, ["runningCount"] = 1, ["taskDefinition"] = "arn:aws:ecs:eu-west-1:1:task-definition/web:7",
            ["deployments"] = deployments,
            ["events"] = new JsonArray([.. (events ?? []).Reverse().Select(said => new JsonObject { ["id"] = said, ["createdAt"] = 1.5, ["message"] = said })]),
        };
    }

    private protected static JsonObject Deployment(string id, string status, string state, int failed, string? reason) => new()
    {
        ["id"] = id, ["status"] = status, ["rolloutState"] = state, ["rolloutStateReason"] = reason, ["desiredCount"] = 1, ["runningCount"] = 1, ["failedTasks"] = failed,
        ["taskDefinition"] = "arn:aws:ecs:eu-west-1:1:task-definition/web:7",
    };

    private protected static JsonObject TaskDefinition(string image, string logRegion = "eu-west-1") => JsonNode.Parse($$$$"""
        {"taskDefinition":{"family":"web","revision":7,"containerDefinitions":[{"name":"app","image":"{{{{image}}}}","essential":true,
          "logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"/ecs/web","awslogs-stream-prefix":"ecs","awslogs-region":"{{{{logRegion}}}}"}}}]}}
        """)!.AsObject();

    private protected static JsonObject Arns(params string[] arns) => new() { ["taskArns"] = new JsonArray([.. arns.Select(arn => JsonValue.Create(arn))]) };

    private protected static JsonObject Tasks(params JsonObject[] tasks) => new() { ["tasks"] = new JsonArray([.. tasks]) };

    private protected static JsonObject RunningTask(string arn, string digest) => JsonNode.Parse($$"""
        {"taskArn":"{{arn}}","lastStatus":"RUNNING","desiredStatus":"RUNNING","startedBy":"ecs-svc/2","containers":[{"name":"app","imageDigest":"{{digest}}"}]}
        """)!.AsObject();

    private protected static JsonObject StoppedTask(string arn, string startedBy = "ecs-svc/2", string stopCode = "EssentialContainerExited") => JsonNode.Parse($$"""
        {"taskArn":"{{arn}}","taskDefinitionArn":"web:7","lastStatus":"STOPPED","desiredStatus":"STOPPED","startedBy":"{{startedBy}}","stopCode":"{{stopCode}}",
         "stoppedReason":"Essential container in task exited","containers":[{"name":"app","exitCode":1}]}
        """)!.AsObject();
}
