using System.Reflection;
using Amazon.Runtime;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Aws.Credentials;

/// <summary>
/// Credentials that another copy of AWSSDK.Core made, as AWS.Tools has one. Their types are not ours although they bear
/// the same names, so they are read member by member; asked again each time, they renew themselves.
/// </summary>
internal sealed class ForeignCredentials : AWSCredentials
{
    private readonly object credentials;
    private readonly MethodInfo getCredentials;

    private ForeignCredentials(object credentials, MethodInfo getCredentials)
    {
        this.credentials = credentials;
        this.getCredentials = getCredentials;
    }

    /// <summary>Takes ours as they are, and wraps any other.</summary>
    /// <param name="given">The object.</param>
    /// <param name="origin">Which parameter or variable it came by.</param>
    /// <exception cref="ReleaseException">It holds no credentials.</exception>
    public static AWSCredentials From(object given, string origin)
    {
        if (given is AWSCredentials ours)
            return ours;

        // $StoredAWSCredentials is an AWSPSCredentials, which keeps the credentials in an internal property.
        var candidate = MethodOf(given) is null ? Property(given, "Credentials") ?? given : given;
        if (candidate is AWSCredentials held)
            return held;
        return MethodOf(candidate) is { } method
            ? new ForeignCredentials(candidate, method)
            : throw ReleaseException.For(nameof(Messages.AwsCredentialsUnusable), ErrorKind.InvalidArgument, origin, origin, given.GetType().Name);
    }

    /// <inheritdoc/>
    public override ImmutableCredentials GetCredentials()
    {
        try
        {
            var values = getCredentials.Invoke(credentials, parameters: null) ?? throw new InvalidOperationException("GetCredentials() gave nothing.");
            return new ImmutableCredentials(Text(values, "AccessKey"), Text(values, "SecretKey"), Text(values, "Token") is { Length: > 0 } token ? token : null);
        }
        catch (TargetInvocationException exception) when (exception.InnerException is { } thrown)
        {
            throw new InvalidOperationException(thrown.Message, thrown);
        }
    }

    /// <inheritdoc/>
    public override Task<ImmutableCredentials> GetCredentialsAsync() => Task.Run(GetCredentials);

    private static MethodInfo? MethodOf(object target) => target.GetType().GetMethod("GetCredentials", BindingFlags.Instance | BindingFlags.Public, Type.EmptyTypes);

    private static object? Property(object target, string name) =>
        target.GetType().GetProperty(name, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)?.GetValue(target);

    private static string Text(object values, string name) => Property(values, name) as string ?? string.Empty;
}
