using System.Text.Json.Nodes;

namespace ReleaseTools.Sandbox.Sts;

/// <summary>AWS STS: who the caller is.</summary>
internal sealed class StsService(SandboxWorld world) : SandboxService(world)
{
    public override string Name => "sts";

    public override string TargetPrefix => string.Empty;

    public override JsonObject Invoke(string operation, JsonObject request) => operation switch
    {
        // A global ARN: STS's own have no region.
        "GetCallerIdentity" => new JsonObject
        {
            ["Arn"] = $"arn:aws:sts::{World.Options.Account}:assumed-role/ReleaseToolsSandbox/sandbox",
            ["UserId"] = "AROASANDBOX0000000000:sandbox",
            ["Account"] = World.Options.Account,
        },
        _ => throw new SandboxException("InvalidAction", $"Could not find operation {operation} for version 2011-06-15"),
    };
}
