using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using ReleaseTools.Sandbox.Ecs;
using ReleaseTools.Sandbox.Logs;

namespace ReleaseTools.Sandbox.Tests.Ecs;

/// <summary>ECS with one cluster, images that tests set, and a clock that tests step.</summary>
internal sealed class EcsScenario
{
    private readonly SandboxWorld world;

    public EcsScenario()
    {
        world = new SandboxWorld(new SandboxOptions { Clock = Clock }) { Host = "127.0.0.1:5000", Images = Images };
        Logs = new LogsService(world);
        Ecs = new EcsService(world);
        Call("CreateCluster", """{ "clusterName": "main" }""");
    }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public Images Images { get; } = new();

    public LogsService Logs { get; }

    public EcsService Ecs { get; }

    public SandboxFaults Faults => world.Faults;

    public JsonObject Call(string operation, string request)
    {
        Ecs.Advance(Clock.GetUtcNow());
        return Ecs.Invoke(operation, JsonNode.Parse(request)!.AsObject());
    }

    public SandboxException Refused(string operation, string request) => Should.Throw<SandboxException>(() => Call(operation, request));

    /// <summary>Steps the clock, and brings ECS along before a test changes images or faults.</summary>
    public void Step(double seconds)
    {
        Clock.Advance(TimeSpan.FromSeconds(seconds));
        Ecs.Advance(Clock.GetUtcNow());
    }

    /// <summary>A service whose first deployment has completed.</summary>
    public EcsScenario WithService(int desired = 2, string settings = "{}", string image = "127.0.0.1:5000/web:latest", string digest = "sha256:old")
    {
        Images[image] = digest;
        Register(image);
        Call("CreateService", $$"""{ "cluster": "main", "serviceName": "web", "taskDefinition": "web", "desiredCount": {{desired.ToString(CultureInfo.InvariantCulture)}}, "deploymentConfiguration": {{settings}} }""");
        Step(60);
        return this;
    }

    public string Register(string image) => Call("RegisterTaskDefinition", $$"""
        {
          "family": "web",
          "containerDefinitions": [{
            "name": "app", "image": "{{image}}",
            "logConfiguration": { "logDriver": "awslogs", "options": { "awslogs-group": "/ecs/web", "awslogs-stream-prefix": "web" } }
          }]
        }
        """)["taskDefinition"]!["taskDefinitionArn"]!.GetValue<string>();

    /// <summary>Forces a new deployment; its id.</summary>
    public string Force(string more = "")
    {
        var service = Call("UpdateService", $$"""{ "cluster": "main", "service": "web", "forceNewDeployment": true {{more}} }""")["service"]!;
        return service["deployments"]![0]!["id"]!.GetValue<string>();
    }

    public JsonObject Service() =>
        Call("DescribeServices", """{ "cluster": "main", "services": ["web"] }""")["services"]![0]!.AsObject();

    public JsonObject Primary() => Service()["deployments"]![0]!.AsObject();

    /// <summary>The deployments' rollout states, newest first.</summary>
    public IReadOnlyList<string> Rollouts() => [.. Service()["deployments"]!.AsArray().Select(deployment => $"{deployment!["status"]} {deployment["rolloutState"]}")];

    public IReadOnlyList<string> Events() => [.. Service()["events"]!.AsArray().Select(said => said!["message"]!.GetValue<string>())];

    public IReadOnlyList<JsonObject> Tasks(string desiredStatus = "RUNNING", string filter = "")
    {
        var arns = Call("ListTasks", $$"""{ "cluster": "main", "desiredStatus": "{{desiredStatus}}" {{filter}} }""")["taskArns"]!;
        return arns.AsArray().Count == 0
            ? []
            : [.. Call("DescribeTasks", $$"""{ "cluster": "main", "tasks": {{arns.ToJsonString()}} }""")["tasks"]!.AsArray().Select(task => task!.AsObject())];
    }

    public IReadOnlyList<string?> Digests() => [.. Tasks().Select(task => (string?)task["containers"]![0]!["imageDigest"])];
}

/// <summary>Images by reference.</summary>
internal sealed class Images : IImageStore
{
    private readonly Dictionary<string, string> digests = new(StringComparer.Ordinal);

    public string this[string reference]
    {
        set => digests[reference] = value;
    }

    public void Remove(string reference) => digests.Remove(reference);

    public string? Resolve(string imageReference) => digests.GetValueOrDefault(imageReference);

    public string Push(string imageReference, string mediaType, ReadOnlyMemory<byte> manifest, IReadOnlyList<ReadOnlyMemory<byte>> blobs, CancellationToken cancellation) =>
        throw new NotSupportedException();
}
