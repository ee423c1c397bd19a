using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecs;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>The tasks of several services of a cluster: each service's are listed, where their names are not known, and all are described together.</summary>
internal sealed class ServiceTasks(EcsClient ecs, string cluster, CallPace pace)
{
    private readonly TaskPages pages = new(ecs, pace);

    /// <summary>The tasks that are meant to run, by service; a service that has none is not among them.</summary>
    /// <param name="services">The services.</param>
    /// <param name="refused">Gets each service whose tasks may not be listed; the others go on.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    public Task<ILookup<WatchedService, EcsTask>> RunningAsync(
        IReadOnlyList<WatchedService> services, Action<WatchedService, AwsServiceException> refused, CancellationToken cancellationToken) =>
        ReadAsync(services, service => ListAsync(service.Name, "RUNNING", cancellationToken), refused, cancellationToken);

    /// <summary>The tasks that stopped or are to stop and are not known yet, likewise.</summary>
    /// <param name="services">The services.</param>
    /// <param name="refused">Gets each service whose tasks may not be listed; the others go on.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    public async Task<ILookup<WatchedService, EcsTask>> StoppedAsync(
        IReadOnlyList<WatchedService> services, Action<WatchedService, AwsServiceException> refused, CancellationToken cancellationToken)
    {
        var tasks = await ReadAsync(services, NamedOrListedAsync, refused, cancellationToken);
        return tasks.SelectMany(of => of.Where(task => task.DesiredStatus == "STOPPED").Select(task => (Service: of.Key, Task: task))).ToLookup(one => one.Service, one => one.Task);

        async Task<IEnumerable<string>> NamedOrListedAsync(WatchedService service) => service.TasksNamed is { Count: > 0 } named
            ? named
            : (await ListAsync(service.Name, "STOPPED", cancellationToken)).Where(arn => !service.IsKnown(arn));
    }

    private async Task<ILookup<WatchedService, EcsTask>> ReadAsync(
        IReadOnlyList<WatchedService> services, Func<WatchedService, Task<IEnumerable<string>>> idsOf, Action<WatchedService, AwsServiceException> refused, CancellationToken cancellationToken)
    {
        var asked = new List<string>();
        var serviceOf = new Dictionary<string, WatchedService>(StringComparer.Ordinal);
        foreach (var service in services)
        {
            try
            {
                foreach (var idOrArn in await idsOf(service))
                {
                    asked.Add(idOrArn);
                    serviceOf[ServiceReader.ShortName(idOrArn)!] = service;
                }
            }
            catch (AwsServiceException error) when (error.Code is "ServiceNotActiveException" or "ServiceNotFoundException")
            {
                // Deleted since it was described: the next look at it says so.
            }
            catch (AwsServiceException error) when (!error.IsTransient())
            {
                refused(service, error);
            }
        }

        var tasks = await pages.DescribeAsync(cluster, asked, cancellationToken);
        return tasks.Where(task => serviceOf.ContainsKey(IdOf(task))).ToLookup(task => serviceOf[IdOf(task)]);
    }

    private static string IdOf(EcsTask task) => ServiceReader.ShortName(task.TaskArn) ?? "";

    // By service, since startedBy "must be the only filter that you use" (API reference of ListTasks), and whether desiredStatus is one is not said.
    private async Task<IEnumerable<string>> ListAsync(string service, string desiredStatus, CancellationToken cancellationToken) =>
        await pages.ListAsync(new(cluster) { ServiceName = service, DesiredStatus = desiredStatus }, cancellationToken);
}
