using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.SageMaker;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>The models and the configuration that one update makes, and removes again when it came to nothing.</summary>
internal sealed class EndpointResources(AwsSession aws, IReleaseObserver observer)
{
    private readonly List<string> models = [];
    private string? config;

    /// <summary>The models made.</summary>
    public IReadOnlyList<string> Models => models;

    /// <summary>Makes the models, then the configuration that names them.</summary>
    /// <returns>The configuration's name.</returns>
    public async Task<string> CreateAsync(EndpointPlan plan, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var modelByVariant = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < plan.Models.Count; i++)
        {
            var source = plan.Models[i];
            var modelName = EndpointNames.For(plan.EndpointName, plan.Image.Tag, now, plan.Models.Count == 1 ? 0 : i + 1);
            var modelTags = await TagsAsync(EndpointClone.Text(source.Model, "ModelArn"), plan, cancellationToken);
            models.Add(modelName); // before the call: an answer that was lost must not leave it behind
            await CreatedAsync(() => aws.SageMaker.CreateModelAsync(EndpointClone.Model(source.Model, modelName, source.Container, plan.Image.ImageUri!, modelTags), cancellationToken));
            foreach (var variant in source.Variants)
                modelByVariant[variant] = modelName;
        }

        var configName = EndpointNames.For(plan.EndpointName, plan.Image.Tag, now);
        var tags = await TagsAsync(EndpointClone.Text(plan.Config!, "EndpointConfigArn"), plan, cancellationToken);
        config = configName;
        await CreatedAsync(() => aws.SageMaker.CreateEndpointConfigAsync(EndpointClone.Config(plan.Config!, configName, modelByVariant, tags), cancellationToken));
        observer.Report(new Noted(plan.EndpointName, $"Made configuration {configName}, a clone of {plan.EndpointConfigName} with {plan.Image.ImageUri}."));
        return configName;
    }

    /// <summary>
    /// Removes what was made, unless the endpoint names it, now or as pending: SageMaker would let a configuration in use
    /// be deleted, and every later update would fail. Never throws; what stays is said.
    /// </summary>
    public async Task RemoveUnusedAsync(string endpointName, CancellationToken cancellationToken)
    {
        if (config is null && models.Count == 0)
            return;
        try
        {
            if (config is not null)
            {
                var endpoint = await aws.SageMaker.DescribeEndpointAsync(new(endpointName), cancellationToken);
                if (endpoint.EndpointConfigName == config || endpoint.PendingDeploymentSummary?.EndpointConfigName == config)
                {
                    observer.Report(new Noted(endpointName, $"Configuration {config} stays: the endpoint names it."));
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

    // The names hold the endpoint and the second: one that exists is ours, made by a call whose answer was lost and
    // that the SDK sent again ("Cannot create already existing …", a ValidationException).
    private static async Task CreatedAsync<T>(Func<Task<T>> create)
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

    private async Task<IReadOnlyList<Tag>> TagsAsync(string? arn, EndpointPlan plan, CancellationToken cancellationToken) =>
        EndpointTags.Of(arn is null ? [] : await EndpointTags.ReadAsync(aws, arn, cancellationToken), plan.EndpointName, plan.Image.Tag, plan.EndpointConfigName!);
}
