namespace ReleaseTools.Engine.Aws.Sts;

/// <summary>Says who the credentials of a session are.</summary>
public interface ICallerIdentitySource
{
    /// <summary>STS GetCallerIdentity, which needs no permission.</summary>
    /// <exception cref="AwsServiceException">The credentials were refused, or STS could not be reached.</exception>
    Task<CallerIdentity> GetCallerIdentityAsync(CancellationToken cancellationToken);
}
