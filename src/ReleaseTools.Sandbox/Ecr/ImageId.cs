using System.Text.Json.Nodes;

namespace ReleaseTools.Sandbox.Ecr;

/// <summary>How a request names an image: by digest, by tag, or by both, which must then agree.</summary>
internal sealed record ImageId(string? Digest, string? Tag)
{
    /// <summary>The image in a repository; null when it is not there.</summary>
    public StoredImage? FindIn(ImageRepository repository)
    {
        var byTag = Tag is null ? null : repository.Tags.GetValueOrDefault(Tag);
        var digest = Digest ?? byTag;
        return digest is null || (Tag is not null && byTag != digest) ? null : repository.Images.GetValueOrDefault(digest);
    }

    /// <summary>As ECR writes it.</summary>
    public JsonObject ToJson()
    {
        var id = new JsonObject();
        if (Digest is not null)
            id["imageDigest"] = Digest;
        if (Tag is not null)
            id["imageTag"] = Tag;
        return id;
    }

    /// <summary>The entry of <c>failures</c> for an image that was not found.</summary>
    public JsonObject Failure()
    {
        var (code, reason) = this switch
        {
            { Digest: null, Tag: null } => ("MissingDigestAndTag", "Invalid request parameters: both tag and digest cannot be null"),
            { Digest: { } digest } when !Registry.Digest.IsValid(digest) => ("InvalidImageDigest", "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'"),
            { Digest: not null, Tag: not null } => ("ImageTagDoesNotMatchDigest", "Image tag does not match digest"),
            _ => ("ImageNotFound", "Requested image not found"),
        };
        return new JsonObject { ["imageId"] = ToJson(), ["failureCode"] = code, ["failureReason"] = reason };
    }
}
