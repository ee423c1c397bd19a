using ReleaseTools.Engine.Releases.Definition;
using ReleaseTools.Engine.Rollouts;

namespace ReleaseTools.Engine.Releases.Running;

/// <summary>Which service runs which image, as the definition says.</summary>
public static class ServiceImages
{
    /// <summary>A service as it is defined; nothing of it is read yet.</summary>
    public static ReleaseService Of(ServiceDefinition service) => new()
    {
        Service = service.Service,
        Cluster = service.Cluster,
        Image = service.Image,
        Repository = service.Repository,
        Verify = service.Verify,
        DefinedAs = service.Name,
        After = service.After,
        PinDigest = service.PinDigest,
        BeforeRollout = service.BeforeRollout,
    };

    /// <summary>One plan for each service, in the order given. Two clusters may each have a service of one name, so each cluster is planned by itself.</summary>
    internal static async Task<IReadOnlyList<RolloutPlan>> PlanAsync(
        EcsRollouts rollouts, IReadOnlyList<ServiceDefinition> services, IReadOnlyList<EcrImage> images, CancellationToken cancellationToken)
    {
        var plans = new RolloutPlan[services.Count];
        foreach (var cluster in services.Select((service, index) => (Service: service, Index: index)).GroupBy(one => one.Service.Cluster, StringComparer.Ordinal))
        {
            var byService = new Dictionary<string, EcrImage>(StringComparer.Ordinal);
            foreach (var (service, _) in cluster)
            {
                if (images.FirstOrDefault(image => string.Equals(image.Name, service.Image, StringComparison.Ordinal)) is { } image)
                    byService[service.Service] = image;
            }

            var planned = await rollouts.PlanAsync([.. cluster.Select(one => Of(one.Service))], byService, cancellationToken);
            foreach (var (plan, (_, index)) in planned.Zip(cluster))
                plans[index] = plan;
        }

        return plans;
    }
}
