using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Releases.Running;

/// <summary>The steps of a running release and where each stands. Called from any thread.</summary>
internal sealed class StepLedger(IReleaseObserver observer, TimeProvider clock)
{
    private readonly object gate = new();
    private readonly List<ReleaseStep> steps = [];
    private readonly List<(string Step, ReleaseException Error)> failures = [];

    /// <summary>The steps as they stand, in the plan's order.</summary>
    public IReadOnlyList<ReleaseStep> Steps
    {
        get
        {
            lock (gate)
                return [.. steps];
        }
    }

    /// <summary>What failed and in which step, in the order in which it did.</summary>
    public IReadOnlyList<(string Step, ReleaseException Error)> Failures
    {
        get
        {
            lock (gate)
                return [.. failures];
        }
    }

    /// <summary>Takes a plan's steps; those that have begun or ended keep where they stand.</summary>
    public void Take(IEnumerable<ReleaseStep> planned)
    {
        lock (gate)
        {
            var known = steps.ToDictionary(step => step.Id, StringComparer.Ordinal);
            steps.Clear();
            steps.AddRange(planned.Select(step => known.TryGetValue(step.Id, out var old) && old.Status != ReleaseStepStatus.Pending ? old : step));
        }
    }

    /// <summary>Runs a step's work and keeps how it ended. What fails is kept, told to the observer, and answered with null.</summary>
    /// <param name="id">The step.</param>
    /// <param name="work">The work; a <see cref="ReleaseException"/> is its failure.</param>
    /// <param name="outcome">How the step stands after that result, what it turned out to do, and why.</param>
    public async Task<T?> RunAsync<T>(string id, Func<Task<T>> work, Func<T, StepOutcome> outcome)
        where T : class
    {
        var started = clock.GetTimestamp();
        Begin(id);
        try
        {
            var result = await work();
            End(id, outcome(result), clock.GetElapsedTime(started));
            return result;
        }
        catch (ReleaseException failure)
        {
            Fail(id, failure);
            // The log lines that come with it are for the error, not for a row of a table.
            End(id, new StepOutcome(ReleaseStepStatus.Failed, failure.Message.Split('\n')[0].TrimEnd()), clock.GetElapsedTime(started));
            return null;
        }
        catch (OperationCanceledException)
        {
            End(id, new StepOutcome(ReleaseStepStatus.Stopped, "It was stopped."), clock.GetElapsedTime(started));
            throw;
        }
    }

    /// <summary>Marks a step begun.</summary>
    public void Begin(string id) => Report(new StepStarted(id, Change(id, step => step with { Status = ReleaseStepStatus.Running })));

    /// <summary>Marks a step ended.</summary>
    public void End(string id, StepOutcome outcome, TimeSpan duration) =>
        Report(new StepFinished(id, Change(id, step => step with
        {
            Status = outcome.Status,
            Action = outcome.Action ?? step.Action,
            Reason = outcome.Reason ?? step.Reason,
            Duration = duration,
        })));

    /// <summary>Keeps a failure and tells it.</summary>
    /// <param name="step">The step's id, or what was done between steps.</param>
    /// <param name="failure">Why it failed.</param>
    public void Fail(string step, ReleaseException failure)
    {
        lock (gate)
            failures.Add((step, failure));
        Report(new ItemFailed(step, failure));
    }

    /// <summary>Marks every step that has not begun as not run.</summary>
    public void Abandon(string reason)
    {
        lock (gate)
        {
            for (var i = 0; i < steps.Count; i++)
            {
                if (steps[i].Status == ReleaseStepStatus.Pending)
                    steps[i] = steps[i] with { Status = ReleaseStepStatus.NotRun, Reason = reason };
            }
        }
    }

    private ReleaseStep Change(string id, Func<ReleaseStep, ReleaseStep> change)
    {
        lock (gate)
        {
            var index = steps.FindIndex(step => string.Equals(step.Id, id, StringComparison.Ordinal));
            return steps[index] = change(steps[index]);
        }
    }

    private void Report(ReleaseEvent happened) => observer.Report(happened);
}
