using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Rollouts.Prechecks;

/// <summary>
/// The log groups that containers log to: the awslogs driver makes a group only where <c>awslogs-create-group</c>
/// says so, and a container whose group is missing does not start
/// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html).
/// </summary>
internal static class NeededLogGroups
{
    /// <summary>Those of a task's containers.</summary>
    public static IEnumerable<Needed> Of(PrecheckedTask task, AwsSession aws)
    {
        foreach (var container in task.Containers)
        {
            if (container.LogConfiguration is not { LogDriver: "awslogs", Options: { } options }
                || options.GetValueOrDefault("awslogs-group") is not { Length: > 0 } group
                || string.Equals(options.GetValueOrDefault("awslogs-create-group"), "true", StringComparison.OrdinalIgnoreCase))
                continue;
            var region = options.GetValueOrDefault("awslogs-region") is { Length: > 0 } named ? named : aws.Region;
            yield return new(task, NeededIn.Logs, $"The log group {group}", region == aws.Region ? [group] : [])
            {
                NotLookedFor = region == aws.Region ? null : $"is in {region}",
                Judge = _ => task.Problem(nameof(Messages.LogGroupNotFound), ErrorKind.NotFound, container.Name, group, region),
            };
        }
    }
}
