namespace ReleaseTools.Sandbox.Server;

/// <summary>An error answer, before it is written in a protocol.</summary>
internal sealed record AwsError(string Code, string Message, int Status)
{
    /// <summary>False for an error of a load balancer, say, that has a status and nothing else.</summary>
    public bool HasBody { get; init; } = true;

    public static AwsError From(SandboxException exception) => new(exception.Code, exception.Message, (int)exception.Status);

    public static AwsError Internal(Exception exception) => new("InternalFailure", $"The sandbox failed: {exception.Message}", 500);
}
