namespace ReleaseTools.Sandbox.Server.Signing;

/// <summary>What a signature covers of a request.</summary>
internal sealed record SignedRequest
{
    public required string Method { get; init; }

    /// <summary>The path as it stands on the wire.</summary>
    public string Path { get; init; } = "/";

    /// <summary>The query as it stands on the wire, without the question mark.</summary>
    public string Query { get; init; } = string.Empty;

    /// <summary>The headers, by name without regard to case.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public ReadOnlyMemory<byte> Body { get; init; }
}

/// <summary>What is wrong with a signature.</summary>
internal enum SignatureProblem
{
    Missing,
    Incomplete,
    UnknownCredentials,
    Mismatch,
}

/// <summary>Why a request is refused, in AWS's words.</summary>
internal sealed record SignatureRefusal(SignatureProblem Problem, string Message);

/// <summary>The keys that a sandbox takes.</summary>
internal sealed record SigningKeys(string AccessKeyId, string SecretAccessKey, string SessionToken);
