using System.Collections.Concurrent;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>How watched rollouts ended. Each end is told as soon as all that belongs to it is known, and the others are watched meanwhile.</summary>
internal sealed class RolloutEnds(
    IReleaseObserver observer, TimeProvider time, RolloutOptions options, CrashLogs logs, Func<StartedRollout, RolloutResult, Task<RolloutResult>> finish, CancellationToken cancellationToken)
{
    private readonly ConcurrentQueue<(StartedRollout Started, Task<RolloutResult> Result)> ended = new();

    /// <summary>Ends a rollout by a verdict that is an end; a failure waits for the last lines of what crashed.</summary>
    public void EndBy(WatchedService service, RolloutVerdict verdict)
    {
        var status = verdict.Outcome switch
        {
            RolloutOutcome.RolledBack => RolloutStatus.RolledBack,
            RolloutOutcome.Superseded => RolloutStatus.Superseded,
            _ => RolloutStatus.Failed,
        };
        End(service, status == RolloutStatus.Superseded ? null : service.LinesDue, () => new(service.Record(status, verdict.Reason)) { SaidOfRollback = verdict.SaidOfRollback });
    }

    /// <summary>Ends one that completed by what its tasks prove.</summary>
    public void EndBy(WatchedService service, DigestProof proof)
    {
        if (!proof.IsFinal && proof.Status == RolloutStatus.Deployed)
            observer.Report(new Warned(service.Name, proof.Reason));
        End(service, linesDue: null, () => new(service.Record(proof.Status, proof.Reason) with { RunningDigests = proof.Digests, RunningCount = proof.Running }));
    }

    /// <summary>Ends one that cannot be looked at any more.</summary>
    public void EndUnwatched(WatchedService service, ReleaseException refused) =>
        End(service, linesDue: null, () => new(service.Record(RolloutStatus.Failed, $"It cannot be watched: {refused.Message} {RolloutText.GoesOn(service.Started.Rollout)}"), refused));

    /// <summary>Ends one whose time ran out.</summary>
    public void GiveUp(WatchedService service)
    {
        var (status, why) = service.Stall is { } stall
            ? (RolloutStatus.Stalled, $"{RolloutText.Capital(stall.Words)}. ECS says: {stall.Said}")
            : (RolloutStatus.TimedOut, service.LastSaid is { } last ? $"ECS said last: {last}" : "");
        var counts = $"The wait of {Words.Duration(options.Timeout)} ran out with {service.Seen?.RunningCount ?? 0} of {service.Seen?.DesiredCount ?? 0} tasks running.";
        var parts = new[] { service.Unproven?.Reason ?? "", counts, why, RolloutText.GoesOn(service.Started.Rollout) };
        var reason = string.Join(' ', parts.Where(text => text.Length > 0));
        End(service, linesDue: null, () => new(service.Record(status, reason)) { HasCompleted = service.Unproven is not null });
    }

    /// <summary>What became of each, once all is known of all.</summary>
    public async Task<IReadOnlyDictionary<StartedRollout, RolloutResult>> ResultsAsync()
    {
        var results = new Dictionary<StartedRollout, RolloutResult>(ReferenceEqualityComparer.Instance);
        foreach (var (started, result) in ended)
            results[started] = await result;
        return results;
    }

    /// <summary>Waits until nothing goes on for any of them, whatever comes of it.</summary>
    public async Task SettleAsync() => await Task.WhenAll(ended.Select(Task (one) => one.Result)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private void End(WatchedService service, TimeSpan? linesDue, Func<RolloutResult> result)
    {
        service.HasEnded = true;
        ended.Enqueue((service.Started, FinishAsync(service, linesDue, result)));
    }

    // Now, not when the last of the others has ended.
    private async Task<RolloutResult> FinishAsync(WatchedService service, TimeSpan? linesDue, Func<RolloutResult> resultOf)
    {
        await ReadLastLinesAsync(service, linesDue);
        var result = resultOf();
        try
        {
            result = await finish(service.Started, result);
            return result;
        }
        finally
        {
            observer.Report(new RolloutEnded(service.Name, result.Rollout)); // also where a stop by the user left something unknown
        }
    }

    private async Task ReadLastLinesAsync(WatchedService service, TimeSpan? due)
    {
        try
        {
            if (due is { } wait)
            {
                await Task.Delay(wait, time, cancellationToken);
                await logs.ReadAgainAsync(service, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The verdict is known without them.
        }

        foreach (var stop in service.Stopped.Where(stop => stop.LogToCome is not null))
            observer.Report(new TaskStopped(service.Name, stop.Task));
    }
}
