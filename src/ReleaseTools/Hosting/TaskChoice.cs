using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Releases.Definition;
using ReleaseTools.Engine.Releases.Running;
using ReleaseTools.Engine.Releases.Workspace;

namespace ReleaseTools.Hosting;

/// <summary>
/// The tasks that are asked for.
/// <code>
/// given                   runs
/// names, images           those services, each with the image among these that it runs, or what it names
/// names with a cluster    those services, with the image, or what they name; no definition is needed
/// images                  the services that run one and have a beforeRollout
/// services                those services, with what they name
/// </code>
/// </summary>
internal sealed class TaskChoice(string path, AwsSessionOptions aws, TimeProvider clock, CommandPipeline pipeline)
{
    /// <summary>The tasks, without what they run.</summary>
    public async Task<IReadOnlyList<ReleaseTaskTarget>> ChooseAsync(
        IReadOnlyList<string> names, string? cluster, IReadOnlyList<ReleaseService> services, IReadOnlyList<EcrImage> images, CancellationToken cancellationToken)
    {
        if (cluster is not null)
            return [.. names.Select(name => new ReleaseTaskTarget(new ReleaseService { Service = name, Cluster = cluster }, images is [var first, ..] ? first : null))];
        var chosen = services.Select(service => new ReleaseTaskTarget(service, null)).ToList();
        if (names.Count + images.Count == 0)
            return chosen;

        using var workspace = await ReleaseWorkspace.OpenAsync(path, aws, pipeline.Observer, clock, cancellationToken);
        var definition = await workspace.ReadDefinitionAsync(cancellationToken);
        if (names.Count > 0)
            chosen.AddRange(Selection.OfServices(definition, names, takesCluster: true, missing => pipeline.WriteError(missing)).Select(service => new ReleaseTaskTarget(ServiceImages.Of(service), images.FirstOrDefault(image => Runs(service, image)))));
        else
            chosen.AddRange(images.SelectMany(image => Of(image, definition)));
        return chosen;
    }

    private IEnumerable<ReleaseTaskTarget> Of(EcrImage image, ReleaseDefinition definition)
    {
        var running = definition.Services.Where(service => Runs(service, image)).ToList();
        if (running.Count == 0)
            pipeline.WriteError(ReleaseException.For(nameof(Messages.ImageWithoutService), ErrorKind.NotFound, image, image.Name));
        var due = running.Where(service => service.BeforeRollout is not null).ToList();
        if (running.Count > 0 && due.Count == 0)
            pipeline.Warn($"{image.Name}: no service that runs it has a \"beforeRollout\" in {definition.Path}; nothing is run.");
        return due.Select(service => new ReleaseTaskTarget(ServiceImages.Of(service), image));
    }

    private static bool Runs(ServiceDefinition service, EcrImage image) => string.Equals(service.Image, image.Name, StringComparison.Ordinal);
}

/// <summary>A service that a task is run for.</summary>
/// <param name="Service">The service.</param>
/// <param name="Image">The image it is to run; null for what the task definition names.</param>
internal sealed record ReleaseTaskTarget(ReleaseService Service, EcrImage? Image);
