using System.Net;

namespace ReleaseTools.Sandbox;

/// <summary>An error that a service answers with, in AWS's words.</summary>
/// <param name="code">The error's code, such as <c>ClusterNotFoundException</c>.</param>
/// <param name="message">The message AWS gives.</param>
/// <param name="status">The HTTP status; most AWS JSON errors are 400.</param>
public sealed class SandboxException(string code, string message, HttpStatusCode status = HttpStatusCode.BadRequest) : Exception(message)
{
    /// <summary>The error's code.</summary>
    public string Code { get; } = code;

    /// <summary>The HTTP status.</summary>
    public HttpStatusCode Status { get; } = status;

    /// <summary>What a service answers to an operation that it, or the sandbox, does not know.</summary>
    public static SandboxException UnknownOperation(string service, string operation) =>
        new("UnknownOperationException", $"The sandbox's {service} has no operation '{operation}'.");
}
