namespace ReleaseTools.Engine.Releases.Running;

/// <summary>How a step ended.</summary>
/// <param name="Status">Where it stands.</param>
/// <param name="Reason">Why; the plan's reason stays when null.</param>
/// <param name="Action">What it turned out to do, when that differs from the plan.</param>
internal sealed record StepOutcome(ReleaseStepStatus Status, string? Reason = null, ReleaseAction? Action = null);
