using System.Collections.Concurrent;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Tasks;

/// <summary>
/// The task definitions that tasks run. Where one was registered for a task alone, it goes with the task, so that the
/// family's newest active revision is again the one that its owner (Terraform) made.
/// </summary>
/// <param name="aws">The session.</param>
/// <param name="pinned">Where revisions are registered.</param>
/// <param name="keeps">Whether the revision of a task is to stay: its rollout deploys it.</param>
/// <param name="observer">Who is told.</param>
internal sealed class TaskRevisions(AwsSession aws, PinnedRevisions pinned, Func<ReleaseTaskPlan, bool> keeps, IReleaseObserver observer)
{
    private readonly ConcurrentDictionary<string, ConcurrentBag<ReleaseTaskPlan>> temporary = new(StringComparer.Ordinal);

    /// <summary>The task definition that a task runs, by ARN, and whether it goes with the task.</summary>
    public async Task<(string Arn, bool IsTemporary)> ForAsync(ReleaseTaskPlan plan, CancellationToken cancellationToken)
    {
        if (!plan.PinsDigest)
            return (plan.Seen!.TaskDefinition!, false);
        var revision = await pinned.RegisterAsync(plan.Service, plan.Seen!.TaskDefinition!, plan.NamedImage!, plan.Image!.Digest!, cancellationToken);
        if (!revision.IsNew || keeps(plan))
            return (revision.Arn, false);
        temporary.GetOrAdd(revision.Arn, _ => []).Add(plan);
        return (revision.Arn, true);
    }

    /// <summary>Deregisters what no task runs any more.</summary>
    /// <param name="hasEnded">Whether nothing of a task runs any more.</param>
    public async Task DeregisterAsync(Func<ReleaseTaskPlan, bool> hasEnded)
    {
        foreach (var (arn, _) in temporary.Where(one => one.Value.All(hasEnded)))
        {
            var service = temporary[arn].First().Service.Service;
            pinned.Forget(arn);
            try
            {
                // Not with the user's token: the task has ended, and this is what is left of it.
                await aws.Ecs.DeregisterTaskDefinitionAsync(new(arn), CancellationToken.None);
                observer.Report(new Noted(service, $"Deregistered {ServiceReader.ShortName(arn)}, which was registered for the task."));
            }
            catch (ReleaseException error)
            {
                observer.Report(new Warned(service, $"The revision {ServiceReader.ShortName(arn)}, which was registered for the task, could not be deregistered: {error.Message} {TaskText.Leaves(arn)}"));
            }
        }
    }
}
