namespace ReleaseTools.Sandbox.Ecs;

/// <summary>
/// Names that may be given as ARNs: <c>arn:aws:ecs:region:account:kind/cluster/name</c>. An ARN of another region, account, kind or
/// cluster names something else, however its last part reads.
/// </summary>
internal static class ResourceNames
{
    /// <summary>The name that a name or ARN has here; null when the ARN is of elsewhere.</summary>
    /// <param name="world">The region and account.</param>
    /// <param name="kind">What is named: <c>cluster</c>, <c>service</c>, <c>task</c> or <c>task-definition</c>.</param>
    /// <param name="nameOrArn">The name or ARN.</param>
    /// <param name="cluster">The cluster it is looked for in; null where there is none.</param>
    public static string? In(SandboxWorld world, string kind, string nameOrArn, string? cluster = null)
    {
        if (!nameOrArn.StartsWith("arn:", StringComparison.Ordinal))
            return nameOrArn;
        var prefix = world.Arn("ecs", kind + "/");
        if (!nameOrArn.StartsWith(prefix, StringComparison.Ordinal))
            return null;
        return nameOrArn[prefix.Length..].Split('/') switch
        {
            [var name] => name, // the older form, without the cluster
            [var within, var name] when string.Equals(within, cluster, StringComparison.Ordinal) => name,
            _ => null,
        };
    }
}
