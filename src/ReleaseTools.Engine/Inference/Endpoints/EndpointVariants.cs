using System.Text.Json.Nodes;
using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Aws.SageMaker;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>
/// Chooses what of an endpoint an update is about: the variants, the models behind them, and the containers in these.
/// <code>
/// variants     those named; else the production variants: all of them, or with an image those that run one of its repository,
///              or the only one (its first image, a stub, may have come from elsewhere)
/// container    the one named; else the one that runs an image of the repository; else the only one
/// image        the one given; else what the container serves, by digest: a tag in it may have moved since
/// </code>
/// A shadow variant is updated only where it is named: it serves what its owner tries out. Variants that share a model
/// share its clone.
/// </summary>
internal sealed class EndpointVariants(EndpointReader reader)
{
    /// <summary>Reads the models and chooses.</summary>
    /// <exception cref="ReleaseException">What was named is not there, or which is meant cannot be told.</exception>
    public async Task<ChosenVariants> ChooseAsync(EndpointPlan plan, JsonObject config, DescribeEndpointResponse endpoint, CancellationToken cancellationToken)
    {
        var wanted = Wanted(plan, config);
        var withoutModel = wanted.Where(variant => EndpointClone.Text(variant, "ModelName") is null).Select(Name).ToList();
        if (withoutModel.Count > 0 && (plan.Image is not null || plan.Options.Change.IsOfEnvironment))
            throw ReleaseException.For(nameof(Messages.EndpointVariantWithoutModel), ErrorKind.InvalidState, plan.EndpointName, plan.EndpointName, withoutModel[0]);

        var models = new List<ModelToClone>();
        var images = new List<string>();
        foreach (var sharing in wanted.Where(variant => EndpointClone.Text(variant, "ModelName") is not null).GroupBy(variant => EndpointClone.Text(variant, "ModelName")!, StringComparer.Ordinal))
        {
            var model = await reader.ModelAsync(plan.EndpointName, plan.EndpointConfigName!, sharing.Key, cancellationToken);
            images.AddRange(EndpointClone.ContainersOf(model).Select(container => EndpointClone.Text(container, "Image")).OfType<string>());
            var variants = sharing.Select(Name).ToList();
            if ((plan.Image is null ? AsServed(plan, model, variants, endpoint) : WithImage(plan, model, variants)) is { } found)
                models.Add(found);
        }

        if (plan.Image is null)
            return new(models, withoutModel);
        var matching = models.Where(model => RunsRepository(model, plan.Image.Repository)).ToList();
        if (matching.Count > 0)
            return new(matching, []);
        return models.Count == 1 && wanted.Count == models[0].Variants.Count
            ? new(models, [])
            : throw ReleaseException.For(
                nameof(Messages.EndpointImageNotMatched), ErrorKind.InvalidArgument, plan.EndpointName, plan.EndpointName, plan.Image.Repository, string.Join(", ", images));
    }

    private static List<JsonObject> Wanted(EndpointPlan plan, JsonObject config)
    {
        var all = EndpointClone.VariantsOf(config).ToList();
        var wanted = plan.Options.VariantName is { } name ? all.Where(variant => Name(variant) == name).ToList() : [.. EndpointClone.ProductionVariantsOf(config)];
        return wanted.Count > 0
            ? wanted
            : throw ReleaseException.For(
                nameof(Messages.EndpointVariantNotFound), ErrorKind.NotFound, plan.EndpointName, plan.EndpointName, plan.Options.VariantName, string.Join(", ", all.Select(Name)));
    }

    /// <summary>The model with the image given; null where none of its containers is meant.</summary>
    private static ModelToClone? WithImage(EndpointPlan plan, JsonObject model, IReadOnlyList<string> variants)
    {
        var repository = plan.Image!.Repository;
        var containers = EndpointClone.ContainersOf(model);
        var index = plan.Options.ContainerHostname is { } hostname
            ? ByHostname(plan, model, hostname)
            : Index(containers, container => EndpointClone.Text(container, "Image") is { } image && NamedImage.Parse(image).IsIn(repository));

        // A package decides the image itself; CreateModel refuses one beside it.
        if ((index is null ? containers.FirstOrDefault(IsPackaged) : IsPackaged(containers[index.Value]) ? containers[index.Value] : null) is { } packaged)
        {
            var name = EndpointClone.Text(model, "ModelName");
            throw ReleaseException.For(nameof(Messages.EndpointModelWithoutImage), ErrorKind.InvalidState, name, name, $"the model package {EndpointClone.Text(packaged, "ModelPackageName")}");
        }

        index ??= containers.Count == 1 && EndpointClone.Text(containers[0], "Image") is not null ? 0 : null;
        return index is { } at ? new(model, new Dictionary<int, string> { [at] = plan.Image.ImageUri ?? repository }, at, variants) : null;
    }

