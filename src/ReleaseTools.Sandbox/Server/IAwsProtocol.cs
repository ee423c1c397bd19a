using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Server.Signing;

namespace ReleaseTools.Sandbox.Server;

/// <summary>How a service's requests and answers stand on the wire.</summary>
internal interface IAwsProtocol
{
    string ContentType { get; }

    /// <summary>The request's parameters.</summary>
    /// <exception cref="SandboxException">The body is not what the protocol asks for.</exception>
    JsonObject Read(ReadOnlySpan<byte> body);

    byte[] Write(string operation, JsonObject answer, string requestId);

    byte[] WriteError(AwsError error, string requestId);

    /// <summary>The error for a request that is not signed as it should be.</summary>
    AwsError ErrorFor(SignatureRefusal refusal);

    /// <summary>The error for an operation that is not known.</summary>
    AwsError ErrorForUnknown(string? operation);
}
