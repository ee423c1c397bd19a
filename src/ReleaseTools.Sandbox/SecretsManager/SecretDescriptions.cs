using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.SecretsManager;

/// <summary>Secrets as Secrets Manager describes them; never with a value.</summary>
internal static class SecretDescriptions
{
    /// <summary>What the operations that change a secret answer.</summary>
    public static JsonObject Named(SecretState secret) => new() { ["ARN"] = secret.Arn, ["Name"] = secret.Name };

    /// <summary>https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html</summary>
    public static JsonObject Described(SecretState secret)
    {
        var described = Named(secret);
        described["CreatedDate"] = secret.CreatedAt.EpochSeconds();
        if (secret.CurrentVersion is { } version)
            described["VersionIdsToStages"] = new JsonObject { [version] = new JsonArray("AWSCURRENT") };
        if (secret.DeletedAt is { } deleted)
            described["DeletedDate"] = deleted.EpochSeconds();
        return described;
    }
}
