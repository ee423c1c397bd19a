using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Undo;

/// <summary>What a service would be put back to and how, or why it cannot be; made by reads alone.</summary>
public sealed record UndoPlan
{
    /// <summary>The service as it runs now.</summary>
    public required ReleaseService Service { get; init; }

    /// <summary>Why it cannot be put back; null when it can.</summary>
    public ReleaseException? Problem { get; init; }

    /// <summary>What is to run, as a rollout deploys it.</summary>
    internal RolloutPlan? Rollout { get; init; }

    /// <summary>The ARN of the service deployment that runs and is rolled back; null where none runs, and the former is deployed again.</summary>
    internal string? ServiceDeployment { get; init; }

    /// <summary>The deployment that is rolled back, <c>ecs-svc/…</c>; null where ECS puts another in its place already.</summary>
    internal string? Deployment { get; init; }

    /// <summary>Why the tag stays where it is, as ECS keeps the digest of a revision; null where it goes back.</summary>
    internal string? TagStays { get; init; }

    /// <summary>Why a tag stays that somebody else has moved.</summary>
    internal const string MovedByOthers = "that is not what was rolled out, so somebody else has moved it";

    /// <summary>Whether that is because somebody else has moved it.</summary>
    internal bool IsTagMovedByOthers { get; init; }

    /// <summary>Whether its rollback has begun already, by whoever asked for it, or has ended.</summary>
    internal bool IsRollingBack { get; init; }

    /// <summary>What it is put back to, and the service as it was seen: from which the rollout is planned anew where ECS has nothing left to stop.</summary>
    internal (ObservedService Observed, UndoTarget Target)? Source { get; init; }

    /// <summary>What changes, <c> 'web:2' -> 'web:1'</c>: the task definition, else the digest; empty where neither is known to.</summary>
    public string Change
    {
        get
        {
            var (now, then) = (Service.TaskDefinition, Rollout?.Service.TaskDefinition);
            if (now == then)
                (now, then) = (Short(Rollout?.FormerDigest ?? NamedDigest), Short(Rollout?.Image?.Digest));
            return now is null || then is null || now == then ? "" : $" '{now}' -> '{then}'";
        }
    }

    private string? NamedDigest => Rollout?.Container?.Image is { } image ? Aws.Ecr.NamedImage.Parse(image).Digest : null;

    private static string? Short(string? digest) => digest is null ? null : Words.Digest(digest);

    /// <summary>The record that says what would be done.</summary>
    public ServiceRollout ToRollout()
    {
        var rollout = (Rollout ?? new RolloutPlan { Service = Service }).ToRollout();
        return rollout with { Status = Problem is null ? RolloutStatus.Planned : RolloutStatus.Failed, Reason = Problem?.Message ?? Reason(rollout) };
    }

    private string Reason(ServiceRollout rollout)
    {
        if (Rollout is { PinsDigest: true })
            return rollout.Reason!;
        var image = rollout.Digest is null ? "" : $" with {Words.Digest(rollout.Digest)}";
        var tag = TagStays is null && Rollout?.TagToMove is { } moves ? $", once the tag {moves} is back on it" : "";
        var how = ServiceDeployment is null ? "Deploys" : IsRollingBack ? "ECS is putting back" : "Stops the deployment that runs; ECS puts back";
        return $"{how} {rollout.TaskDefinition}{image}{tag}.";
    }
}
