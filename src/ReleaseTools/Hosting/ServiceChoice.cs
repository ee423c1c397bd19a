using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Releases.Definition;
using ReleaseTools.Engine.Releases.Running;
using ReleaseTools.Engine.Releases.Workspace;
using ReleaseTools.Engine.Rollouts;

namespace ReleaseTools.Hosting;

/// <summary>A service that is chosen.</summary>
/// <param name="Service">The service, by name and cluster.</param>
/// <param name="Image">The image it is to run; null for what its task definition names.</param>
internal sealed record ChosenService(ReleaseService Service, EcrImage? Image = null);

/// <summary>
/// The services that a command is asked for, by name, by object or by the images they run; the definition is read only where it is needed.
/// <code>
/// given      a rollout                                   a task
/// services   those, with the image among these           those, with what they name
///            that they run
/// names      those, with what they name                  those, with the image among these that they run; it is an error to have
///                                                        none where the pipeline is to bring it: what they name may be the old one
/// images     every service that runs one, each once      without names: the services that run one and have a beforeRollout
/// </code>
/// </summary>
/// <param name="path">Where the definition is.</param>
/// <param name="aws">How AWS is reached.</param>
/// <param name="clock">The clock.</param>
/// <param name="pipeline">Is told what is not there.</param>
/// <param name="command">The command that asks, and what else it takes: <c>Push-EcrImage</c>.</param>
internal sealed class ServiceChoice(string path, AwsSessionOptions aws, TimeProvider clock, CommandPipeline pipeline, (string Name, string TakesFrom) command)
{
    /// <summary>Whether something was named that is not there, or was given and is no service: its error is told.</summary>
    public bool HasUnknown { get; private set; }

    /// <summary>What is to be rolled out, waited for or restored: each service once.</summary>
    public async Task<IReadOnlyList<ChosenService>> ForRolloutsAsync(ServiceInput input, IReadOnlyList<EcrImage> images, CancellationToken cancellationToken)
    {
        TellMisplaced(input);
        var chosen = new Dictionary<(string Cluster, string Service), ChosenService>();
        foreach (var service in input.Services)
            Choose(service, images.FirstOrDefault(image => IsRun(image, service.Image)));
        if (input.Names.Count + images.Count > 0)
        {
            var definition = await ReadDefinitionAsync(cancellationToken);
            if (input.Names.Count > 0)
            {
                foreach (var service in Selection.OfServices(definition, input.Names, takesCluster: true, Tell).Select(ServiceImages.Of))
                    chosen.TryAdd(Identity(service), new(service));
            }

            foreach (var image in images)
            {
                foreach (var service in Running(image, definition).Select(ServiceImages.Of))
                    Choose(service, image);
            }
        }

        return [.. chosen.Values];

        // As it was first named, with the image that came last.
        void Choose(ReleaseService service, EcrImage? image) =>
            chosen[Identity(service)] = chosen.TryGetValue(Identity(service), out var first) ? first with { Image = image } : new(service, image);
    }

    /// <summary>What tasks are to be run for.</summary>
    /// <param name="names">The services' names, in the definition or in the cluster.</param>
    /// <param name="cluster">The cluster; null for the definition's services.</param>
    /// <param name="services">The services that were given.</param>
    /// <param name="images">The images that were given, and whether any was to be; what failed to be pushed is among them.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<IReadOnlyList<ChosenService>> ForTasksAsync(
        IReadOnlyList<string> names, string? cluster, IReadOnlyList<ReleaseService> services, GivenImages images, CancellationToken cancellationToken)
    {
        if (cluster is not null)
            return [.. names.Select(name => AtEcs(name, cluster, images)).OfType<ChosenService>()];
        var chosen = services.Select(service => new ChosenService(service)).ToList();
        if (names.Count + images.Pushed.Count == 0)
            return chosen;

        var definition = await ReadDefinitionAsync(cancellationToken);
        chosen.AddRange(names.Count > 0
            ? Selection.OfServices(definition, names, takesCluster: true, Tell).Select(service => Defined(service, images)).OfType<ChosenService>()
            : images.Pushed.SelectMany(image => WithTask(image, definition).Select(service => new ChosenService(ServiceImages.Of(service), image))));
        return chosen;
    }

    // Without the definition nothing says which of several images is the service's.
    private ChosenService? AtEcs(string name, string cluster, GivenImages images)
    {
        var service = new ReleaseService { Service = name, Cluster = cluster };
        if (!images.AreExpected)
            return new(service);
        if (images is { All: [_], Pushed: [var image] })
            return new(service, image);
        Tell(ReleaseException.For(nameof(Messages.ReleaseTaskImageNotOne), ErrorKind.InvalidArgument, name, name, cluster, images));
        return null;
    }

    private ChosenService? Defined(ServiceDefinition service, GivenImages images)
    {
        var image = images.Pushed.FirstOrDefault(image => IsRun(image, service.Image));
        if (image is not null || !images.AreExpected)
            return new(ServiceImages.Of(service), image);
        Tell(ReleaseException.For(nameof(Messages.ReleaseTaskImageMissing), ErrorKind.InvalidArgument, service.Name, service.Name, images));
        return null;
    }

    private void TellMisplaced(ServiceInput input)
    {
        foreach (var other in input.Misplaced)
            Tell(ReleaseException.For(nameof(Messages.NotAService), ErrorKind.InvalidArgument, other, other.GetType().Name, command.Name, command.TakesFrom));
    }

    private void Tell(ReleaseException unknown)
    {
        HasUnknown = true;
        pipeline.WriteError(unknown);
    }

    private async Task<ReleaseDefinition> ReadDefinitionAsync(CancellationToken cancellationToken)
    {
        using var workspace = await ReleaseWorkspace.OpenAsync(path, aws, pipeline.Observer, clock, cancellationToken);
        return await workspace.ReadDefinitionAsync(cancellationToken);
    }

    private List<ServiceDefinition> WithTask(EcrImage image, ReleaseDefinition definition)
    {
        var running = Running(image, definition);
        var due = running.Where(service => service.BeforeRollout is not null).ToList();
        if (running.Count > 0 && due.Count == 0)
            pipeline.Warn($"{image.Name}: no service that runs it has a \"beforeRollout\" in {definition.Path}; nothing is run.");
        return due;
    }

    private List<ServiceDefinition> Running(EcrImage image, ReleaseDefinition definition)
    {
        var running = definition.Services.Where(service => IsRun(image, service.Image)).ToList();
        if (running.Count == 0)
            pipeline.WriteError(ReleaseException.For(nameof(Messages.ImageWithoutService), ErrorKind.NotFound, image, image.Name));
        return running;
    }

    private static bool IsRun(EcrImage image, string? name) => string.Equals(image.Name, name, StringComparison.Ordinal);

    // A service is the same whatever was read of it, and whether it and its cluster are named by name or by ARN: one session knows
    // one region of one account.
    private static (string Cluster, string Service) Identity(ReleaseService service) => (ServiceReader.ShortName(service.Cluster)!, ServiceReader.ShortName(service.Service)!);
}
