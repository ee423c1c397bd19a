using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.Ecs;

/// <summary>
/// Amazon ECS: clusters, task definitions, tasks that are run by themselves, and services with rolling deployments. Services of another deployment controller
/// can be created and described, and refuse what ECS refuses; their task sets are not modelled.
/// </summary>
internal sealed class EcsService : SandboxService
{
    private static readonly JsonSerializerOptions StateJson = new() { IgnoreReadOnlyProperties = true, Converters = { new JsonStringEnumConverter() } };

    private readonly EcsTiming timing;
    private EcsState state = new();
    private Parts parts;

    public EcsService(SandboxWorld world, EcsTiming? timing = null)
        : base(world)
    {
        this.timing = timing ?? new EcsTiming();
        parts = Parts.Of(world, state, this.timing);
    }

    /// <summary>What is true of its resources, whatever its answers say.</summary>
    internal EcsState State => state;

    public override string Name => "ecs";

    public override string TargetPrefix => "AmazonEC2ContainerServiceV20141113";

    public override JsonObject Invoke(string operation, JsonObject request) => operation switch
    {
        "CreateCluster" => parts.Clusters.Create(request),
        "DescribeClusters" => parts.Clusters.Describe(request),
        "RegisterTaskDefinition" => parts.Definitions.Register(request),
        "DeregisterTaskDefinition" => parts.Definitions.Deregister(request),
        "DescribeTaskDefinition" => parts.Definitions.Describe(request),
        "ListTaskDefinitions" => parts.Definitions.List(request),
        "CreateService" => parts.Services.Create(request),
        "DescribeServices" => parts.Services.Describe(request),
        "ListServices" => parts.Services.List(request),
        "UpdateService" => parts.Services.Update(request),
        "DeleteService" => parts.Services.Delete(request),
        "RunTask" => parts.OneOff.Run(request),
        "ListTasks" => parts.Tasks.List(request),
        "DescribeTasks" => parts.Tasks.Describe(request),
        "StopTask" => parts.Tasks.Stop(request),
        "ListServiceDeployments" => parts.Deployments.List(request),
        "DescribeServiceDeployments" => parts.Deployments.Describe(request),
        "DescribeServiceRevisions" => parts.Deployments.DescribeRevisions(request),
        "StopServiceDeployment" => parts.Deployments.Stop(request),
        _ => throw SandboxException.UnknownOperation(Name, operation),
    };

    public override IEnumerable<string> FaultTargets(SandboxFaultKind kind) => kind switch
    {
        SandboxFaultKind.TaskCrash or SandboxFaultKind.CannotPull => [.. state.Services.Select(service => service.Name), .. Groups],
        SandboxFaultKind.TaskNotPlaced => Groups,
        _ => [],
    };

    // The group of a task that RunTask starts.
    private IEnumerable<string> Groups => state.TaskDefinitions.Keys.Select(family => $"family:{family}");

    public override string? TargetOf(string operation, JsonObject request)
    {
        var name = request.Text("service") ?? request.Text("serviceName") ?? request.Text("task")
            ?? (request.Texts("services") is [var only] ? only : null)
            ?? ServiceOf(request.Text("serviceDeploymentArn")) ?? ServiceOf(First(request, "serviceDeploymentArns")) ?? ServiceOf(First(request, "serviceRevisionArns"))
            ?? request.Text("taskDefinition") ?? request.Text("family") ?? request.Text("cluster") ?? request.Text("clusterName");
        return name is null ? null : Clusters.LastPart(name);
    }

    // arn:aws:ecs:region:account:service-deployment/cluster/service/id
    private static string? ServiceOf(string? arn) => arn?.Split('/') is [_, _, var service, _] ? service : null;

    private static string? First(JsonObject request, string list) => request.Texts(list) is [var first, ..] ? first : null;

    public override void Advance(DateTimeOffset now) => parts.Clockwork.Advance(now);

    public override JsonObject Save() => (JsonObject)JsonSerializer.SerializeToNode(state, StateJson)!;

    public override void Load(JsonObject state)
    {
        this.state = state.Deserialize<EcsState>(StateJson)!;
        parts = Parts.Of(World, this.state, timing);
    }

    private sealed record Parts(Clusters Clusters, TaskDefinitions Definitions, Services Services, OneOffTasks OneOff, Tasks Tasks, ServiceDeployments Deployments, EcsClockwork Clockwork)
    {
        public static Parts Of(SandboxWorld world, EcsState state, EcsTiming timing)
        {
            var descriptions = new EcsDescriptions(world);
            var clusters = new Clusters(world, state);
            var definitions = new TaskDefinitions(world, state);
            var launcher = new TaskLauncher(state, definitions);
            var machine = new DeploymentMachine(state, timing, launcher);
            var services = new Services(world, state, clusters, definitions, machine, descriptions);
            return new Parts(
                clusters,
                definitions,
                services,
                new OneOffTasks(world, state, clusters, definitions, launcher, descriptions),
                new Tasks(world, state, clusters, services, descriptions),
                new ServiceDeployments(world, state, services, descriptions, definitions),
                new EcsClockwork(state, timing, new TaskLifecycle(world, timing), machine));
        }
    }
}
