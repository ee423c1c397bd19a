using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Hosting;

/// <summary>
/// Nothing is changed by a command that was given something which is not there: a misspelt name may be the one that was meant
/// to come first.
/// </summary>
internal static class NotTouched
{
    /// <summary>Whether something that was named is not there.</summary>
    /// <param name="choice">What was named in the definition.</param>
    /// <param name="problems">What stands in the way of each service.</param>
    public static bool IsRefused(ServiceChoice choice, IEnumerable<ReleaseException?> problems) =>
        choice.HasUnknown || problems.Any(problem => problem?.Id is nameof(Messages.ServiceNotFound) or nameof(Messages.ClusterNotFound));

    /// <summary>The record of a service that is left as it is, with its own error where there is one.</summary>
    public static (ServiceRollout Rollout, Exception? Error) Of(ServiceRollout predicted, ReleaseException? problem) => problem is not null
        ? (predicted, problem)
        : (predicted with { Status = RolloutStatus.NotRun, Reason = "Not touched: something that was named with it is not there." }, null);
}
