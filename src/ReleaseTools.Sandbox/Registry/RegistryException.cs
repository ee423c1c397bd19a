using System.Text.Json;
using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Server;

namespace ReleaseTools.Sandbox.Registry;

/// <summary>An error of the distribution protocol: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes</summary>
internal sealed class RegistryException(int status, string code, string message) : Exception(message)
{
    /// <summary>An upload that nobody began, or that has ended.</summary>
    public static RegistryException UploadUnknown() => new(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry");

    /// <summary>A text that is no digest, or not the content's.</summary>
    public static RegistryException DigestInvalid() => new(400, "DIGEST_INVALID", "provided digest did not match uploaded content");

    /// <summary>An error of ECR as its registry's side words it: the code becomes the protocol's, the message stays ECR's.</summary>
    public static RegistryException From(SandboxException refusal) => refusal.Code switch
    {
        "RepositoryNotFoundException" => new(404, "NAME_UNKNOWN", refusal.Message),
        "LayersNotFoundException" or "ReferencedImagesNotFoundException" => new(404, "MANIFEST_BLOB_UNKNOWN", refusal.Message),
        "ImageTagAlreadyExistsException" => new(400, "TAG_INVALID", refusal.Message),
        _ => new((int)refusal.Status, "UNKNOWN", refusal.Message),
    };

    /// <summary>The answer that carries it.</summary>
    public RegistryAnswer ToAnswer(IReadOnlyDictionary<string, string>? headers = null)
    {
        var error = new JsonObject { ["code"] = code, ["message"] = Message };
        var body = JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["errors"] = new JsonArray(error) });
        return new RegistryAnswer
        {
            Status = status,
            ErrorCode = code,
            ContentType = "application/json",
            ContentLength = body.Length,
            Body = new MemoryStream(body),
            Headers = headers ?? new Dictionary<string, string>(StringComparer.Ordinal),
        };
    }
}
