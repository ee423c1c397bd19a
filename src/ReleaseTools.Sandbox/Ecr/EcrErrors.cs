namespace ReleaseTools.Sandbox.Ecr;

/// <summary>ECR's errors in ECR's words.</summary>
internal static class EcrErrors
{
    public static SandboxException RepositoryNotFound(string name, string account) =>
        new("RepositoryNotFoundException", $"The repository with name '{name}' does not exist in the registry with id '{account}'");

    public static SandboxException RepositoryExists(string name, string account) =>
        new("RepositoryAlreadyExistsException", $"The repository with name '{name}' already exists in the registry with id '{account}'");

    public static SandboxException RepositoryNotEmpty(string name, string account) =>
        new("RepositoryNotEmptyException", $"The repository with name '{name}' in registry with id '{account}' cannot be deleted because it still contains images");

    public static SandboxException ImageNotFound(string name, string account, string? digest, string? tag) =>
        new("ImageNotFoundException", $"The image with imageId {{imageDigest:'{digest ?? "null"}', imageTag:'{tag ?? "null"}'}} does not exist "
            + $"within the repository with name '{name}' in the registry with id '{account}'");

    public static SandboxException ImageExists(string name, string account, string digest, string tag) =>
        new("ImageAlreadyExistsException", $"Image with digest '{digest}' and tag '{tag}' already exists in the repository with name '{name}' in registry with id '{account}'");

    public static SandboxException TagExists(string name, string tag) =>
        new("ImageTagAlreadyExistsException", $"The image tag '{tag}' already exists in the '{name}' repository and cannot be overwritten because the repository is immutable.");

    public static SandboxException LayersNotFound(string name, string account, IEnumerable<string> digests) =>
        new("LayersNotFoundException", $"Image manifest references unknown layers [{string.Join(", ", digests)}] in the repository with name '{name}' in registry with id '{account}'");

    public static SandboxException LayersUnknown(string name, string account, string digest) =>
        new("LayersNotFoundException", $"The layer with digest '{digest}' does not exist in the repository with name '{name}' in the registry with id '{account}'");

    public static SandboxException ReferencedImagesNotFound(string name, string account, IEnumerable<string> digests) =>
        new("ReferencedImagesNotFoundException", $"Images with digests '[{string.Join(", ", digests)}]' required for pushing image into repository with name '{name}' in the registry with id '{account}' do not exist");

    public static SandboxException DigestMismatch(string given, string computed) =>
        new("ImageDigestDoesNotMatchException", $"The provided image digest '{given}' does not match the image manifest's digest '{computed}'");

    public static SandboxException ScanNotFound(string name, string account, ImageId id) =>
        new("ScanNotFoundException", $"Image scan does not exist for the image with '{{imageDigest:'{id.Digest ?? "null"}', imageTag:'{id.Tag ?? "null"}'}}' "
            + $"in the repository with name '{name}' in the registry with id '{account}'");

    public static SandboxException ScannedToday() => new("LimitExceededException", "The scan quota per image has been exceeded. Wait and try again.");

    public static SandboxException NotScannable() => new("UnsupportedImageTypeException", "The image is of a type that cannot be scanned.");

    public static SandboxException ManualScanDisabled() => new("ValidationException", "This feature is disabled");

    public static SandboxException Invalid(string parameter, string constraint) =>
        new("InvalidParameterException", $"Invalid parameter at '{parameter}' failed to satisfy constraint: '{constraint}'");
}
