using System.Text.Json.Nodes;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.SageMaker;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Inference.Recovery.Diagnosis;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Inference.Recovery.Configs;

/// <summary>
/// Makes again what was deleted while an endpoint uses it, under the same name, so that SageMaker finds it at the next update. The
/// endpoint itself is not touched.
/// <code>
/// deleted               made again as
/// the configuration     the pattern, with the models that serve the same images, and with what the endpoint tells of itself
/// a model               the model that serves the same images, else the pattern's with these images
/// </code>
/// </summary>
internal sealed class ConfigRepair(RecoveryTools tools)
{
    private readonly ConfigContents contents = new(tools.Aws, tools.Registry, tools.Observer, tools.Time);

    /// <summary>Makes it. Run again after it was cut off, it finds what it had made.</summary>
    /// <exception cref="ReleaseException">EndpointServedImageUnknown: SageMaker does not tell which images are served.</exception>
    public async Task RunAsync(EndpointFacts facts, CancellationToken cancellationToken)
    {
        if (facts.Current?.Content is { } content)
        {
            foreach (var (variant, model) in content.Variants.Where(one => content.DeletedModels.Contains(one.Model, StringComparer.Ordinal)).DistinctBy(one => one.Model, StringComparer.Ordinal))
                await MakeModelAsync(facts, variant, model, await new ModelSearch(tools, contents).FindAsync(facts, variant, cancellationToken), cancellationToken);
        }
        else
        {
            await MakeConfigAsync(facts, facts.Endpoint!.EndpointConfigName!, cancellationToken);
        }
    }

    private async Task MakeConfigAsync(EndpointFacts facts, string name, CancellationToken cancellationToken)
    {
        var pattern = facts.Pattern!;
        var models = new Dictionary<string, string>(StringComparer.Ordinal);
        Tag? release = null;
        foreach (var (variant, _) in pattern.Content!.Variants)
        {
            var found = await new ModelSearch(tools, contents).FindAsync(facts, variant, cancellationToken);
            release ??= found is null ? null : (await TagsOfAsync(found, cancellationToken)).FirstOrDefault(tag => tag.Key == EndpointTags.Release);
            models[variant] = found is not null
                ? EndpointClone.Text(found, "ModelName")!
                : await MakeModelAsync(facts, variant, await FreeNameAsync(facts, name, models.Count, cancellationToken), serving: null, cancellationToken);
        }

        var request = EndpointClone.Config(pattern.Content.Config, name, models, Tags(facts, name, EndpointTags.Carried(pattern.Tags), release));
        ServedConfig.Apply(request, facts.Described!);
        await MadeAsync(() => ReadLag.UntilFoundAsync(tools.Time, models.Values, () => tools.Aws.SageMaker.CreateEndpointConfigAsync(request, cancellationToken), cancellationToken));
        await ReadLag.UntilFoundAsync(tools.Time, [name], () => tools.Aws.SageMaker.DescribeEndpointConfigAsync(new(name), cancellationToken), cancellationToken);
        tools.Observer.Report(new Announced(
            facts.EndpointName, $"Made configuration {name} again, like {pattern.Name}, with {string.Join(", ", models.Values.Distinct(StringComparer.Ordinal))}. What {pattern.Name} does not tell of it, such as another instance type, is worth a look."));
    }

    // Its own name, as an update gives it, unless another model has come to that since.
    private async Task<string> FreeNameAsync(EndpointFacts facts, string configName, int number, CancellationToken cancellationToken) =>
        number == 0 && await contents.ModelAsync(configName, cancellationToken) is null
            ? configName
            : EndpointNames.For(facts.EndpointName, facts.Pattern!.Release ?? "", tools.Time.GetUtcNow(), number + 1);

    private async Task<string> MakeModelAsync(EndpointFacts facts, string variant, string name, JsonObject? serving, CancellationToken cancellationToken)
    {
        var model = serving ?? await PatternModelAsync(facts, variant, cancellationToken);
        var clone = ServedImages.Of(facts.Endpoint!, variant, model)
            ?? throw ReleaseException.For(
                nameof(Messages.EndpointServedImageUnknown), ErrorKind.InvalidState, facts.EndpointName, facts.EndpointName, variant, string.Join(", ", ConfigContents.ImagesOf(model)));
        var tags = await TagsOfAsync(model, cancellationToken);
        var release = serving is null ? null : tags.FirstOrDefault(tag => tag.Key == EndpointTags.Release);
        await MadeAsync(() => tools.Aws.SageMaker.CreateModelAsync(EndpointClone.Model(clone, name, new(), Tags(facts, name, EndpointTags.Carried(tags), release)), cancellationToken));
        await ReadLag.UntilFoundAsync(tools.Time, [name], () => tools.Aws.SageMaker.DescribeModelAsync(new(name), cancellationToken), cancellationToken);
        tools.Observer.Report(new Announced(facts.EndpointName, $"Made model {name} again, like {EndpointClone.Text(model, "ModelName")}, with {string.Join(", ", clone.Images.Values)}."));
        return name;
    }

    private async Task<JsonObject> PatternModelAsync(EndpointFacts facts, string variant, CancellationToken cancellationToken)
    {
        var content = facts.Pattern!.Content!;
        var name = content.Variants.First(one => one.Variant == variant).Model;
        return content.Models[name] ?? await tools.Aws.SageMaker.DescribeModelAsync(new(name), cancellationToken);
    }

    private async Task<IReadOnlyList<Tag>> TagsOfAsync(JsonObject model, CancellationToken cancellationToken) =>
        EndpointClone.Text(model, "ModelArn") is { } arn ? await EndpointTags.ReadAsync(tools.Aws, arn, cancellationToken) : [];

    // What is made under a name of this module's is this module's again, of the release that made what it serves; what somebody else had
    // named is his, and is not marked as ours.
    private static IReadOnlyList<Tag> Tags(EndpointFacts facts, string name, IReadOnlyList<Tag> carried, Tag? release) =>
        EndpointNames.TimeOf(name) is null ? carried : [.. carried, new(EndpointTags.Endpoint, facts.EndpointName), .. release is null ? Array.Empty<Tag>() : [release]];

    private static async Task MadeAsync(Func<Task<JsonObject>> make)
    {
        try
        {
            await make();
        }
        catch (AwsServiceException exists) when (exists.IsAlreadyExisting())
        {
            // By a call whose answer was lost, and that was sent again.
        }
    }
}
