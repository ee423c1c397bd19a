using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Inference.Recovery.Diagnosis;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Inference.Recovery;

/// <summary>What would be done to put an endpoint back on an earlier configuration; made by reads alone.</summary>
public sealed record EndpointRestorePlan
{
    /// <summary>The endpoint.</summary>
    public required string EndpointName { get; init; }

    /// <summary>What was asked for: a configuration or a release; null for what was good before.</summary>
    public string? To { get; init; }

    /// <summary>What to do.</summary>
    public required EndpointAction Action { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>The endpoint as the plan found it.</summary>
    internal EndpointFacts Facts { get; init; } = null!;

    /// <summary>The configuration to put it on.</summary>
    internal HistoricConfig Target { get; init; } = null!;

    /// <summary>The images by which that is proven.</summary>
    internal IReadOnlyList<ImageGoal> Goals { get; init; } = [];

    /// <summary>The record that says what would be, or need not be, done.</summary>
    public EndpointUpdate ToUpdate() => EndpointConfigUpdate.ToUpdate(Facts, Target, Goals) with
    {
        Status = Action == EndpointAction.Unchanged ? EndpointUpdateStatus.Unchanged : EndpointUpdateStatus.Planned,
        Reason = Reason,
    };
}

/// <summary>
/// Puts endpoints back on a configuration of their history.
/// <code>
/// the endpoint                                       then
/// InService on the configuration, serving its images Unchanged
/// InService, UpdateRollbackFailed, OutOfService      updated to it
/// moving                                             waited for, and looked at again
/// Failed, Deleting, Missing                          refused, with the command that repairs it
/// its configuration was deleted                      refused likewise: SageMaker fails every update of such a one
/// </code>
/// </summary>
public sealed class EndpointRestores(RecoveryTools tools)
{
    private readonly EndpointFactsReader reader = new(tools);
    private readonly ConfigContents contents = new(tools.Aws, tools.Registry, tools.Observer, tools.Time);

    /// <summary>Plans it. Reads only, and does not wait.</summary>
    /// <param name="endpointName">The endpoint.</param>
    /// <param name="to">A configuration of its history, or a release; null for what was last known to be good and is not in use.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="ReleaseException">EndpointNotRestorable, EndpointRestoreTargetNotFound, EndpointRestoreTargetIncomplete, EndpointNothingToRestore.</exception>
    public async Task<EndpointRestorePlan> PlanAsync(string endpointName, string? to, CancellationToken cancellationToken)
    {
        var facts = await reader.ReadAsync(endpointName, cancellationToken);
        var finding = EndpointDiagnoser.Of(facts).Diagnosis;
        var readiness = EndpointState.Of(endpointName, facts.Status, facts.Endpoint?.FailureReason).Readiness;
        var isLost = facts.Status is "Failed" or "Deleting" or EndpointState.Missing || (readiness != EndpointReadiness.Wait && facts.Current is null);
        if (isLost)
        {
            throw ReleaseException.For(
                nameof(Messages.EndpointNotRestorable), ErrorKind.InvalidState, endpointName, endpointName, facts.Status, finding.Problem, finding.NextCommand);
        }

        var target = await new RestoreTarget(tools, contents).FindAsync(facts, to, cancellationToken);
        var goals = await contents.GoalsAsync(target.Content!, cancellationToken);
        var plan = new EndpointRestorePlan
        {
            EndpointName = endpointName, To = to, Facts = facts, Target = target, Goals = goals, Action = EndpointAction.Update,
            Reason = $"'{facts.Endpoint!.EndpointConfigName}' -> '{target.Name}'{(target.Release is null ? "" : $", release {target.Release}")}.",
        };
        if (readiness == EndpointReadiness.Wait)
            return plan with { Action = EndpointAction.Wait, Reason = $"{plan.Reason} It is {facts.Status}, which is waited for first." };
        return facts.Status == "InService" && facts.Endpoint.EndpointConfigName == target.Name && goals.All(goal => goal.IsReached(facts.Endpoint, out _))
            ? plan with { Action = EndpointAction.Unchanged, Reason = $"It is InService on {target.Name} already." }
            : plan;
    }

    /// <summary>Does what a plan says.</summary>
    /// <returns>What became of it. An update that failed is returned as such, with its reason.</returns>
    /// <exception cref="ReleaseException">It stayed busy, or turned out not to be restorable; nothing was changed.</exception>
    public async Task<EndpointUpdate> RestoreAsync(EndpointRestorePlan plan, bool noWait, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var patience = new Patience(tools.Time, timeout);
        while (plan.Action == EndpointAction.Wait)
        {
            tools.Observer.Report(new Announced(plan.EndpointName, plan.Reason));
            var (settled, status) = await new EndpointWatcher(tools.Aws, tools.Observer, tools.Time).SettledAsync(plan.EndpointName, patience.Left, cancellationToken);
            if (!settled)
                throw ReleaseException.For(nameof(Messages.EndpointBusy), ErrorKind.Timeout, plan.EndpointName, plan.EndpointName, status, timeout);
            plan = await PlanAsync(plan.EndpointName, plan.To, cancellationToken);
        }

        var update = plan.Action == EndpointAction.Unchanged
            ? plan.ToUpdate()
            : await new EndpointConfigUpdate(tools).RunAsync(plan.Facts, plan.Target, noWait ? null : patience, cancellationToken);
        return update with { Duration = patience.Gone };
    }
}