    /// <summary>The model with the images that its containers serve, by digest.</summary>
    private static ModelToClone AsServed(EndpointPlan plan, JsonObject model, List<string> variants, DescribeEndpointResponse endpoint)
    {
        var containers = EndpointClone.ContainersOf(model);
        var images = new Dictionary<int, string>();
        for (var i = 0; i < containers.Count; i++)
        {
            if (EndpointClone.Text(containers[i], "Image") is not { } image || IsPackaged(containers[i]))
                continue;
            images[i] = image;
            if (NamedImage.Parse(image).Digest is not null)
                continue;
            var served = variants.Select(variant => DeployedDigests.Of(endpoint, variant, image)).FirstOrDefault(one => one is not null)
                ?? throw ReleaseException.For(nameof(Messages.EndpointServedImageUnknown), ErrorKind.InvalidState, plan.EndpointName, plan.EndpointName, variants[0], image);
            images[i] = $"{served.Repository}@{served.Digest}";
        }

        return new(model, images, plan.Options.Change.IsOfEnvironment ? Changed(plan, model, containers) : null, variants);
    }

    private static int Changed(EndpointPlan plan, JsonObject model, IReadOnlyList<JsonObject> containers)
    {
        if (plan.Options.ContainerHostname is { } hostname)
            return ByHostname(plan, model, hostname);
        return containers.Count == 1
            ? 0
            : throw ReleaseException.For(nameof(Messages.EndpointContainerAmbiguous), ErrorKind.InvalidArgument, plan.EndpointName, EndpointClone.Text(model, "ModelName"), Hostnames(containers));
    }

    private static int ByHostname(EndpointPlan plan, JsonObject model, string hostname)
    {
        var containers = EndpointClone.ContainersOf(model);
        return Index(containers, container => EndpointClone.Text(container, "ContainerHostname") == hostname)
            ?? throw ReleaseException.For(
                nameof(Messages.EndpointContainerNotFound), ErrorKind.NotFound, plan.EndpointName, EndpointClone.Text(model, "ModelName"), hostname, Hostnames(containers));
    }

    private static string Hostnames(IEnumerable<JsonObject> containers) =>
        string.Join(", ", containers.Select(container => EndpointClone.Text(container, "ContainerHostname") ?? "one without a name"));

    private static bool RunsRepository(ModelToClone model, string repository) =>
        NamedImage.Parse(EndpointClone.Text(EndpointClone.ContainersOf(model.Model)[model.Changed!.Value], "Image")!).IsIn(repository);

    private static bool IsPackaged(JsonObject container) => EndpointClone.Text(container, "ModelPackageName") is not null;

    private static int? Index(IReadOnlyList<JsonObject> containers, Predicate<JsonObject> isMeant)
    {
        for (var i = 0; i < containers.Count; i++)
        {
            if (isMeant(containers[i]))
                return i;
        }

        return null;
    }

    private static string Name(JsonObject variant) => EndpointClone.Text(variant, "VariantName")!;
}

/// <summary>What of an endpoint an update is about.</summary>
/// <param name="Models">The models to clone.</param>
/// <param name="WithoutModel">Variants that name no model: what they serve are inference components.</param>
internal sealed record ChosenVariants(IReadOnlyList<ModelToClone> Models, IReadOnlyList<string> WithoutModel);

/// <summary>A model in use, whole, and what is to differ in its clone.</summary>
/// <param name="Model">Its description.</param>
/// <param name="Images">The images to serve, by the index of their container.</param>
/// <param name="Changed">The container whose environment is changed, or whose image is given; null for none.</param>
/// <param name="Variants">The variants that name it.</param>
internal sealed record ModelToClone(JsonObject Model, IReadOnlyDictionary<int, string> Images, int? Changed, IReadOnlyList<string> Variants);
