using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Releases.Definition;
using ReleaseTools.Engine.Releases.Running;
using ReleaseTools.Engine.Releases.Workspace;

namespace ReleaseTools.Hosting;

/// <summary>The services that a rollout is asked for, by name, by object or by the images they run, each once.</summary>
/// <param name="path">Where the definition is.</param>
/// <param name="aws">How AWS is reached.</param>
/// <param name="clock">The clock.</param>
/// <param name="pipeline">Is told what is not there.</param>
/// <param name="command">The command that asks, and what else it takes: <c>Push-EcrImage</c>.</param>
internal sealed class RolloutChoice(string path, AwsSessionOptions aws, TimeProvider clock, CommandPipeline pipeline, (string Name, string TakesFrom) command)
{
    /// <summary>Whether something was named that is not there, or was given and is no service: its error is told.</summary>
    public bool HasUnknown { get; private set; }

    /// <summary>The services, each with the image it is to run; none where it deploys again what its task definition names.</summary>
    public async Task<IReadOnlyDictionary<ReleaseService, EcrImage?>> ChooseAsync(ServiceInput input, IReadOnlyList<EcrImage> images, CancellationToken cancellationToken)
    {
        foreach (var other in input.Misplaced)
            Tell(ReleaseException.For(nameof(Messages.NotAService), ErrorKind.InvalidArgument, other, other.GetType().Name, command.Name, command.TakesFrom));
        var chosen = new Dictionary<ReleaseService, EcrImage?>(ByIdentity.Instance);
        foreach (var service in input.Services)
            chosen[service] = images.FirstOrDefault(image => string.Equals(image.Name, service.Image, StringComparison.Ordinal));
        if (input.Names.Count + images.Count == 0)
            return chosen;

        using var workspace = await ReleaseWorkspace.OpenAsync(path, aws, pipeline.Observer, clock, cancellationToken);
        var definition = await workspace.ReadDefinitionAsync(cancellationToken);
        if (input.Names.Count > 0)
        {
            foreach (var service in Selection.OfServices(definition, input.Names, takesCluster: true, Tell))
                chosen.TryAdd(ServiceImages.Of(service), null);
        }

        foreach (var image in images)
            AddServicesOf(image, definition, chosen);
        return chosen;
    }

    private void Tell(ReleaseException unknown)
    {
        HasUnknown = true;
        pipeline.WriteError(unknown);
    }

    private void AddServicesOf(EcrImage image, ReleaseDefinition definition, Dictionary<ReleaseService, EcrImage?> chosen)
    {
        var running = definition.Services.Where(service => string.Equals(service.Image, image.Name, StringComparison.Ordinal)).ToList();
        if (running.Count == 0)
            pipeline.WriteError(ReleaseException.For(nameof(Messages.ImageWithoutService), ErrorKind.NotFound, image, image.Name));
        foreach (var service in running)
            chosen[ServiceImages.Of(service)] = image;
    }

    /// <summary>A service is the same whatever was read of it, and whether it and its cluster are named by name or by ARN: one session knows one region of one account.</summary>
    private sealed class ByIdentity : IEqualityComparer<ReleaseService>
    {
        public static ByIdentity Instance { get; } = new();

        public bool Equals(ReleaseService? x, ReleaseService? y) => x is null || y is null ? ReferenceEquals(x, y) : Key(x) == Key(y);

        public int GetHashCode(ReleaseService obj) => Key(obj).GetHashCode();

        private static (string Cluster, string Service) Key(ReleaseService service) => (ShortName(service.Cluster), ShortName(service.Service));

        private static string ShortName(string nameOrArn) => nameOrArn.StartsWith("arn:", StringComparison.Ordinal) ? nameOrArn[(nameOrArn.LastIndexOf('/') + 1)..] : nameOrArn;
    }
}
