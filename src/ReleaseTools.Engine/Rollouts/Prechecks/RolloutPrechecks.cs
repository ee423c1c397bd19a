using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Prechecks;

/// <summary>
/// What would keep tasks from starting and can be known before anything is changed:
/// <code>
/// platform    the image is for the processor and system that the task runs on
/// roles       an execution role where one is needed; roles that can be meant
/// secrets     what containers take from Secrets Manager and SSM is there, and not on its way out
/// log groups  what containers log to is there, or made by the driver
/// </code>
/// All run at once, over all tasks together, and ask for each thing once. What cannot be looked at, for want of a permission or
/// of an answer, is said and held against nobody: a check must never stop a rollout that would have succeeded.
/// </summary>
internal sealed class RolloutPrechecks(AwsSession aws, IImageRegistry registry, IReleaseObserver observer, TimeProvider time)
{
    /// <summary>What is wrong with each task, all of it; nothing where all is well.</summary>
    public async Task<IReadOnlyDictionary<PrecheckedTask, IReadOnlyList<ReleaseException>>> CheckAsync(IReadOnlyList<PrecheckedTask> tasks, CancellationToken cancellationToken)
    {
        var found = await Task.WhenAll(
            new PlatformPrecheck(new ImagePlatforms(registry), observer).CheckAsync(tasks, cancellationToken),
            new SecretPrecheck(aws, observer, time).CheckAsync(tasks, cancellationToken),
            new LogGroupPrecheck(aws, observer, time).CheckAsync(tasks, cancellationToken));
        return tasks.ToDictionary(
            task => task,
            task => (IReadOnlyList<ReleaseException>)[.. RolePrecheck.Check(task, aws.Partition), .. found.SelectMany(problems => problems[task])]);
    }
}
