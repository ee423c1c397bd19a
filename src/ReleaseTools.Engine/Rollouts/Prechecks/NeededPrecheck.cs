using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Prechecks;

/// <summary>Whether the secrets, SSM parameters and log groups that containers name are there.</summary>
internal sealed class NeededPrecheck(AwsSession aws, IReleaseObserver observer, Looking looking)
{
    /// <summary>What is wrong, by the task that it is wrong with.</summary>
    public async Task<ILookup<PrecheckedTask, ReleaseException>> CheckAsync(IReadOnlyList<PrecheckedTask> tasks, CancellationToken cancellationToken)
    {
        var needed = tasks.SelectMany(task => NeededSecrets.Of(task, aws).Concat(NeededLogGroups.Of(task, aws))).ToList();
        foreach (var one in needed.Where(one => one.NotLookedFor is not null).DistinctBy(one => (one.Text, one.NotLookedFor)))
            observer.Report(new Noted(one.Task.Name, $"{one.Text} was not looked for before the rollout: it {one.NotLookedFor}."));

        var places = Enum.GetValues<NeededIn>();
        var seen = await Task.WhenAll(places.Select(place => looking.LookAsync(SightingsIn(place), needed.Where(one => one.In == place).SelectMany(one => one.Names), cancellationToken)));
        return needed.Select(one => (one.Task, Problem: one.Fault ?? Judge(one, [.. one.Names.Select(name => seen[(int)one.In][name])])))
            .Where(judged => judged.Problem is not null)
            .ToLookup(judged => judged.Task, judged => judged.Problem!);
    }

    private ISightings SightingsIn(NeededIn place) => place switch
    {
        NeededIn.SecretsManager => new SecretSightings(aws.SecretsManager),
        NeededIn.ParameterStore => new ParameterSightings(aws.Ssm),
        _ => new LogGroupSightings(aws.Logs),
    };

    private static ReleaseException? Judge(Needed one, IReadOnlyList<Sighting> sightings) =>
        sightings.Count == 0 || sightings.Contains(Sighting.There) || sightings.Contains(Sighting.Unknown) ? null : one.Judge(sightings[0]);
}
