using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.SageMaker;

/// <summary>SageMaker's operations on endpoints; what they may do when is for <see cref="EndpointMachine"/> to say.</summary>
internal sealed class EndpointOperations(SandboxWorld world, ResourceTable models, ResourceTable configs, StaleReads stale, EndpointDurations durations) : IEndpointStore
{
    private readonly SortedDictionary<string, Endpoint> endpoints = new(StringComparer.Ordinal);
    private readonly EndpointDeployer deployer = new(world, models);

    /// <summary>The endpoints there are.</summary>
    public IReadOnlyCollection<string> Names => endpoints.Keys;

    /// <summary>CreateEndpoint.</summary>
    public JsonObject Create(JsonObject request)
    {
        var name = ResourceTable.NameIn(request, "EndpointName");
        var config = configs.Get(ResourceTable.NameIn(request, "EndpointConfigName"));
        var arn = ArnOf(name);
        if (endpoints.ContainsKey(name))
            throw SageMakerErrors.AlreadyExists("endpoint", arn);
        var (deployment, end) = deployer.Prepare(name, config, retained: null, isFirst: true);
        var endpoint = new Endpoint { Name = name, Arn = arn, CreationTime = world.Now, LastModifiedTime = world.Now, Status = "Creating" };
        Put(EndpointMachine.Deploy(endpoint, deployment, end, world.Now, durations));
        return new JsonObject { ["EndpointArn"] = arn };
    }

    /// <summary>UpdateEndpoint.</summary>
    public JsonObject Update(JsonObject request)
    {
        var endpoint = Get(request);
        var config = configs.Get(ResourceTable.NameIn(request, "EndpointConfigName"));
        if (!EndpointMachine.CanUpdate(endpoint))
        {
            throw endpoint.Status == "Failed"
                ? SageMakerErrors.InUse("update", endpoint.Status, endpoint.Arn)
                : SageMakerErrors.Invalid($"Cannot update in-progress endpoint \"{endpoint.Arn}\".");
        }
        // A configuration in use can be deleted, and the next update then fails: https://github.com/hashicorp/terraform-provider-aws/issues/40048
        configs.Get(endpoint.ConfigName);
        VariantRules.RequireSameNames(endpoint, config);
        if (request.Structure("DeploymentConfig") is { } deploymentConfig)
            DeploymentConfigRules.Validate(deploymentConfig);
        var (deployment, end) = deployer.Prepare(endpoint.Name, config, Retained(request, endpoint), isFirst: false);
        var kept = request.Flag("RetainDeploymentConfig") == true ? endpoint.LastDeploymentConfig : null;
        endpoint = endpoint with { LastDeploymentConfig = request["DeploymentConfig"]?.DeepClone().AsObject() ?? kept };
        Put(EndpointMachine.Deploy(endpoint, deployment, end, world.Now, durations));
        return new JsonObject { ["EndpointArn"] = endpoint.Arn };
    }

    /// <summary>UpdateEndpointWeightsAndCapacities: what autoscaling does to a variant.</summary>
    public JsonObject UpdateWeightsAndCapacities(JsonObject request)
    {
        var endpoint = Get(request);
        if (endpoint.Status != "InService" || endpoint.Current is not { } current)
            throw SageMakerErrors.Invalid($"Cannot update in-progress endpoint \"{endpoint.Arn}\".");
        var variants = current.Variants.DeepClone().AsArray();
        foreach (var desired in request.Structures("DesiredWeightsAndCapacities"))
        {
            var name = desired.Text("VariantName");
            var variant = variants.OfType<JsonObject>().FirstOrDefault(one => one.Text("VariantName") == name)
                ?? throw SageMakerErrors.Invalid($"The variant name(s) \"{name}\" is/are not present within endpoint configuration \"{current.ConfigName}\".");
            foreach (var (given, kept) in (ReadOnlySpan<(string, string)>)[("DesiredWeight", "Weight"), ("DesiredInstanceCount", "InstanceCount")])
            {
                if (desired[given] is not { } value)
                    continue;
                variant["Desired" + kept] = value.DeepClone();
                variant["Current" + kept] = value.DeepClone();
            }
        }
        var deployment = current with { Variants = variants, StartTime = world.Now };
        Put(EndpointMachine.Deploy(endpoint, deployment, new DeploymentEnd(DeploymentEndKind.Succeeds), world.Now, durations));
        return new JsonObject { ["EndpointArn"] = endpoint.Arn };
    }

    /// <summary>DeleteEndpoint.</summary>
    public JsonObject Delete(JsonObject request)
    {
        var endpoint = Get(request);
        if (!EndpointMachine.CanDelete(endpoint))
            throw SageMakerErrors.Invalid($"Cannot delete in-progress endpoint \"{endpoint.Arn}\".");
        Put(EndpointMachine.Delete(endpoint, world.Now, durations));
        return [];
    }

    /// <summary>DescribeEndpoint.</summary>
    public JsonObject Describe(JsonObject request)
    {
        var name = ResourceTable.NameIn(request, "EndpointName");
        return stale.Take("endpoint", name) is { } seen
            ? seen.Before?.DeepClone().AsObject() ?? throw SageMakerErrors.CouldNotFind("endpoint", ArnOf(name))
            : EndpointDescription.Of(Get(request));
    }

