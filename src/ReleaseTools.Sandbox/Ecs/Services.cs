using System.Text.Json.Nodes;

namespace ReleaseTools.Sandbox.Ecs;

/// <summary>The operations on services.</summary>
internal sealed class Services(SandboxWorld world, EcsState state, Clusters clusters, TaskDefinitions definitions, DeploymentMachine machine, EcsDescriptions descriptions)
{
    private const int MostDescribed = 10;

    // Members of UpdateService that start a new deployment when they change:
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
    private static readonly string[] DeployedMembers =
    [
        "capacityProviderStrategy", "enableECSManagedTags", "enableExecuteCommand", "healthCheckGracePeriodSeconds", "loadBalancers", "networkConfiguration",
        "platformVersion", "propagateTags", "serviceConnectConfiguration", "serviceRegistries", "volumeConfigurations",
    ];

    /// <summary>CreateService.</summary>
    public JsonObject Create(JsonObject request)
    {
        var cluster = clusters.NameIn(request);
        var name = request.Required("serviceName", "InvalidParameterException", "Service name cannot be blank.");
        var earlier = Find(cluster, name);
        if (earlier is { Status: not ServiceStatus.Inactive })
            throw new SandboxException("InvalidParameterException", "Creation of service was not idempotent.");

        ServiceRequest.Validate(request);
        var service = new ServiceState
        {
            Name = name,
            Cluster = cluster,
            Given = (JsonObject)request.DeepClone(),
            CreatedAt = world.Now,
            DesiredCount = ServiceRequest.DesiredCount(request) ?? 0,
        };
        if (service.Controller is "ECS")
            machine.Begin(service, definitions.Resolve(request.Required("taskDefinition", "InvalidParameterException", "TaskDefinition can not be blank.")), world.Now);
        else if (request.Text("taskDefinition") is { } definition)
            service.TaskDefinitionArn = definitions.Resolve(definition);
        if (earlier is not null)
            state.Services.Remove(earlier);
        state.Services.Add(service);
        return new JsonObject { ["service"] = descriptions.Service(service) };
    }

    /// <summary>DescribeServices: 1 to 10; those not there are in <c>failures</c>.</summary>
    public JsonObject Describe(JsonObject request)
    {
        var cluster = clusters.NameIn(request);
        var names = request.Texts("services");
        if (names.Count == 0)
            throw new SandboxException("InvalidParameterException", "Services cannot be empty.");
        if (names.Count > MostDescribed)
            throw new SandboxException("InvalidParameterException", $"Services can have at most {MostDescribed} items.");

        var withTags = request.Texts("include").Contains("TAGS", StringComparer.Ordinal);
        var services = new JsonArray();
        var failures = new JsonArray();
        foreach (var given in names)
        {
            if (ResourceNames.In(world, "service", given, cluster) is { } name && Find(cluster, name) is { } service)
                services.Add(descriptions.Service(service, withTags));
            else
                failures.Add(new JsonObject { ["arn"] = given.StartsWith("arn:", StringComparison.Ordinal) ? given : world.Arn("ecs", $"service/{cluster}/{given}"), ["reason"] = "MISSING" });
        }

        return new JsonObject { ["services"] = services, ["failures"] = failures };
    }

    /// <summary>ListServices, in pages of 10 unless asked otherwise.</summary>
    public JsonObject List(JsonObject request)
    {
        var cluster = clusters.NameIn(request);
        var arns = state.Services
            .Where(service => string.Equals(service.Cluster, cluster, StringComparison.Ordinal) && service.Status is not ServiceStatus.Inactive)
            .Select(descriptions.ServiceArn);
        return Pages.Of([.. arns], request, "serviceArns", MostDescribed);
    }

    /// <summary>UpdateService: the answer is the service as it is before the scheduler acts.</summary>
    public JsonObject Update(JsonObject request)
    {
        var service = Active(request, "service");
        ServiceRequest.Validate(request);
        var desired = ServiceRequest.DesiredCount(request);
        var definition = request.Text("taskDefinition") is { } name ? definitions.Resolve(name) : service.TaskDefinitionArn;
        var isForced = request.Flag("forceNewDeployment") ?? false;
        var differs = !string.Equals(definition, service.TaskDefinitionArn, StringComparison.Ordinal)
            || DeployedMembers.Any(member => request[member] is { } given && !JsonNode.DeepEquals(given, service.Given[member]));
        if (service.Controller is not "ECS")
            Refuse(service, request, isForced);

        foreach (var (member, value) in request)
            service.Given[member] = value?.DeepClone();
        service.DesiredCount = desired ?? service.DesiredCount;
        service.WakeAt = world.Now;
        if (service.Controller is "ECS" && (isForced || differs))
            machine.Begin(service, definition!, world.Now);
        return new JsonObject { ["service"] = descriptions.Service(service) };
    }

    /// <summary>DeleteService: DRAINING until its tasks have stopped, then INACTIVE.</summary>
    public JsonObject Delete(JsonObject request)
    {
        var service = NotInactive(request, "service");
        if (service.DesiredCount > 0 && request.Flag("force") is not true)
            throw new SandboxException("InvalidParameterException", "The service cannot be stopped while it is scaled above 0.");
        service.DesiredCount = 0;
        service.Status = ServiceStatus.Draining;
        service.WakeAt = world.Now;
        return new JsonObject { ["service"] = descriptions.Service(service) };
    }

    /// <summary>The service a request names, which must be there and may be draining: its tasks are still to be seen.</summary>
    public ServiceState NotInactive(JsonObject request, string member)
    {
        var cluster = clusters.NameIn(request);
        var name = ResourceNames.In(world, "service", request.Required(member, "InvalidParameterException", "Service cannot be blank."), cluster);
        var service = (name is null ? null : Find(cluster, name)) ?? throw new SandboxException("ServiceNotFoundException", "Service not found.");
        return service.Status is not ServiceStatus.Inactive ? service : throw NotActive();
    }

    public ServiceState? Find(string cluster, string name) => state.Services.Find(service =>
        string.Equals(service.Cluster, cluster, StringComparison.Ordinal) && string.Equals(service.Name, name, StringComparison.Ordinal));

    private ServiceState Active(JsonObject request, string member) =>
        NotInactive(request, member) is { Status: ServiceStatus.Active } service ? service : throw NotActive();

    private static SandboxException NotActive() => new("ServiceNotActiveException", "Service was not ACTIVE.");

    // CodeDeploy or an outside controller owns the deployments; desired count and a few more stay ECS's.
    private static void Refuse(ServiceState service, JsonObject request, bool isForced)
    {
        var instead = service.Controller is "CODE_DEPLOY" ? " Use AWS CodeDeploy to trigger a new deployment." : string.Empty;
        if (isForced)
            throw new SandboxException("InvalidParameterException", $"Cannot force a new deployment on services with a {service.Controller} deployment controller.{instead}");
        if (request["taskDefinition"] is not null)
            throw new SandboxException("InvalidParameterException", $"Unable to update task definition on services with a {service.Controller} deployment controller.{instead}");
    }
}
