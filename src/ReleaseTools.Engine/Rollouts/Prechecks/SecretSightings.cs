using System.Collections.Concurrent;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.SecretsManager;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Prechecks;

/// <summary>
/// Looks for secrets of Secrets Manager by name or ARN
/// (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html).
/// </summary>
internal sealed class SecretSightings(SecretsManagerClient secrets, IReleaseObserver observer) : ISightings
{
    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, Sighting>> LookAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        var seen = new ConcurrentDictionary<string, Sighting>(StringComparer.Ordinal);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Looking.AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(names, parallel, async (name, token) =>
        {
            var described = await Looking.TryAsync(observer, $"Secret {name}", () => DescribeAsync(name, token));
            seen[name] = described is { } answer ? Judge(answer.Secret) : Sighting.Unknown;
        });
        return seen;
    }

    private async Task<Description> DescribeAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return new(await secrets.DescribeSecretAsync(new(name), cancellationToken));
        }
        catch (AwsServiceException missing) when (missing.Code == "ResourceNotFoundException")
        {
            return new(Secret: null);
        }
    }

    private static Sighting Judge(DescribeSecretResponse? secret) => secret switch
    {
        null => Sighting.Missing,
        { DeletedDate: not null } => Sighting.BeingDeleted,

        // Without a labelled version there is none that AWSCURRENT, the stage that is meant where none is named, could be.
        { VersionIdsToStages: null or { Count: 0 } } => Sighting.WithoutValue,
        _ => Sighting.There,
    };

    private sealed record Description(DescribeSecretResponse? Secret);
}
