using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Prechecks;

/// <summary>
/// Whether the secrets that containers take exist: a task whose secret cannot be had does not start
/// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html). No value is read.
/// </summary>
internal sealed class SecretPrecheck(AwsSession aws, IReleaseObserver observer, TimeProvider time)
{
    /// <summary>What is wrong, by the task that it is wrong with.</summary>
    public async Task<ILookup<PrecheckedTask, ReleaseException>> CheckAsync(IReadOnlyList<PrecheckedTask> tasks, CancellationToken cancellationToken)
    {
        var uses = tasks.SelectMany(UsesOf).ToList();
        foreach (var use in uses.Where(use => use.Reference.NotLookedFor is not null).DistinctBy(use => use.ValueFrom, StringComparer.Ordinal))
            observer.Report(new Noted(use.Task.Name, $"{use.ValueFrom} was not looked for before the rollout: it {use.Reference.NotLookedFor}."));

        var secrets = Looking.LookAsync(new SecretSightings(aws.SecretsManager, observer), NamesOf(uses, inSecretsManager: true), time, cancellationToken);
        var parameters = Looking.LookAsync(new ParameterSightings(aws.Ssm, observer), NamesOf(uses, inSecretsManager: false), time, cancellationToken);
        await Task.WhenAll(secrets, parameters);
        return uses.Select(use => (use.Task, Problem: Judge(use, use.Reference.IsSecret ? secrets.Result : parameters.Result)))
            .Where(judged => judged.Problem is not null)
            .ToLookup(judged => judged.Task, judged => judged.Problem!);
    }

    private static IEnumerable<string> NamesOf(IEnumerable<Use> uses, bool inSecretsManager) =>
        uses.Where(use => use.Reference.IsSecret == inSecretsManager).SelectMany(use => use.Reference.Names);

    private ReleaseException? Judge(Use use, IReadOnlyDictionary<string, Sighting> seen)
    {
        if (use.Reference.Fault is { } fault)
            return use.Problem(nameof(Messages.SecretReferenceInvalid), ErrorKind.InvalidState, fault);
        var sightings = use.Reference.Names.Select(name => seen[name]).ToList();
        if (sightings.Count == 0 || sightings.Contains(Sighting.There) || sightings.Contains(Sighting.Unknown))
            return null;
        return sightings[0] switch
        {
            Sighting.BeingDeleted => use.Problem(nameof(Messages.SecretBeingDeleted), ErrorKind.InvalidState, aws.Region),
            Sighting.WithoutValue => use.Reference.NamesVersion ? null : use.Problem(nameof(Messages.SecretWithoutValue), ErrorKind.InvalidState, aws.Region),
            _ => use.Problem(use.Reference.IsSecret ? nameof(Messages.SecretNotFound) : nameof(Messages.ParameterNotFound), ErrorKind.NotFound, aws.Region),
        };
    }

    private IEnumerable<Use> UsesOf(PrecheckedTask task)
    {
        foreach (var container in task.Containers)
        {
            foreach (var secret in container.Secrets ?? [])
                yield return Taken(container, secret, "the variable");
            foreach (var secret in container.LogConfiguration?.SecretOptions ?? [])
                yield return Taken(container, secret, "the log option");
            if (container.RepositoryCredentials?.CredentialsParameter is { Length: > 0 } credentials)
                yield return new(task, container.Name, "the credentials of its image's registry", credentials, SecretReference.ParseCredentials(credentials, aws.Region, aws.Partition, task.Account));
        }

        Use Taken(ContainerDefinition container, Secret secret, string what)
        {
            var valueFrom = secret.ValueFrom ?? "";
            return new(task, container.Name, $"{what} {secret.Name}", valueFrom, SecretReference.Parse(valueFrom, aws.Region, aws.Partition, task.Account));
        }
    }

    /// <summary>A secret that a container takes.</summary>
    /// <param name="Task">The task.</param>
    /// <param name="Container">The container.</param>
    /// <param name="What">What it takes from there.</param>
    /// <param name="ValueFrom">Where it takes it from, as the task definition has it.</param>
    /// <param name="Reference">The same, read.</param>
    private sealed record Use(PrecheckedTask Task, string? Container, string What, string ValueFrom, SecretReference Reference)
    {
        public ReleaseException Problem(string id, ErrorKind kind, object? last) => Task.Problem(id, kind, Container, What, ValueFrom, last);
    }
}
