using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Rollouts.Prechecks;

/// <summary>Makes one error of all that stands in the way, so that all of it can be mended at once.</summary>
internal static class RolloutProblems
{
    private static readonly string[] OfTaskDefinitions =
    [
        nameof(Messages.ServiceNotReady), nameof(Messages.ServicesNotReady), nameof(Messages.ImagePlatformMismatch), nameof(Messages.TaskImageNotFound),
        nameof(Messages.TaskImagePlatformMismatch), nameof(Messages.ExecutionRoleMissing),
        nameof(Messages.RoleInvalid), nameof(Messages.SecretReferenceInvalid), nameof(Messages.SecretNotFound), nameof(Messages.ParameterNotFound),
        nameof(Messages.SecretBeingDeleted), nameof(Messages.SecretWithoutValue), nameof(Messages.LogGroupNotFound),
    ];

    /// <summary>What stands in one service's way; null when nothing does.</summary>
    public static ReleaseException? OfService(string service, IReadOnlyList<ReleaseException> problems) => problems.Count > 1
        ? ReleaseException.For(nameof(Messages.ServiceNotReady), ErrorKind.InvalidState, service, service, problems.Count, Lines(problems), Actions(problems))
        : problems.SingleOrDefault();

    /// <summary>What stands in the way of a release's services; null when nothing does.</summary>
    public static ReleaseException? OfServices(IEnumerable<RolloutPlan> plans)
    {
        var problems = plans.Select(plan => plan.Problem).OfType<ReleaseException>().ToList();
        return problems.Count > 1
            ? ReleaseException.For(nameof(Messages.ServicesNotReady), ErrorKind.InvalidState, problems[0].Target, problems.Count, Lines(problems), Actions(problems))
            : problems.SingleOrDefault();
    }

    /// <summary>Whether a terraform apply that is pending may mend it: task definitions and what they name are mostly Terraform's.</summary>
    public static bool MayApplyCure(string id) => OfTaskDefinitions.Contains(id, StringComparer.Ordinal);

    private static string Lines(IEnumerable<ReleaseException> problems) => string.Concat(problems.Select(problem => $"\n  - {problem.Message}"));

    private static string Actions(IEnumerable<ReleaseException> problems) => string.Join('\n', problems.Select(problem => problem.RecommendedAction).Distinct(StringComparer.Ordinal));
}
