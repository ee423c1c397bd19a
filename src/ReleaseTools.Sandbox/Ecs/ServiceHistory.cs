using System.Security.Cryptography;
using System.Text;

namespace ReleaseTools.Sandbox.Ecs;

/// <summary>
/// Writes down what becomes of a service's deployments:
/// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-deployment.html
/// <code>
/// PENDING → IN_PROGRESS → SUCCESSFUL            all its tasks run, the old are gone
///                       → STOPPED               another took its place, or it failed and nothing rolls it back
///                       → ROLLBACK_REQUESTED    StopServiceDeployment
///                       → ROLLBACK_IN_PROGRESS  the circuit breaker
/// ROLLBACK_REQUESTED    → ROLLBACK_IN_PROGRESS
/// ROLLBACK_IN_PROGRESS  → ROLLBACK_SUCCESSFUL, ROLLBACK_FAILED, or STOPPED when another takes its place
/// </code>
/// </summary>
internal static class ServiceHistory
{
    public static ServiceDeploymentState? Ongoing(ServiceState service) => service.History is [{ IsOngoing: true } newest, ..] ? newest : null;

    /// <summary>A deployment of a new revision has begun.</summary>
    public static void Began(ServiceState service, DeploymentState deployment, DateTimeOffset at)
    {
        End(Ongoing(service), ServiceDeploymentStatus.Stopped, "Another service deployment took its place.", at);
        var revision = deployment.Id[(deployment.Id.IndexOf('/', StringComparison.Ordinal) + 1)..];
        deployment.RevisionId = revision;
        service.Revisions.Insert(0, new ServiceRevisionState { Id = revision, TaskDefinitionArn = deployment.TaskDefinitionArn, CreatedAt = at });
        service.History.Insert(0, new ServiceDeploymentState
        {
            Id = IdOf(deployment.Id),
            TargetRevision = revision,
            SourceRevision = service.LastCompleted?.RevisionId,
            CreatedAt = at,
        });
    }

    /// <summary>The scheduler acts on it.</summary>
    public static void Started(ServiceState service, DateTimeOffset at)
    {
        if (Ongoing(service) is not { Status: ServiceDeploymentStatus.Pending } newest)
            return;
        newest.Status = ServiceDeploymentStatus.InProgress;
        newest.StartedAt = at;
    }

    /// <summary>A deployment puts the former revision back.</summary>
    public static void RollsBack(ServiceState service, DeploymentState rollback, DeploymentState to, DateTimeOffset at)
    {
        rollback.RevisionId = to.RevisionId;
        if (Ongoing(service) is not { } newest)
            return;
        newest.Status = ServiceDeploymentStatus.RollbackInProgress;
        newest.StatusReason = rollback.RolloutReason;
        newest.RollbackStartedAt = at;
    }

    /// <summary>PRIMARY has completed.</summary>
    public static void Completed(ServiceState service, DateTimeOffset at)
    {
        if (Ongoing(service) is { } newest)
            End(newest, IsRollingBack(newest) ? ServiceDeploymentStatus.RollbackSuccessful : ServiceDeploymentStatus.Successful, newest.StatusReason, at);
    }

    /// <summary>PRIMARY has failed, and nothing puts the former revision back.</summary>
    public static void Failed(ServiceState service, string reason, DateTimeOffset at)
    {
        if (Ongoing(service) is { } newest)
            End(newest, IsRollingBack(newest) ? ServiceDeploymentStatus.RollbackFailed : ServiceDeploymentStatus.Stopped, reason, at);
    }

    public static bool IsRollingBack(ServiceDeploymentState deployment) => deployment.Status is ServiceDeploymentStatus.RollbackInProgress;

    /// <summary>A revision remembers the digests after its deployment is gone.</summary>
    public static void KeepDigests(ServiceState service)
    {
        foreach (var deployment in service.Deployments)
        {
            if (deployment.Digests.Count > 0 && service.Revisions.Find(one => string.Equals(one.Id, deployment.RevisionId, StringComparison.Ordinal)) is { } revision)
                revision.Digests = new Dictionary<string, string>(deployment.Digests, StringComparer.Ordinal);
        }
    }

    private static void End(ServiceDeploymentState? deployment, ServiceDeploymentStatus status, string reason, DateTimeOffset at)
    {
        if (deployment is null)
            return;
        deployment.Status = status;
        deployment.StatusReason = reason;
        deployment.FinishedAt = at;
    }

    // 22 characters, as in AWS's examples; made of the deployment's id, so that the same calls give the same.
    private static string IdOf(string deploymentId) =>
        Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(deploymentId)))[..22].Replace('+', '_').Replace('/', '_');
}
