using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.Ssm;

/// <summary>Parameters as Parameter Store describes them.</summary>
internal sealed class ParameterDescriptions(SandboxWorld world)
{
    /// <summary>https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Parameter.html</summary>
    /// <param name="version">The version.</param>
    /// <param name="decrypted">Whether a SecureString is given in clear, as <c>WithDecryption</c> asks.</param>
    public JsonObject Parameter(ParameterVersion version, bool decrypted) => new()
    {
        ["Name"] = version.Name,
        ["Type"] = version.Type,
        ["Value"] = decrypted ? version.Value : Stored(version),
        ["Version"] = version.Version,
        ["LastModifiedDate"] = version.LastModified.EpochSeconds(),
        ["ARN"] = world.Arn("ssm", $"parameter/{version.Name.TrimStart('/')}"),
        ["DataType"] = version.DataType,
    };

    /// <summary>https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterHistory.html</summary>
    public JsonObject Version(ParameterVersion version, bool decrypted)
    {
        var json = Parameter(version, decrypted);
        json.Remove("ARN");
        json["Tier"] = version.Tier;
        json["LastModifiedUser"] = $"arn:aws:sts::{world.Options.Account}:assumed-role/ReleaseToolsSandbox/sandbox";
        json["Labels"] = new JsonArray();
        json["Policies"] = new JsonArray();
        if (version.Description is not null)
            json["Description"] = version.Description;
        if (version.KeyId is not null)
            json["KeyId"] = version.KeyId;
        return json;
    }

    /// <summary>https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterMetadata.html</summary>
    public JsonObject Metadata(ParameterVersion version)
    {
        var json = Version(version, decrypted: false);
        json.Remove("Value");
        json.Remove("Labels");
        json["ARN"] = world.Arn("ssm", $"parameter/{version.Name.TrimStart('/')}");
        return json;
    }

    // AWS gives KMS's ciphertext, opaque and another for each version. This one is as opaque and leads nowhere back, as nothing decrypts it.
    private static string Stored(ParameterVersion version) => version.Type is "SecureString"
        ? Convert.ToBase64String(SHA512.HashData(Encoding.UTF8.GetBytes($"{version.Name}\n{version.Version}\n{version.Value}\n{version.LastModified.UtcTicks}")))
        : version.Value;
}
