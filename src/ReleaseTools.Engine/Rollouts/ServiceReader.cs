using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>Reads services as they run now.</summary>
public sealed class ServiceReader(AwsSession aws)
{
    // API reference of DescribeServices.
    internal const int ServicesPerCall = 10;

    /// <summary>The services as they run now, in the order given; what the definition says of them is kept.</summary>
    /// <param name="services">The services, by name and cluster.</param>
    /// <param name="missing">Gets the error of each service that is not there; the others go on.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="ReleaseException">A cluster is not there.</exception>
    public async Task<IReadOnlyList<ReleaseService>> ReadAsync(
        IReadOnlyList<ReleaseService> services, Action<ReleaseException> missing, CancellationToken cancellationToken)
    {
        var read = new List<ReleaseService>();
        foreach (var observed in await ObserveAsync(services, cancellationToken))
        {
            if (observed.Ecs is null)
            {
                missing(NotFound(observed.Service));
                continue;
            }

            var tasks = await RunningTasksAsync(observed.Service.Cluster, observed.Service.Service, cancellationToken);
            var container = observed.Container?.Name;
            read.Add(observed.Service with
            {
                RunningDigests = [.. tasks.SelectMany(task => task.Containers ?? [])
                    .Where(one => container is null || one.Name == container)
                    .Select(one => one.ImageDigest).OfType<string>().Distinct(StringComparer.Ordinal)],
            });
        }

        return read;
    }

    /// <summary>Services with what AWS says of them. A service that is not there has no <see cref="ObservedService.Ecs"/>.</summary>
    internal async Task<IReadOnlyList<ObservedService>> ObserveAsync(IReadOnlyList<ReleaseService> services, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, IReadOnlyList<EcsService>>(StringComparer.Ordinal);
        foreach (var cluster in services.GroupBy(service => service.Cluster, StringComparer.Ordinal))
        {
            await MustBeActiveAsync(cluster.Key, cancellationToken);
            found[cluster.Key] = await DescribeAsync(aws.Ecs, cluster.Key, [.. cluster.Select(service => service.Service)], cancellationToken);
        }

        var definitions = new Dictionary<string, TaskDefinition?>(StringComparer.Ordinal);
        var observed = new List<ObservedService>();
        foreach (var service in services)
        {
            if (found[service.Cluster].FirstOrDefault(one => IsNamed(one, service.Service)) is not { } ecs)
            {
                observed.Add(new(service, Ecs: null, TaskDefinition: null, Container: null));
                continue;
            }

            var arn = ecs.TaskDefinition ?? "";
            if (arn.Length > 0 && !definitions.ContainsKey(arn))
                definitions[arn] = (await aws.Ecs.DescribeTaskDefinitionAsync(new(arn), cancellationToken)).TaskDefinition;
            observed.Add(Observe(service, ecs, definitions.GetValueOrDefault(arn)));
        }

        return observed;
    }

    /// <summary>Describes services in tens; those that are not there are left out.</summary>
    internal static async Task<IReadOnlyList<EcsService>> DescribeAsync(EcsClient ecs, string cluster, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var described = new List<EcsService>();
        foreach (var ten in names.Distinct(StringComparer.Ordinal).Chunk(ServicesPerCall))
            described.AddRange((await ecs.DescribeServicesAsync(new(cluster, ten), cancellationToken)).Services ?? []);
        return described;
    }

    // Those that ECS means to run: one it has told to stop is not among them.
    private async Task<IReadOnlyList<EcsTask>> RunningTasksAsync(string cluster, string service, CancellationToken cancellationToken)
    {
        var pages = new TaskPages(aws.Ecs);
        return await pages.DescribeAsync(cluster, await pages.ListAsync(new(cluster) { ServiceName = service, DesiredStatus = "RUNNING" }, cancellationToken), cancellationToken);
    }

    internal static ReleaseException NotFound(ReleaseService service) =>
        ReleaseException.For(nameof(Messages.ServiceNotFound), ErrorKind.NotFound, service.Service, service.Service, service.Cluster);

    /// <summary>Whether a service is the one of this name or ARN; an ARN of the old form names no cluster.</summary>
    internal static bool IsNamed(EcsService service, string nameOrArn) =>
        nameOrArn == service.ServiceName || nameOrArn == service.ServiceArn
        || (nameOrArn.StartsWith("arn:", StringComparison.Ordinal) && ShortName(nameOrArn) == service.ServiceName);

    /// <summary>The last part of an ARN, <c>arn:aws:ecs:region:account:service/cluster/name</c>: its name, id or <c>family:revision</c>; a name as it is.</summary>
    public static string? ShortName(string? arn) => arn?[(arn.LastIndexOf('/') + 1)..];

    private static ObservedService Observe(ReleaseService service, EcsService ecs, TaskDefinition? definition)
    {
        var containers = definition?.ContainerDefinitions ?? [];
        var container = service.Repository is { } repository
            ? containers.FirstOrDefault(one => one.Image is not null && NamedImage.Parse(one.Image).IsIn(repository))
            : containers.FirstOrDefault(one => one.Essential != false); // essential unless it says otherwise
        return new(
            service with
            {
                Status = ecs.Status,
                TaskDefinition = ShortName(ecs.TaskDefinition),
                TaskImage = (container ?? containers.FirstOrDefault(one => one.Essential != false))?.Image,
                DesiredCount = ecs.DesiredCount,
                RunningCount = ecs.RunningCount,
                PendingCount = ecs.PendingCount,
            },
            ecs,
            definition,
            container);
    }

    private async Task MustBeActiveAsync(string cluster, CancellationToken cancellationToken)
    {
        var answer = await aws.Ecs.DescribeClustersAsync(new([cluster]), cancellationToken);
        if (answer.Clusters is not [{ Status: "ACTIVE" or null }, ..])
            throw ReleaseException.For(nameof(Messages.ClusterNotFound), ErrorKind.NotFound, cluster, cluster, aws.Region);
    }
}

/// <summary>A service, what ECS says of it, its task definition, and the container in it that runs the image.</summary>
internal sealed record ObservedService(ReleaseService Service, EcsService? Ecs, TaskDefinition? TaskDefinition, ContainerDefinition? Container);
