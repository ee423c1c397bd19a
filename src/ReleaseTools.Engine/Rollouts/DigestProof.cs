using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>
/// Proves by the running tasks that what runs is what was pushed.
/// <code>
/// digest given  desired  running tasks                                 verdict
/// no            –        –                                             Deployed: nothing to compare
/// yes           0        none                                          Deployed: nothing runs
/// yes           above 0  fewer than desired run yet, or a digest is    not proven yet; at last Mismatch
///                        not told yet
/// yes           –        one has another digest                        Mismatch (asked again first: lists lag)
/// yes           –        all have the digest or one its index lists    Verified
/// </code>
/// Every task that ECS means to run counts, whichever deployment started it: an old one that was left behind must not
/// go unnoticed. A task that ECS has told to stop does not count: draining connections may take it minutes.
/// </summary>
internal sealed record DigestProof(RolloutStatus Status, IReadOnlyList<string> Digests, int Running, bool IsFinal, string Reason)
{
    /// <summary>Judges the tasks that are meant to run.</summary>
    public static DigestProof Of(IReadOnlyList<EcsTask> meantToRun, string? containerName, string? digest, IReadOnlyCollection<string> accepted, int desired, string deploymentId)
    {
        var running = meantToRun.Where(task => task.LastStatus == "RUNNING").ToList();
        var digests = running.Select(task => Digest(task, containerName)).ToList();
        IReadOnlyList<string> known = [.. digests.OfType<string>().Distinct(StringComparer.Ordinal)];
        DigestProof Say(RolloutStatus status, bool isFinal, string reason) => new(status, known, running.Count, isFinal, reason);

        if (digest is null)
            return Say(RolloutStatus.Deployed, isFinal: true, "The deployment completed. No digest was given, so what runs was not compared.");
        if (desired == 0 && running.Count == 0)
            return Say(RolloutStatus.Deployed, isFinal: true, "Desired count 0: no task runs to prove it.");

        for (var i = 0; i < running.Count; i++)
        {
            if (digests[i] is { } other && !accepted.Contains(other, StringComparer.Ordinal))
            {
                var whose = running[i].StartedBy == deploymentId ? "" : $" (of {running[i].StartedBy ?? "no deployment"})";
                return Say(RolloutStatus.Mismatch, isFinal: false, $"Task {ServiceReader.ShortName(running[i].TaskArn)}{whose} runs {Words.Digest(other)}, not {Words.Digest(digest)}.");
            }
        }

        if (digests.Contains(null))
            return Say(RolloutStatus.Mismatch, isFinal: false, $"ECS does not tell the digest of every running task of container {containerName}.");
        if (running.Count < desired)
            return Say(RolloutStatus.Mismatch, isFinal: false, $"The deployment completed, but {running.Count} of {desired} tasks run.");
        return Say(RolloutStatus.Verified, isFinal: true, $"{running.Count} of {running.Count} running tasks run {Words.Digest(digest)}.");
    }

    /// <summary>The digest that a task's container runs; null where ECS does not say it (yet).</summary>
    public static string? Digest(EcsTask task, string? containerName) =>
        task.Containers?.FirstOrDefault(container => container.Name == containerName)?.ImageDigest is { Length: > 0 } digest ? digest : null;
}
