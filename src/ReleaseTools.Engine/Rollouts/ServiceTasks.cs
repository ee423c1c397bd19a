using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecs;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>The tasks of several services of a cluster: each service's are listed, and all are described together.</summary>
internal sealed class ServiceTasks(EcsClient ecs, string cluster, CallPace pace)
{
    /// <summary>The tasks that are meant to run (RUNNING) or to stop (STOPPED), by service; a service that has none is not among them.</summary>
    /// <param name="services">The services.</param>
    /// <param name="desiredStatus">RUNNING or STOPPED.</param>
    /// <param name="isKnown">Whether a task needs no description any more.</param>
    /// <param name="refused">Gets each service whose tasks may not be listed; the others go on.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    public async Task<ILookup<WatchedService, EcsTask>> ReadAsync(
        IReadOnlyList<WatchedService> services, string desiredStatus, Func<WatchedService, string, bool> isKnown,
        Action<WatchedService, AwsServiceException> refused, CancellationToken cancellationToken)
    {
        var serviceOf = new Dictionary<string, WatchedService>(StringComparer.Ordinal);
        foreach (var service in services)
        {
            try
            {
                foreach (var arn in await ListAsync(service.Name, desiredStatus, cancellationToken))
                {
                    if (!isKnown(service, arn))
                        serviceOf[arn] = service;
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

        var tasks = new List<EcsTask>();
        foreach (var hundred in serviceOf.Keys.Chunk(ServiceReader.TasksPerCall))
        {
            await pace.WaitForAsync("DescribeTasks", cancellationToken);
            tasks.AddRange((await ecs.DescribeTasksAsync(new(cluster, hundred), cancellationToken)).Tasks ?? []);
        }

        return tasks.Where(task => serviceOf.ContainsKey(task.TaskArn ?? "")).ToLookup(task => serviceOf[task.TaskArn!]);
    }

    // By service, since startedBy "must be the only filter that you use" (API reference of ListTasks), and whether desiredStatus is one is not said.
    private async Task<IReadOnlyList<string>> ListAsync(string service, string desiredStatus, CancellationToken cancellationToken)
    {
        var arns = new List<string>();
        var request = new ListTasksRequest(cluster) { ServiceName = service, DesiredStatus = desiredStatus };
        do
        {
            await pace.WaitForAsync("ListTasks", cancellationToken);
            var page = await ecs.ListTasksAsync(request, cancellationToken);
            arns.AddRange(page.TaskArns ?? []);
            request = request with { NextToken = page.NextToken };
        }
        while (request.NextToken is not null);

        return arns;
    }
}
