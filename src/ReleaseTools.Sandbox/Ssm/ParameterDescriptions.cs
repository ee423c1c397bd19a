using System.Text.Json.Nodes;

namespace ReleaseTools.Sandbox.Ssm;

/// <summary>Parameters as Parameter Store describes them.</summary>
internal sealed class ParameterDescriptions(SandboxWorld world)
{
    /// <summary>https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Parameter.html</summary>
    public JsonObject Parameter(ParameterVersion version) => new()
    {
        ["Name"] = version.Name,
        ["Type"] = version.Type,
        ["Value"] = version.Value,
        ["Version"] = version.Version,
        ["LastModifiedDate"] = version.LastModified.EpochSeconds(),
        ["ARN"] = world.Arn("ssm", $"parameter/{version.Name.TrimStart('/')}"),
        ["DataType"] = version.DataType,
    };

    /// <summary>https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterHistory.html</summary>
    public JsonObject Version(ParameterVersion version)
    {
        var json = Parameter(version);
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
}
