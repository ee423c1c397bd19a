namespace ReleaseTools.Engine.Aws.Sts;

/// <summary>Who the credentials are, as STS GetCallerIdentity says.</summary>
public sealed record CallerIdentity(string Account, string Arn, string UserId);
