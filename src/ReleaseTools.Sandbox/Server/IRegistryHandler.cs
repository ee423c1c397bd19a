using System.Collections.Specialized;

namespace ReleaseTools.Sandbox.Server;

/// <summary>
/// The registry behind ECR: everything under <c>/v2/</c>. It is called without the services' lock, because layers are big;
/// the repositories have a lock of their own, taken for the moments in which they are touched. Its end gives up the uploads.
/// </summary>
internal interface IRegistryHandler : IDisposable
{
    /// <summary>What a request does and to which repository, for the list of calls and for faults: <c>("PUT manifest", "web-ui")</c>.</summary>
    (string Operation, string? Target) Describe(string method, string path);

    /// <summary>Carries a request out, streaming its body.</summary>
    Task<RegistryAnswer> HandleAsync(RegistryRequest request, CancellationToken cancellationToken);
}

/// <summary>A request to the registry.</summary>
internal sealed record RegistryRequest
{
    public required string Method { get; init; }

    /// <summary>The path, percent-decoded, such as <c>/v2/web-ui/manifests/latest</c>.</summary>
    public required string Path { get; init; }

    public NameValueCollection Query { get; init; } = [];

    public NameValueCollection Headers { get; init; } = [];

    public Stream Body { get; init; } = Stream.Null;
}

/// <summary>The registry's answer. The server writes it, and disposes the body.</summary>
internal sealed record RegistryAnswer
{
    public int Status { get; init; } = 200;

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public string? ContentType { get; init; }

    /// <summary>The length of the body; for HEAD, of the body that GET would have.</summary>
    public long ContentLength { get; init; }

    /// <summary>What is sent; nothing when null.</summary>
    public Stream? Body { get; init; }

    /// <summary>The OCI error code (<c>MANIFEST_UNKNOWN</c>, …), for the list of calls.</summary>
    public string? ErrorCode { get; init; }
}
