using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.SageMaker;

/// <summary>Amazon SageMaker, as far as hosting a model: https://docs.aws.amazon.com/sagemaker/latest/APIReference/Welcome.html</summary>
internal sealed class SageMakerService : SandboxService
{
    private readonly ResourceTable models;
    private readonly ResourceTable configs;
    private readonly EndpointOperations endpoints;
    private readonly TagTable tags;
    private readonly StaleReads stale;

    public SageMakerService(SandboxWorld world, EndpointDurations? durations = null)
        : base(world)
    {
        stale = new StaleReads(world);
        models = new ResourceTable(world, "model", "Model", stale);
        configs = new ResourceTable(world, "endpoint configuration", "EndpointConfig", stale);
        endpoints = new EndpointOperations(world, models, configs, stale, durations ?? new EndpointDurations());
        world.Endpoints = endpoints;
        tags = new TagTable(arn => models.Holds(arn) || configs.Holds(arn) || endpoints.Holds(arn));
    }

    /// <inheritdoc/>
    public override string Name => "sagemaker";

    /// <inheritdoc/>
    public override string TargetPrefix => "SageMaker";

    /// <inheritdoc/>
    public override string? TargetOf(string operation, JsonObject request) =>
        request.Text("EndpointName") ?? request.Text("EndpointConfigName") ?? request.Text("ModelName") ?? request.Text("ResourceArn");

    /// <inheritdoc/>
    public override IEnumerable<string> FaultTargets(SandboxFaultKind kind) =>
        kind is SandboxFaultKind.EndpointRollback or SandboxFaultKind.EndpointRollbackFailure or SandboxFaultKind.EndpointFailure or SandboxFaultKind.EndpointOutOfService
            ? endpoints.Names : [];

    /// <inheritdoc/>
    public override JsonObject Invoke(string operation, JsonObject request)
    {
        stale.Operation = operation;
        return CarryOut(operation, request);
    }

    /// <summary>Puts an endpoint into a documented status (OutOfService, SystemUpdating, …) that no operation brings about.</summary>
    public void ForceEndpointStatus(string endpoint, string status, string? reason = null) => endpoints.Force(endpoint, status, reason);

    /// <inheritdoc/>
    public override void Advance(DateTimeOffset now)
    {
        if (endpoints.Advance(now))
            tags.Forget();
    }

    /// <inheritdoc/>
    public override JsonObject Save() => new()
    {
        ["models"] = models.Save(),
        ["endpointConfigs"] = configs.Save(),
        ["endpoints"] = endpoints.Save(),
        ["tags"] = tags.Save(),
    };

    /// <inheritdoc/>
    public override void Load(JsonObject state)
    {
        models.Load(state.Structures("models"));
        configs.Load(state.Structures("endpointConfigs"));
        endpoints.Load(state.Structures("endpoints"));
        tags.Load(state["tags"] as JsonObject ?? []);
    }

    private JsonObject CarryOut(string operation, JsonObject request) => operation switch
    {
        "CreateModel" => CreateModel(request),
        "DescribeModel" => models.Describe(request),
        "DeleteModel" => Untagged(models.Delete(request)),
        "ListModels" => models.List(request, "Models"),
        "CreateEndpointConfig" => CreateEndpointConfig(request),
        "DescribeEndpointConfig" => configs.Describe(request),
        "DeleteEndpointConfig" => Untagged(configs.Delete(request)),
        "ListEndpointConfigs" => configs.List(request, "EndpointConfigs"),
        "CreateEndpoint" => Tagged(request, endpoints.Create, "EndpointArn"),
        "DescribeEndpoint" => endpoints.Describe(request),
        "UpdateEndpoint" => endpoints.Update(request),
        "UpdateEndpointWeightsAndCapacities" => endpoints.UpdateWeightsAndCapacities(request),
        "DeleteEndpoint" => endpoints.Delete(request),
        "ListEndpoints" => endpoints.List(request),
        "AddTags" => tags.Add(request),
        "ListTags" => tags.List(request),
        "DeleteTags" => tags.Delete(request),
        _ => throw SandboxException.UnknownOperation(Name, operation),
    };

    private JsonObject CreateModel(JsonObject request)
    {
        if (request["PrimaryContainer"] is null == request["Containers"] is null)
            throw SageMakerErrors.Invalid("Exactly one of PrimaryContainer and Containers must be specified.");
        return Tagged(request, models.Create, "ModelArn");
    }

    private JsonObject CreateEndpointConfig(JsonObject request)
    {
        var variants = request.Structures("ProductionVariants");
        if (variants.Count is < 1 or > 10)
            throw SageMakerErrors.Invalid("1 validation error detected: Value at 'productionVariants' failed to satisfy constraint: Member must have length between 1 and 10");
        var shadows = request.Structures("ShadowProductionVariants");
        if (shadows.Count > 0 && (shadows.Count > 1 || variants.Count > 1))
            throw SageMakerErrors.Invalid("You can only specify one variant for ProductionVariants and one variant for ShadowProductionVariants.");
        variants = [.. variants, .. shadows];
        VariantRules.Validate(variants);
        // SageMaker looks the models up here, and not again when the configuration is deployed.
        foreach (var model in variants.Select(variant => variant.Text("ModelName")).OfType<string>())
            models.Get(model);
        return Tagged(request, configs.Create, "EndpointConfigArn");
    }

    private JsonObject Untagged(JsonObject answer)
    {
        tags.Forget();
        return answer;
    }

    private JsonObject Tagged(JsonObject request, Func<JsonObject, JsonObject> create, string arnField)
    {
        TagTable.Validate(request);
        var answer = create(request);
        tags.Take(answer.Text(arnField)!, request);
        return answer;
    }
}
