using System.Text.Json.Nodes;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Aws.SageMaker;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>
/// Reads an endpoint and says what an image means for it. What it serves is asked of DeployedImages, which names images
/// by digest; the model names only the path it was made with.
/// </summary>
internal sealed class EndpointPlanner(AwsSession aws, IImageRegistry registry)
{
    /// <summary>Makes the plan. Reads only, and does not wait.</summary>
    public async Task<EndpointPlan> PlanAsync(string endpointName, EcrImage image, EndpointUpdateOptions options, CancellationToken cancellationToken)
    {
        var endpoint = await EndpointAsync(endpointName, cancellationToken);
        var plan = new EndpointPlan
        {
            EndpointName = endpointName,
            Image = image,
            Options = options,
            EndpointConfigName = endpoint.EndpointConfigName,
            Action = EndpointAction.Wait,
            Reason = $"It is {endpoint.EndpointStatus}; what it serves is asked once that is over.",
        };

        var state = EndpointState.Of(endpointName, endpoint.EndpointStatus, endpoint.FailureReason);
        if (state.Readiness == EndpointReadiness.Refuse)
        {
            throw ReleaseException.For(
                nameof(Messages.EndpointNotUpdatable), ErrorKind.InvalidState, endpointName, endpointName, endpoint.EndpointStatus, state.Diagnosis, state.NextCommand);
        }

        return state.Readiness == EndpointReadiness.Wait ? plan : await CompareAsync(plan, endpoint, cancellationToken);
    }

    private async Task<EndpointPlan> CompareAsync(EndpointPlan plan, DescribeEndpointResponse endpoint, CancellationToken cancellationToken)
    {
        var config = await ConfigAsync(plan.EndpointName, endpoint.EndpointConfigName!, cancellationToken);
        plan = plan with { Config = config, Models = await ModelsAsync(plan, config, cancellationToken) };
        if (plan.Image.Digest is null)
            return plan with { Action = EndpointAction.Update, Reason = "The image is built first." };

        plan = plan with { AcceptedDigests = await registry.ManifestDigestsAsync(plan.Image.Repository, plan.Image.Digest, cancellationToken) };
        var served = plan.Variants.Select(variant => (Variant: variant, Digest: DeployedDigests.Of(endpoint, variant, plan.Image.Repository))).ToList();
        var other = served.FirstOrDefault(one => one.Digest is null || !plan.AcceptedDigests.Contains(one.Digest, StringComparer.Ordinal));
        if (other.Variant is null)
        {
            plan = plan with { PreviousDigest = served[0].Digest };
            return plan.Options.Force
                ? plan with { Action = EndpointAction.Update, Reason = $"It serves {Words.Digest(plan.Image.Digest)} already; the update was asked for." }
                : plan with { Action = EndpointAction.Unchanged, Reason = $"It serves {Words.Digest(plan.Image.Digest)} already." };
        }

        return plan with
        {
            Action = EndpointAction.Update,
            PreviousDigest = other.Digest,
            Reason = other.Digest is null
                ? $"Its variant {other.Variant} serves no image of {plan.Image.Repository}."
                : $"It serves {Words.Digest(other.Digest)} (variant {other.Variant}).",
        };
    }

    // The models whose image is to be replaced: of the variant named, or of every production variant that runs an image
    // of the repository. Variants that share a model share its clone.
    private async Task<IReadOnlyList<ModelToClone>> ModelsAsync(EndpointPlan plan, JsonObject config, CancellationToken cancellationToken)
    {
        var all = EndpointClone.VariantsOf(config).ToList();
        var production = (config["ProductionVariants"] as JsonArray)?.OfType<JsonObject>().ToList() ?? [];
        var wanted = plan.Options.VariantName is { } name ? all.Where(variant => EndpointClone.Text(variant, "VariantName") == name).ToList() : production;
        if (wanted.Count == 0)
        {
            throw ReleaseException.For(
                nameof(Messages.EndpointVariantNotFound), ErrorKind.NotFound, plan.EndpointName, plan.EndpointName, plan.Options.VariantName,
                string.Join(", ", all.Select(variant => EndpointClone.Text(variant, "VariantName"))));
        }

        var found = new List<ModelToClone>();
        var images = new List<string>();
        foreach (var sharing in wanted.GroupBy(variant => EndpointClone.Text(variant, "ModelName"), StringComparer.Ordinal))
        {
            var variants = sharing.Select(variant => EndpointClone.Text(variant, "VariantName")!).ToList();
            if (sharing.Key is null)
                throw ReleaseException.For(nameof(Messages.EndpointVariantWithoutModel), ErrorKind.InvalidState, plan.EndpointName, plan.EndpointName, variants[0]);

            var model = await ModelAsync(EndpointClone.Text(config, "EndpointConfigName")!, sharing.Key, cancellationToken);
            images.AddRange(EndpointClone.ContainersOf(model).Select(container => EndpointClone.Text(container, "Image")).OfType<string>());
            if (EndpointClone.ContainerOf(model, plan.Image.Repository) is { } container)
                found.Add(new(model, container, variants));
        }

        // Of several variants, only those that run the repository's images are meant; an endpoint of one container
        // whose first image came from elsewhere (a stub) is meant by its name.
        var matching = found.Where(model => RunsRepository(model, plan.Image.Repository)).ToList();
        if (matching.Count > 0)
            return matching;
        return found.Count == 1 && wanted.Count == found[0].Variants.Count
            ? found
            : throw ReleaseException.For(
                nameof(Messages.EndpointImageNotMatched), ErrorKind.InvalidArgument, plan.EndpointName, plan.EndpointName, plan.Image.Repository, string.Join(", ", images));
    }

    private static bool RunsRepository(ModelToClone model, string repository) =>
        NamedImage.Parse(EndpointClone.Text(EndpointClone.ContainersOf(model.Model)[model.Container], "Image")!).IsIn(repository);

    private async Task<DescribeEndpointResponse> EndpointAsync(string endpointName, CancellationToken cancellationToken)
    {
        try
        {
            return await aws.SageMaker.DescribeEndpointAsync(new(endpointName), cancellationToken);
        }
        catch (AwsServiceException missing) when (missing.IsCouldNotFind())
        {
            throw ReleaseException.Wrap(missing, nameof(Messages.EndpointNotFound), ErrorKind.NotFound, endpointName, endpointName, aws.Region);
        }
    }

    private async Task<JsonObject> ConfigAsync(string endpointName, string configName, CancellationToken cancellationToken)
    {
        try
        {
            return await aws.SageMaker.DescribeEndpointConfigAsync(new(configName), cancellationToken);
        }
        catch (AwsServiceException missing) when (missing.IsCouldNotFind())
        {
            throw ReleaseException.Wrap(missing, nameof(Messages.EndpointConfigMissing), ErrorKind.InvalidState, endpointName, endpointName, configName);
        }
    }

    private async Task<JsonObject> ModelAsync(string configName, string modelName, CancellationToken cancellationToken)
    {
        try
        {
            return await aws.SageMaker.DescribeModelAsync(new(modelName), cancellationToken);
        }
        catch (AwsServiceException missing) when (missing.IsCouldNotFind())
        {
            throw ReleaseException.Wrap(missing, nameof(Messages.EndpointModelMissing), ErrorKind.InvalidState, modelName, configName, modelName);
        }
    }
}
