using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Releases.Definition;
using ReleaseTools.Engine.Releases.Running;
using ReleaseTools.Engine.Releases.Workspace;

namespace ReleaseTools.Hosting;

/// <summary>The services that a rollout is asked for, by name, by object or by the images they run, each once.</summary>
internal sealed class RolloutChoice(string path, AwsSessionOptions aws, TimeProvider clock, CommandPipeline pipeline)
{
    /// <summary>The services, each with the image it is to run; none where it deploys again what its task definition names.</summary>
    public async Task<IReadOnlyDictionary<ReleaseService, EcrImage?>> ChooseAsync(
        IReadOnlyList<string> names, IReadOnlyList<ReleaseService> services, IReadOnlyList<EcrImage> images, CancellationToken cancellationToken)
    {
        var chosen = new Dictionary<ReleaseService, EcrImage?>(ByIdentity.Instance);
        foreach (var service in services)
            chosen[service] = images.FirstOrDefault(image => string.Equals(image.Name, service.Image, StringComparison.Ordinal));
        if (names.Count + images.Count == 0)
            return chosen;

        using var workspace = await ReleaseWorkspace.OpenAsync(path, aws, pipeline.Observer, clock, cancellationToken);
        var definition = await workspace.ReadDefinitionAsync(cancellationToken);
        if (names.Count > 0)
        {
            foreach (var service in Selection.OfServices(definition, names, pipeline))
                chosen.TryAdd(ServiceImages.Of(service), null);
        }

        foreach (var image in images)
            AddServicesOf(image, definition, chosen);
        return chosen;
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
