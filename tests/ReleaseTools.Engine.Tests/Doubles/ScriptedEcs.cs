using System.Text.Json.Nodes;
using ReleaseTools.Engine.Rollouts;

namespace ReleaseTools.Engine.Tests.Doubles;

/// <summary>ECS by script: services of one task definition, whose new deployments end at once, and the revisions registered.</summary>
internal sealed class ScriptedEcs
{
    public const string Repository = "1.dkr.ecr.eu-west-1.amazonaws.com/web";
    public const string New = "sha256:new";
    public const string Old = "sha256:old";
    public const string Former = "arn:aws:ecs:eu-west-1:1:task-definition/web:7";
    public const string Registered = "arn:aws:ecs:eu-west-1:1:task-definition/web:8";

    private readonly Dictionary<string, string> taskDefinitions = new(StringComparer.Ordinal);

    public ScriptedEcs()
    {
        Aws.On("DescribeClusters", """{"clusters":[{"clusterName":"main","status":"ACTIVE"}]}""");
        Aws.On("DescribeServices", request => new JsonObject { ["services"] = new JsonArray([.. request["services"]!.AsArray().Select(name => Service((string)name!))]) });
        Aws.On("DescribeTaskDefinition", request => Described((string)request["taskDefinition"]! == Former ? null : Newest));
        Aws.On("RegisterTaskDefinition", request =>
        {
            Newest = request.DeepClone().AsObject();
            return Described(Newest);
        });
        Aws.On("UpdateService", request =>
        {
            var name = (string)request["service"]!;
            if (Refusing.Contains(name))
                throw ScriptedAws.Error("AccessDeniedException");
            taskDefinitions[name] = (string?)request["taskDefinition"] ?? Former;
            return new JsonObject { ["service"] = Service(name) };
        });
        Aws.On("ListTasks", request => new JsonObject { ["taskArns"] = (string?)request["desiredStatus"] == "STOPPED" ? new JsonArray([.. StoppedTasks.Select(_ => JsonValue.Create("arn:task/stopped"))]) : new JsonArray($"arn:task/{request["serviceName"]}") });
        Aws.On("DescribeTasks", request => new JsonObject { ["tasks"] = new JsonArray([.. request["tasks"]!.AsArray().Select(arn => DescribedTask((string)arn!))]) });
    }

    public ScriptedAws Aws { get; } = new();

    public TagsInMemory Registry { get; } = new TagsInMemory().With(Repository, "latest", Old);

    public RecordingObserver Observer { get; } = new();

    public JumpingTime Time { get; } = new();

    /// <summary>The image that the services' task definition names.</summary>
    public string Image { get; set; } = $"{Repository}:latest";

    /// <summary>The state of the deployment, ecs-svc/1, that each service has before.</summary>
    public string StateBefore { get; set; } = "COMPLETED";

    public string? RunningDigest { get; set; } = New;

    /// <summary>The stop codes of the former deployment's tasks that stopped.</summary>
    public IReadOnlyList<string> StoppedTasks { get; set; } = [];

    /// <summary>The services whose new deployment fails.</summary>
    public IReadOnlyList<string> Failing { get; set; } = [];

    /// <summary>The services whose update is refused.</summary>
    public IReadOnlyList<string> Refusing { get; set; } = [];

    /// <summary>The request that registered the family's newest revision, web:8; null while there is none.</summary>
    public JsonObject? Newest { get; set; }

    public EcsRollouts Rollouts => new(Aws.Session, Registry, Observer, Time);

    public Task<IReadOnlyList<RolloutPlan>> PlanAsync(params ReleaseService[] services) => Rollouts.PlanAsync(
        services, services.ToDictionary(service => service.Service, _ => new EcrImage { Name = "web", Repository = Repository, Tag = "4f2c9e1", Digest = New }), default);

    public async Task<RolloutPlan> PlanAsync(bool pinDigest) => (await PlanAsync(new ReleaseService { Service = "web", Cluster = "main", PinDigest = pinDigest })).Single();

    public async Task<RolloutResult> RolloutAsync(RolloutPlan plan) => (await Rollouts.RolloutAsync([plan], new(), default)).Single();

    /// <summary>The answer that describes the former revision, or one that was registered.</summary>
    public JsonObject Described(JsonObject? registered)
    {
        var definition = registered?.DeepClone().AsObject() ?? JsonNode.Parse($$$"""
            {"family":"web","containerDefinitions":[
               {"name":"app","image":"{{{Image}}}","essential":true,"environment":[{"name":"A","value":"1"},{"name":"B","value":"2"}],"newMember":{"x":[1.50]}},
               {"name":"log","image":"fluent-bit:3","command":["a","b"]}],
             "networkMode":"awsvpc","memory":"512","future":{"y":true},"taskRoleArn":null}
            """)!.AsObject();
        definition.Remove("tags", out var tags);
        definition["taskDefinitionArn"] = registered is null ? Former : Registered;
        definition["revision"] = registered is null ? 7 : 8;
        definition["status"] = "ACTIVE";
        definition["requiresAttributes"] = new JsonArray(new JsonObject { ["name"] = "ecs.capability.task-eni" });
        definition["compatibilities"] = new JsonArray("EC2", "FARGATE");
        definition["registeredAt"] = 1.5;
        definition["registeredBy"] = "arn:aws:iam::1:root";
        return new()
        {
            ["taskDefinition"] = definition,
            ["tags"] = registered is null ? JsonNode.Parse("""[{"key":"team","value":"video"},{"key":"aws:cloudformation:stack-name","value":"s"}]""") : tags,
        };
    }

    private JsonObject Service(string name)
    {
        var isNew = taskDefinitions.TryGetValue(name, out var taskDefinition);
        taskDefinition ??= Former;
        var deployment = new JsonObject
        {
            ["id"] = isNew ? "ecs-svc/2" : "ecs-svc/1", ["status"] = "PRIMARY", ["rolloutState"] = isNew ? Failing.Contains(name) ? "FAILED" : "COMPLETED" : StateBefore,
            ["desiredCount"] = 1, ["runningCount"] = 1, ["taskDefinition"] = taskDefinition,
        };
        return new()
        {
            ["serviceName"] = name, ["status"] = "ACTIVE", ["desiredCount"] = 1, ["runningCount"] = 1, ["taskDefinition"] = taskDefinition, ["deployments"] = new JsonArray(deployment),
        };
    }

    private JsonObject DescribedTask(string arn)
    {
        if (arn == "arn:task/stopped")
            return JsonNode.Parse($$"""{"taskArn":"{{arn}}","lastStatus":"STOPPED","desiredStatus":"STOPPED","startedBy":"ecs-svc/1","stopCode":"{{StoppedTasks[0]}}"}""")!.AsObject();
        var startedBy = taskDefinitions.ContainsKey(arn["arn:task/".Length..]) ? "ecs-svc/2" : "ecs-svc/1";
        return new()
        {
            ["taskArn"] = arn, ["lastStatus"] = "RUNNING", ["desiredStatus"] = "RUNNING", ["startedBy"] = startedBy,
            ["containers"] = new JsonArray(new JsonObject { ["name"] = "app", ["imageDigest"] = RunningDigest }),
        };
    }
}