    /// <summary>ListEndpoints.</summary>
    public JsonObject List(JsonObject request) => SageMakerList.Of(
        endpoints.Values.Select(EndpointDescription.Summary), request, "EndpointName", "Endpoints", summary => summary.DeepClone().AsObject());

    /// <summary>Puts an endpoint into a documented status, as an outage of AWS or an operator elsewhere would.</summary>
    public void Force(string name, string status, string? reason)
    {
        if (!EndpointMachine.Statuses.Contains(status, StringComparer.Ordinal))
            throw new ArgumentOutOfRangeException(nameof(status), status, "AWS documents no such status.");
        Put(EndpointMachine.Force(endpoints[name], status, reason, world.Now, durations));
    }

    /// <summary>Whether an ARN is of one of them.</summary>
    public bool Holds(string arn) => endpoints.Values.Any(endpoint => endpoint.Arn == arn);

    /// <inheritdoc/>
    public bool HasVariant(string endpoint, string variant) =>
        endpoints.GetValueOrDefault(endpoint) is { Status: not "Deleting", Current: { } current }
        && current.Variants.OfType<JsonObject>().Any(one => one.Text("VariantName") == variant);

    /// <summary>Brings every endpoint to this moment.</summary>
    /// <returns>Whether one is gone.</returns>
    public bool Advance(DateTimeOffset now)
    {
        var before = endpoints.Count;
        foreach (var endpoint in endpoints.Values.ToList())
        {
            var seen = IsAlarmed(endpoint) ? EndpointMachine.RollBack(endpoint, now, durations) : endpoint;
            if (EndpointMachine.Advance(seen, now, durations) is { } moved)
            {
                if (moved.Status == "InService" && world.Faults.TakeFor(SandboxFaultKind.EndpointOutOfService, endpoint.Name) is { } outage)
                    moved = EndpointMachine.Force(moved, "OutOfService", outage.Reason, now, durations);
                Log(endpoint, moved);
                Put(moved);
            }
            else
            {
                stale.Changed("endpoint", endpoint.Name, EndpointDescription.Of(endpoint), endpoint.ChangesAt);
                endpoints.Remove(endpoint.Name);
            }
        }

        return endpoints.Count < before;
    }

    /// <summary>The state as JSON.</summary>
    public JsonArray Save() => endpoints.Values.Select(endpoint => endpoint.Save()).ToJsonArray();

    /// <summary>Takes a state up.</summary>
    public void Load(IEnumerable<JsonObject> saved)
    {
        foreach (var endpoint in saved.Select(Endpoint.Load))
            endpoints[endpoint.Name] = endpoint;
    }

    private void Put(Endpoint endpoint)
    {
        var before = endpoints.GetValueOrDefault(endpoint.Name);
        if (before?.Status != endpoint.Status)
            stale.Changed("endpoint", endpoint.Name, before is null ? null : EndpointDescription.Of(before), endpoint.LastModifiedTime);
        endpoints[endpoint.Name] = endpoint;
    }

    // https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpoint.html#sagemaker-UpdateEndpoint-request-ExcludeRetainedVariantProperties
    private static RetainedProperties? Retained(JsonObject request, Endpoint endpoint) =>
        request.Flag("RetainAllVariantProperties") == true && endpoint.Current is { } current
            ? new(current.Variants, [.. request.Structures("ExcludeRetainedVariantProperties").Select(property => property.Text("VariantPropertyType")).OfType<string>()])
            : null;

    // "If any alarms are tripped during a deployment, SageMaker rolls back the deployment": https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AutoRollbackConfig.html
    private bool IsAlarmed(Endpoint endpoint) =>
        endpoint is { Status: "Updating", LastDeploymentConfig: { } config }
        && config.Structure("AutoRollbackConfiguration") is { } rollback
        && rollback.Structures("Alarms").Any(alarm => alarm.Text("AlarmName") is { } name && world.Alarms.StateOf(name) == "ALARM");

    // What the new instances wrote before they failed: one stream for each, named as SageMaker names them.
    private void Log(Endpoint before, Endpoint after)
    {
        if (before.Status != "Creating" && before.Status != "Updating" || after.Status == before.Status || before is not { Ending.LogLines: { Count: > 0 } lines, Pending: { } pending })
            return;
        var variant = pending.Variants[0]!.AsObject().Text("VariantName");
        world.Logs.Append($"/aws/sagemaker/Endpoints/{before.Name}", $"{variant}/i-{pending.StartTime.ToUnixTimeMilliseconds():x17}", before.ChangesAt ?? world.Now, [.. lines]);
    }

    private string ArnOf(string name) => world.Arn("sagemaker", "endpoint/" + name.ToLowerInvariant());

    private Endpoint Get(JsonObject request)
    {
        var name = ResourceTable.NameIn(request, "EndpointName");
        return endpoints.GetValueOrDefault(name) ?? throw SageMakerErrors.CouldNotFind("endpoint", ArnOf(name));
    }
}
