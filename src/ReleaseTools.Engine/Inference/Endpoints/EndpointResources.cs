using System.Text.Json.Nodes;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.SageMaker;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>The models and the configuration that one update makes, and removes again when it came to nothing.</summary>
internal sealed class EndpointResources(AwsSession aws, IReleaseObserver observer, TimeProvider time)
{
    private readonly List<string> models = [];
    private string? config;

    /// <summary>The models made.</summary>
    public IReadOnlyList<string> Models => models;

    /// <summary>Makes the models, then the configuration that names them.</summary>
    /// <returns>The configuration's name.</returns>
    public async Task<string> CreateAsync(EndpointPlan plan, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var configTags = await ReadTagsAsync(EndpointClone.Text(plan.Config!, "EndpointConfigArn"), cancellationToken);

        // A change without an image is still of the release that made the image; an image named by digest alone is of none that is known.
        var release = plan.Image is null ? configTags.Value(EndpointTags.Release) : plan.Image.Tag.Length > 0 ? plan.Image.Tag : null;
        var modelByVariant = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < plan.Models.Count; i++)
        {
            var source = plan.Models[i];
            var modelName = EndpointNames.For(plan.EndpointName, release ?? "", now, plan.Models.Count == 1 ? 0 : i + 1);
            var modelTags = Tags(await ReadTagsAsync(EndpointClone.Text(source.Model, "ModelArn"), cancellationToken));
            models.Add(modelName); // before the call: an answer that was lost must not leave it behind
            await CreatedAsync(() => aws.SageMaker.CreateModelAsync(EndpointClone.Model(source, modelName, plan.Options.Change, modelTags), cancellationToken));
            foreach (var variant in source.Variants)
                modelByVariant[variant] = modelName;
        }

        var configName = EndpointNames.For(plan.EndpointName, release ?? "", now);
        var request = EndpointClone.Config(plan.Config!, configName, modelByVariant, Tags(configTags));
        EndpointCounts.Apply(plan, request);
        config = configName;
        await CreatedAsync(() => ReadLag.UntilFoundAsync(time, models, () => aws.SageMaker.CreateEndpointConfigAsync(request, cancellationToken), cancellationToken));
        observer.Report(new Noted(plan.EndpointName, $"Made configuration {configName}, a clone of {plan.EndpointConfigName}{(plan.ImageUri is null ? "" : $" with {plan.ImageUri}")}."));
        return configName;

        IReadOnlyList<Tag> Tags(IReadOnlyList<Tag> carried) => EndpointTags.Of(carried, plan.EndpointName, release, plan.EndpointConfigName!);
    }

    /// <summary>
    /// Removes what was made, unless the endpoint may use it: SageMaker would let a configuration in use be deleted, and every
    /// later update would fail. Never throws; what stays is said.
    /// </summary>
    /// <param name="endpointName">The endpoint.</param>
    /// <param name="mayHaveBegun">Whether an update to it may have begun: then the endpoint may use it without naming it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task RemoveUnusedAsync(string endpointName, bool mayHaveBegun, CancellationToken cancellationToken)
    {
        if (config is null && models.Count == 0)
            return;
        try
        {
            if (config is not null)
            {
                if (await MayUseAsync(endpointName, config, mayHaveBegun, cancellationToken))
                {
                    observer.Report(new Noted(endpointName, $"Configuration {config} stays: the endpoint names it, or may still use it."));
                    return;
                }

                await RemovedAsync(() => aws.SageMaker.DeleteEndpointConfigAsync(new(config), cancellationToken));
            }

            foreach (var model in models)
                await RemovedAsync(() => aws.SageMaker.DeleteModelAsync(new(model), cancellationToken));
            observer.Report(new Noted(endpointName, $"Removed what the attempt made: {string.Join(", ", models.Append(config).OfType<string>())}."));
        }
        catch (AwsServiceException error)
        {
            observer.Report(new Warned(endpointName, $"What the attempt made stays ({string.Join(", ", models.Append(config).OfType<string>())}): {error.Message}"));
        }
    }

    // On its way somewhere it may come to it yet; after a rollback that failed, a part of its instances is on it without its being named.
    private async Task<bool> MayUseAsync(string endpointName, string configName, bool mayHaveBegun, CancellationToken cancellationToken)
    {
        try
        {
            var endpoint = await aws.SageMaker.DescribeEndpointAsync(new(endpointName), cancellationToken);
            return endpoint.EndpointConfigName == configName
                || endpoint.PendingDeploymentSummary?.EndpointConfigName == configName
                || (mayHaveBegun && endpoint.EndpointStatus is not ("InService" or "Failed"));
        }
        catch (AwsServiceException missing) when (missing.IsCouldNotFind())
        {
            return false;
        }
    }

    // The names hold the endpoint and the second: one that exists is ours, made by a call whose answer was lost and
    // that the SDK sent again ("Cannot create already existing …", a ValidationException).
    private static async Task CreatedAsync(Func<Task<JsonObject>> create)
    {
        try
        {
            await create();
        }
        catch (AwsServiceException exists) when (exists.Code == "ValidationException" && exists.Message.Contains("already existing", StringComparison.OrdinalIgnoreCase))
        {
        }
    }

    private static async Task RemovedAsync<T>(Func<Task<T>> remove)
    {
        try
        {
            await remove();
        }
        catch (AwsServiceException missing) when (missing.IsCouldNotFind())
        {
        }
    }

    private async Task<IReadOnlyList<Tag>> ReadTagsAsync(string? arn, CancellationToken cancellationToken) =>
        arn is null ? [] : await EndpointTags.ReadAsync(aws, arn, cancellationToken);
}
