namespace ReleaseTools.Engine.Images.Pushes;

/// <summary>What to do about a push that the engine says went wrong.</summary>
internal enum PushFault
{
    /// <summary>It would go wrong again.</summary>
    Lasting,

    /// <summary>The registry or the way to it failed for a moment: wait, and push again.</summary>
    Transient,

    /// <summary>The registry does not take the credentials: fetch new ones, once.</summary>
    Unauthorized,

    /// <summary>The tag holds another image, and the repository's tags are immutable.</summary>
    TagImmutable,
}

/// <summary>
/// Tells faults apart by the engine's words, which are all it gives: the push's stream is a 200 whatever happens, and
/// its errors carry no code (moby, distribution/push_v2.go and registry client errors).
/// </summary>
internal static class PushFaults
{
    private static readonly string[] Immutable = ["repository is immutable", "tag is immutable"];

    // ECR says the first of an expired token: https://docs.aws.amazon.com/AmazonECR/latest/userguide/common-errors-docker.html
    private static readonly string[] Unauthorized =
        ["authorization token has expired", "no basic auth credentials", "unauthorized", "authentication required", "401 Unauthorized"];

    private static readonly string[] Transient =
    [
        "EOF", "connection reset", "connection refused", "broken pipe", "i/o timeout", "TLS handshake timeout", "Client.Timeout", "deadline exceeded",
        "timed out", "toomanyrequests", "Too Many Requests", "Rate exceeded", "status: 429", "server closed", "http2:", "use of closed network connection", "temporary failure in name resolution",
        "Internal Server Error", "Bad Gateway", "Service Unavailable", "Gateway Timeout", "status: 5", "status code 5", "server error", "blob upload unknown", "blob upload invalid", "unknown: unknown error",
    ];

    public static PushFault Classify(string error) =>
        Says(error, Immutable) ? PushFault.TagImmutable
        : Says(error, Unauthorized) ? PushFault.Unauthorized
        : Says(error, Transient) ? PushFault.Transient
        : PushFault.Lasting;

    private static bool Says(string error, string[] words) => words.Any(word => error.Contains(word, StringComparison.OrdinalIgnoreCase));
}
