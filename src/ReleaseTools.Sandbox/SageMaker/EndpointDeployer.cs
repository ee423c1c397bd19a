using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.SageMaker;

/// <summary>Works out what a configuration deploys (its variants' images, by digest) and how that is going to end.</summary>
internal sealed class EndpointDeployer(SandboxWorld world, ResourceTable models)
{
    /// <summary>The deployment of a configuration, and its end: by a scripted fault, by an image or model that is not there, or well.</summary>
    /// <param name="endpoint">The endpoint's name.</param>
    /// <param name="config">The configuration.</param>
    /// <param name="retained">What is kept of the variants served now; null keeps nothing.</param>
    /// <param name="isFirst">Whether the endpoint is being created: then there is nothing to roll back to.</param>
    public (Deployment Deployment, DeploymentEnd End) Prepare(string endpoint, JsonObject config, RetainedProperties? retained, bool isFirst)
    {
        string? problem = null;
        var (variants, shadows) = (new JsonArray(), new JsonArray());
        foreach (var variant in config.Structures("ProductionVariants"))
            variants.Add(Variant(variant, retained, ref problem));
        foreach (var variant in config.Structures("ShadowProductionVariants"))
            shadows.Add(Variant(variant, retained: null, ref problem));
        var deployment = new Deployment(config.Text("EndpointConfigName")!, config.DeepClone().AsObject(), variants, world.Now) { Shadows = shadows };
        return (deployment, End(endpoint, problem, isFirst));
    }

    private DeploymentEnd End(string endpoint, string? problem, bool isFirst)
    {
        if (world.Faults.TakeFor(SandboxFaultKind.EndpointFailure, endpoint) is { } failure)
            return new DeploymentEnd(DeploymentEndKind.Fails, failure.Reason ?? "Request to service failed. If failure persists after retry, contact customer support.") { LogLines = failure.LogLines };
        // After a rollback AWS may say nothing: so does the fault, unless it was given words.
        if (!isFirst && world.Faults.TakeFor(SandboxFaultKind.EndpointRollback, endpoint) is { } rollback)
            return new DeploymentEnd(DeploymentEndKind.RollsBack, rollback.Reason) { LogLines = rollback.LogLines };
        if (!isFirst && world.Faults.TakeFor(SandboxFaultKind.EndpointRollbackFailure, endpoint) is { } stuck)
            return new DeploymentEnd(DeploymentEndKind.RollbackFails, stuck.Reason) { LogLines = stuck.LogLines };
        if (problem is not null)
            return new DeploymentEnd(isFirst ? DeploymentEndKind.Fails : DeploymentEndKind.RollsBack, problem);
        return new DeploymentEnd(DeploymentEndKind.Succeeds);
    }

    private JsonObject Variant(JsonObject variant, RetainedProperties? retained, ref string? problem)
    {
        var images = new JsonArray();
        var modelName = variant.Text("ModelName");
        var model = modelName is null ? null : models.Find(modelName);
        if (modelName is not null && model is null)
            problem ??= $"Could not find model \"{models.ArnOf(modelName)}\".";
        foreach (var image in ImagesOf(model))
        {
            var deployed = new JsonObject { ["SpecifiedImage"] = image, ["ResolutionTime"] = AnswerJson.Epoch(world.Now) };
            if (Resolve(image) is { } resolved)
                deployed["ResolvedImage"] = resolved;
            else
                problem ??= $"The image '{image}' does not exist. Please check the image URI and the permissions of the execution role, then try again.";
            images.Add(deployed);
        }

        var summary = new JsonObject { ["VariantName"] = variant.Text("VariantName"), ["DeployedImages"] = images };
        var weight = retained?.Of(variant, "DesiredWeight") ?? variant["InitialVariantWeight"] ?? JsonValue.Create(1.0);
        summary["CurrentWeight"] = weight.DeepClone();
        summary["DesiredWeight"] = weight.DeepClone();
        if (variant["ServerlessConfig"] is { } serverless)
        {
            summary["CurrentServerlessConfig"] = serverless.DeepClone();
            summary["DesiredServerlessConfig"] = serverless.DeepClone();
        }
        else
        {
            var count = retained?.Of(variant, "DesiredInstanceCount") ?? variant["InitialInstanceCount"] ?? JsonValue.Create(1);
            summary["CurrentInstanceCount"] = count.DeepClone();
            summary["DesiredInstanceCount"] = count.DeepClone();
        }
        foreach (var kept in (string[])["ManagedInstanceScaling", "RoutingConfig"])
        {
            if (variant[kept] is { } value)
                summary[kept] = value.DeepClone();
        }
        return summary;
    }

    private static IEnumerable<string> ImagesOf(JsonObject? model) => model is null
        ? []
        : model.Structures("Containers")
            .Concat(model["PrimaryContainer"] is JsonObject primary ? [primary] : [])
            .Select(container => container.Text("Image"))
            .OfType<string>();

    private string? Resolve(string image)
    {
        if (world.Images.Resolve(image) is not { } digest)
            return null;
        var name = image.Split('@')[0];
        var colon = name.LastIndexOf(':');
        return $"{(colon > name.LastIndexOf('/') ? name[..colon] : name)}@{digest}";
    }
}

/// <summary>What an update keeps of the variants that are served.</summary>
/// <param name="Variants">They.</param>
/// <param name="Excluded">The properties that it does not keep.</param>
internal sealed record RetainedProperties(JsonArray Variants, IReadOnlyCollection<string> Excluded)
{
    /// <summary>A variant's property; null where it is not kept.</summary>
    public JsonNode? Of(JsonObject variant, string property) => Excluded.Contains(property, StringComparer.Ordinal)
        ? null
        : Variants.OfType<JsonObject>().FirstOrDefault(one => one.Text("VariantName") == variant.Text("VariantName"))?[property];
}
