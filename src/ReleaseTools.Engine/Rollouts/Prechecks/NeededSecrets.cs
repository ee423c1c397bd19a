using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Rollouts.Prechecks;

/// <summary>
/// The secrets that containers take: a task whose secret cannot be had does not start
/// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html). No value is read.
/// </summary>
internal static class NeededSecrets
{
    /// <summary>Those of a task's containers.</summary>
    public static IEnumerable<Needed> Of(PrecheckedTask task, AwsSession aws)
    {
        foreach (var container in task.Containers)
        {
            foreach (var secret in container.Secrets ?? [])
                yield return Taken(container, $"the variable {secret.Name}", secret.ValueFrom ?? "", SecretReference.Parse);
            foreach (var secret in container.LogConfiguration?.SecretOptions ?? [])
                yield return Taken(container, $"the log option {secret.Name}", secret.ValueFrom ?? "", SecretReference.Parse);
            if (container.RepositoryCredentials?.CredentialsParameter is { Length: > 0 } credentials)
                yield return Taken(container, "the credentials of its image's registry", credentials, SecretReference.ParseCredentials);
        }

        Needed Taken(ContainerDefinition container, string what, string valueFrom, Func<string, string, string, string?, SecretReference> parse)
        {
            var reference = parse(valueFrom, aws.Region, aws.Partition, task.Account);
            return new(task, reference.IsSecret ? NeededIn.SecretsManager : NeededIn.ParameterStore, valueFrom, reference.Names)
            {
                NotLookedFor = reference.NotLookedFor,
                Fault = reference.Fault is { } fault ? Problem(nameof(Messages.SecretReferenceInvalid), ErrorKind.InvalidState, fault) : null,
                Judge = sighting => sighting switch
                {
                    Sighting.BeingDeleted => Problem(nameof(Messages.SecretBeingDeleted), ErrorKind.InvalidState, aws.Region),
                    Sighting.WithoutValue => reference.NamesVersion ? null : Problem(nameof(Messages.SecretWithoutValue), ErrorKind.InvalidState, aws.Region),
                    _ => Problem(reference.IsSecret ? nameof(Messages.SecretNotFound) : nameof(Messages.ParameterNotFound), ErrorKind.NotFound, aws.Region),
                },
            };

            ReleaseException Problem(string id, ErrorKind kind, string last) => task.Problem(id, kind, container.Name, what, valueFrom, last);
        }
    }
}
