using ReleaseTools.Engine.Releases.Definition;

namespace ReleaseTools.Engine.Releases.Running;

/// <summary>Which service runs which image, as the definition says.</summary>
public static class ServiceImages
{
    /// <summary>The services of these names in the definition, or at ECS, as they are defined.</summary>
    public static IReadOnlyList<ReleaseService> Of(ReleaseDefinition definition, IEnumerable<string> names) =>
        [.. names.Select(definition.FindService).OfType<ServiceDefinition>().Select(Of)];

    /// <summary>A service as it is defined; nothing of it is read yet.</summary>
    public static ReleaseService Of(ServiceDefinition service) => new()
    {
        Service = service.Service,
        Cluster = service.Cluster,
        Image = service.Image,
        Repository = service.Repository,
        VerifyUrl = service.VerifyUrl?.ToString(),
    };

    /// <summary>The image each service is to run, by the service's name at ECS.</summary>
    public static IReadOnlyDictionary<string, EcrImage> ByService(
        ReleaseDefinition definition, IEnumerable<ReleaseService> services, IReadOnlyList<EcrImage> images)
    {
        var byService = new Dictionary<string, EcrImage>(StringComparer.Ordinal);
        foreach (var service in services)
        {
            var image = definition.FindService(service.Service)?.Image ?? service.Image;
            if (images.FirstOrDefault(one => string.Equals(one.Name, image, StringComparison.Ordinal)) is { } found)
                byService[service.Service] = found;
        }

        return byService;
    }
}
