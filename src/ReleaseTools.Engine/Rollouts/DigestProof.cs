using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>
/// Proves by the running tasks that what runs is what was pushed.
/// <code>
/// digest given  desired  running tasks                                 verdict
/// no            –        –                                             Deployed: nothing to compare
/// yes           0        none                                          Deployed: nothing runs
/// yes           –        one has another digest                        Mismatch (asked again first: lists lag)
/// yes           above 0  fewer than desired run                        InProgress: ECS replaces what is missing
/// yes           –        a digest is not told                          Deployed, nothing proven (asked again first: it may come late)
/// yes           –        all have the digest or one its index lists    Verified
/// </code>
/// ECS need not tell the digest of an image outside ECR. Of a task, every container that names the image is compared: a moved
/// tag is that of each. Of those beside the first, a digest that is not told says nothing: one that is not essential may have
/// ended. Every task that ECS means to run counts, whichever deployment started it: an old one that was left behind must not
/// go unnoticed. A task that ECS has told to stop does not count: draining connections may take it minutes.
/// </summary>
internal sealed record DigestProof(RolloutStatus Status, IReadOnlyList<string> Digests, int Running, bool IsFinal, string Reason)
{
    /// <summary>Judges the tasks that are meant to run.</summary>
    /// <param name="meantToRun">The tasks.</param>
    /// <param name="containers">The containers that run the image, first the one it is for.</param>
    /// <param name="digest">The digest that should run; null to compare nothing.</param>
    /// <param name="accepted">The digests that prove it.</param>
    /// <param name="desired">How many tasks should run.</param>
    /// <param name="deploymentId">The deployment.</param>
    public static DigestProof Of(IReadOnlyList<EcsTask> meantToRun, IReadOnlyList<string> containers, string? digest, IReadOnlyCollection<string> accepted, int desired, string deploymentId)
    {
        var first = containers is [var name, ..] ? name : null;
        var running = meantToRun.Where(task => task.LastStatus == "RUNNING").ToList();
        var digests = running.SelectMany(task => containers.Select(container => (Task: task, Container: container, Digest: Digest(task, container)))).ToList();
        IReadOnlyList<string> known = [.. digests.Select(one => one.Digest).OfType<string>().Distinct(StringComparer.Ordinal)];
        DigestProof Say(RolloutStatus status, bool isFinal, string reason) => new(status, known, running.Count, isFinal, reason);

        if (digest is null)
            return Say(RolloutStatus.Deployed, isFinal: true, "The deployment completed. No digest was given, so what runs was not compared.");
        if (desired == 0 && running.Count == 0)
            return Say(RolloutStatus.Deployed, isFinal: true, "Desired count 0: no task runs to prove it.");

        foreach (var (task, container, other) in digests.Where(one => one.Digest is { } told && !accepted.Contains(told, StringComparer.Ordinal)))
        {
            var whose = (task.StartedBy == deploymentId ? "" : $" (of {task.StartedBy ?? "no deployment"})") + (container == first ? "" : $", in container {container},");
            return Say(RolloutStatus.Mismatch, isFinal: false, $"Task {ServiceReader.ShortName(task.TaskArn)}{whose} runs {Words.Digest(other!)}, not {Words.Digest(digest)}.");
        }

        if (running.Count < desired)
            return Say(RolloutStatus.InProgress, isFinal: false, $"The deployment completed, but {running.Count} of {desired} tasks run.");
        if (first is null || digests.Exists(one => one.Container == first && one.Digest is null))
            return Say(RolloutStatus.Deployed, isFinal: false, $"The deployment completed. ECS does not tell the digest of every running task of container {first}, so what runs is not proven.");
        return Say(RolloutStatus.Verified, isFinal: true, $"{running.Count} of {running.Count} running tasks run {Words.Digest(digest)}.");
    }

    /// <summary>The digest that a task's container runs; null where ECS does not say it (yet).</summary>
    public static string? Digest(EcsTask task, string? containerName) =>
        task.Containers?.FirstOrDefault(container => container.Name == containerName)?.ImageDigest is { Length: > 0 } digest ? digest : null;
}
