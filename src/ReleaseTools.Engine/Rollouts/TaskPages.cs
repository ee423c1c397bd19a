using ReleaseTools.Engine.Aws.Ecs;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>Lists and describes tasks, as many calls as it takes.</summary>
/// <param name="ecs">The service.</param>
/// <param name="pace">What each call waits for; nothing when null.</param>
internal sealed class TaskPages(EcsClient ecs, CallPace? pace = null)
{
    // API reference of DescribeTasks.
    private const int TasksPerCall = 100;

    /// <summary>The ARNs of all that a request lists.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(ListTasksRequest request, CancellationToken cancellationToken)
    {
        var arns = new List<string>();
        do
        {
            await WaitForAsync("ListTasks", cancellationToken);
            var page = await ecs.ListTasksAsync(request, cancellationToken);
            arns.AddRange(page.TaskArns ?? []);
            request = request with { NextToken = page.NextToken };
        }
        while (request.NextToken is not null);

        return arns;
    }

    /// <summary>Tasks by id or ARN, described; those that ECS does not know any more are left out.</summary>
    public async Task<IReadOnlyList<EcsTask>> DescribeAsync(string cluster, IReadOnlyList<string> idsOrArns, CancellationToken cancellationToken)
    {
        var tasks = new List<EcsTask>();
        foreach (var hundred in idsOrArns.Chunk(TasksPerCall))
        {
            await WaitForAsync("DescribeTasks", cancellationToken);
            tasks.AddRange((await ecs.DescribeTasksAsync(new(cluster, hundred), cancellationToken)).Tasks ?? []);
        }

        return tasks;
    }

    private Task WaitForAsync(string operation, CancellationToken cancellationToken) => pace?.WaitForAsync(operation, cancellationToken) ?? Task.CompletedTask;
}
