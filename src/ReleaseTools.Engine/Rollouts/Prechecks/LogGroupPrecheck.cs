using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Prechecks;

/// <summary>
/// Whether the log groups that containers log to exist: the awslogs driver makes a group only where <c>awslogs-create-group</c>
/// says so, and a container whose group is missing does not start
/// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html).
/// </summary>
internal sealed class LogGroupPrecheck(AwsSession aws, IReleaseObserver observer, TimeProvider time)
{
    /// <summary>What is wrong, by the task that it is wrong with.</summary>
    public async Task<ILookup<PrecheckedTask, ReleaseException>> CheckAsync(IReadOnlyList<PrecheckedTask> tasks, CancellationToken cancellationToken)
    {
        var uses = tasks.SelectMany(UsesOf).ToList();
        foreach (var use in uses.Where(use => use.Region != aws.Region).DistinctBy(use => (use.Group, use.Region)))
            observer.Report(new Noted(use.Task.Name, $"The log group {use.Group} was not looked for before the rollout: it is in {use.Region}."));

        var near = uses.Where(use => use.Region == aws.Region).ToList();
        var seen = await Looking.LookAsync(new LogGroupSightings(aws.Logs, observer), near.Select(use => use.Group), time, cancellationToken);
        return near.Where(use => seen[use.Group] == Sighting.Missing)
            .ToLookup(use => use.Task, use => use.Task.Problem(nameof(Messages.LogGroupNotFound), ErrorKind.NotFound, use.Container, use.Group, use.Region));
    }

    private IEnumerable<Use> UsesOf(PrecheckedTask task) =>
        from container in task.Containers
        let options = container.LogConfiguration is { LogDriver: "awslogs", Options: { } given } ? given : null
        where options is not null
            && options.GetValueOrDefault("awslogs-group") is { Length: > 0 }
            && !string.Equals(options.GetValueOrDefault("awslogs-create-group"), "true", StringComparison.OrdinalIgnoreCase)
        select new Use(task, container.Name, options["awslogs-group"], options.GetValueOrDefault("awslogs-region") is { Length: > 0 } region ? region : aws.Region);

    private sealed record Use(PrecheckedTask Task, string? Container, string Group, string Region);
}
