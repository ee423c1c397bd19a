using System.Text.Json.Nodes;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Inference.Recovery.Diagnosis;

/// <summary>Looks into configurations: whether the models that they name are there, and the images that these name.</summary>
internal sealed class ConfigContents(AwsSession aws, IImageRegistry registry, IReleaseObserver observer, TimeProvider time)
{
    // One image is a call or two; a registry that does not answer is held against nobody.
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, RegistryImage?> images = new(StringComparer.Ordinal);

    /// <summary>The configuration with what it would deploy.</summary>
    public async Task<HistoricConfig> ReadAsync(HistoricConfig config, CancellationToken cancellationToken)
    {
        if (config.Content is not null)
            return config;
        try
        {
            return config with { Content = await OfAsync(await aws.SageMaker.DescribeEndpointConfigAsync(new(config.Name), cancellationToken), cancellationToken) };
        }
        catch (AwsServiceException deleted) when (deleted.IsCouldNotFind())
        {
            return config with { Content = new(new JsonObject(), new Dictionary<string, JsonObject?>(StringComparer.Ordinal), "was deleted") };
        }
    }

    /// <summary>What a configuration would deploy.</summary>
    public async Task<ConfigContent> OfAsync(JsonObject config, CancellationToken cancellationToken)
    {
        var content = new ConfigContent(config, new Dictionary<string, JsonObject?>(StringComparer.Ordinal), Lacks: null);
        var models = new Dictionary<string, JsonObject?>(StringComparer.Ordinal);
        foreach (var name in content.Variants.Select(variant => variant.Model).Distinct(StringComparer.Ordinal))
            models[name] = await ModelAsync(name, cancellationToken);
        content = content with { Models = models };
        return content with { Lacks = content.DeletedModels is [var deleted, ..] ? $"names the model {deleted}, which was deleted" : await MissingImageAsync(models.Values, cancellationToken) };
    }

    /// <summary>A model, whole; null when it is not there.</summary>
    public async Task<JsonObject?> ModelAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await aws.SageMaker.DescribeModelAsync(new(name), cancellationToken);
        }
        catch (AwsServiceException deleted) when (deleted.IsCouldNotFind())
        {
            return null;
        }
    }

    /// <summary>
    /// What proves that an endpoint serves a configuration: for each variant the images of its model. An image that is named by a tag is
    /// proven by what the tag is on now; one that cannot be read is left out.
    /// </summary>
    public async Task<IReadOnlyList<ImageGoal>> GoalsAsync(ConfigContent content, CancellationToken cancellationToken)
    {
        var goals = new ImageGoals(registry);
        var found = new List<ImageGoal>();
        foreach (var (variant, modelName) in content.Variants)
        {
            foreach (var image in ImagesOf(content.Models[modelName]))
            {
                var named = NamedImage.Parse(image);
                var digest = named.Digest ?? (await FindAsync(image, cancellationToken))?.Digest;
                if (digest is not null && await goals.FindAsync(variant, $"{named.Repository}@{digest}", cancellationToken) is { } goal)
                    found.Add(goal);
            }
        }

        return found;
    }

    /// <summary>The images that a model's containers name.</summary>
    public static IEnumerable<string> ImagesOf(JsonObject? model) =>
        model is null ? [] : EndpointClone.ContainersOf(model).Select(container => EndpointClone.Text(container, "Image")).OfType<string>();

    private async Task<string?> MissingImageAsync(IEnumerable<JsonObject?> models, CancellationToken cancellationToken)
    {
        foreach (var image in models.SelectMany(ImagesOf).Distinct(StringComparer.Ordinal))
        {
            if (await FindAsync(image, cancellationToken) is null)
                return $"names the image {image}, which its repository does not hold any more";
        }

        return null;
    }

    // Null only where the registry says that it does not hold it: what cannot be asked, as an image of another account, is taken to be there.
    private async Task<RegistryImage?> FindAsync(string image, CancellationToken cancellationToken)
    {
        if (images.TryGetValue(image, out var known))
            return known;
        var named = NamedImage.Parse(image);
        using var limit = new CancellationTokenSource(LongestLook, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return images[image] = await registry.FindAsync(named.Repository, named.Digest ?? named.EffectiveTag, either.Token);
        }
        catch (ReleaseException gone) when (gone.Id == nameof(Messages.RepositoryNotFound))
        {
            return images[image] = null;
        }
        catch (Exception unasked) when (unasked is ReleaseException || (unasked is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            observer.Report(new Noted(image, $"Whether it is there could not be asked. {unasked.Message}"));
            return images[image] = new(named.Digest ?? "", [], SizeBytes: null, PushedAt: null);
        }
    }
}
