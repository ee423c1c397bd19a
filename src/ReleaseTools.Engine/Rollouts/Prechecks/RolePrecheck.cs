using System.Text.RegularExpressions;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Images;
using ReleaseTools.Engine.Aws.Ecr;

namespace ReleaseTools.Engine.Rollouts.Prechecks;

/// <summary>
/// Whether the roles of a task look right: that they are there is IAM's to know, and not asked. An execution role is needed
/// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html)
/// <code>
/// anywhere              for secrets, and for the credentials of a private registry
/// on Fargate, External  for a private image of ECR, and for the awslogs driver as well; on EC2 the instance's role does for these
/// </code>
/// </summary>
internal static partial class RolePrecheck
{
    /// <summary>What is wrong.</summary>
    /// <param name="task">The task.</param>
    /// <param name="partition">The partition of its region.</param>
    public static IEnumerable<ReleaseException> Check(PrecheckedTask task, string partition)
    {
        var execution = task.Definition.ExecutionRoleArn;
        if (string.IsNullOrEmpty(execution) && NeedsExecutionRole(task) is { } need)
            yield return task.Problem(nameof(Messages.ExecutionRoleMissing), ErrorKind.InvalidState, need);
        foreach (var (what, role) in new[] { ("execution role", execution), ("task role", task.Definition.TaskRoleArn) })
        {
            if (!string.IsNullOrEmpty(role) && Fault(role, partition, task.Account) is { } fault)
                yield return task.Problem(nameof(Messages.RoleInvalid), ErrorKind.InvalidState, what, role, fault);
        }
    }

    private static string? NeedsExecutionRole(PrecheckedTask task)
    {
        foreach (var container in task.Containers)
        {
            if (container.Secrets is { Count: > 0 } || container.LogConfiguration?.SecretOptions is { Count: > 0 })
                return $"the secrets of container '{container.Name}'";
            if (container.RepositoryCredentials?.CredentialsParameter is { Length: > 0 })
                return $"the registry's credentials of container '{container.Name}'";
            if (task.IsOffEc2 && IsInEcr(container.Image))
                return $"pulling the image of container '{container.Name}' from ECR";
            if (task.IsOffEc2 && container.LogConfiguration is { LogDriver: "awslogs" })
                return $"the log of container '{container.Name}'";
        }

        return null;
    }

    // A sidecar's image may name no host.
    private static bool IsInEcr(string? image) =>
        image is not null && NamedImage.Parse(image).Repository is var repository && ImageReference.TryParse(repository, out _, out _) && EcrRepository.Parse(repository).Account is not null;

    // A role may be named without its ARN, as the API reference has it for taskRoleArn; ECS takes it for one of the account's.
    private static string? Fault(string role, string partition, string? account)
    {
        if (!role.StartsWith("arn:", StringComparison.Ordinal))
            return RoleName().IsMatch(role) ? null : "it is neither a role's ARN nor its name";
        if (RoleArn().Match(role) is not { Success: true } arn)
            return "it is not the ARN of an IAM role";
        if (arn.Groups["partition"].Value != partition)
            return $"it is of the partition {arn.Groups["partition"].Value}, and the service is in {partition}";

        // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html: no role is passed across accounts.
        return account is not null && arn.Groups["account"].Value != account
            ? $"it is of the account {arn.Groups["account"].Value}, and a task takes on roles of its own account only, {account}"
            : null;
    }

    [GeneratedRegex(@"^arn:(?<partition>[a-z0-9-]+):iam::(?<account>\d+):role/(?:[\x21-\x7e]+/)?[\w+=,.@-]{1,64}$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RoleArn();

    [GeneratedRegex(@"^[\w+=,.@/-]{1,512}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex RoleName();
}
