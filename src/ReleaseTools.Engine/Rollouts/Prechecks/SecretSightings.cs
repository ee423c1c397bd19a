using System.Collections.Concurrent;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.SecretsManager;

namespace ReleaseTools.Engine.Rollouts.Prechecks;

/// <summary>
/// Looks for secrets of Secrets Manager by name or ARN
/// (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html).
/// </summary>
internal sealed class SecretSightings(SecretsManagerClient secrets) : ISightings
{
    /// <inheritdoc/>
    public string Kind => "Secret";

    /// <inheritdoc/>
    public IEnumerable<IReadOnlyList<string>> Batches(IReadOnlyCollection<string> names) => names.Chunk(1);

    /// <inheritdoc/>
    public async Task AskAsync(IReadOnlyList<string> batch, ConcurrentDictionary<string, Sighting> seen, CancellationToken cancellationToken)
    {
        try
        {
            seen[batch[0]] = Judge(await secrets.DescribeSecretAsync(new(batch[0]), cancellationToken));
        }
        catch (AwsServiceException missing) when (missing.Code == "ResourceNotFoundException")
        {
            seen[batch[0]] = Sighting.Missing;
        }
    }

    private static Sighting Judge(DescribeSecretResponse secret) => secret switch
    {
        { DeletedDate: not null } => Sighting.BeingDeleted,

        // Without a labelled version there is none that AWSCURRENT, the stage that is meant where none is named, could be.
        { VersionIdsToStages: null or { Count: 0 } } => Sighting.WithoutValue,
        _ => Sighting.There,
    };
}
