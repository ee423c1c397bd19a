using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Images.Builds;

/// <summary>Why an image is built or reused, in the same words whether Docker or CodeBuild builds it.</summary>
internal static class BuildReason
{
    public const string NoInputs = "It names no inputs, so whether they changed cannot be told.";

    public const string Forced = "The build was asked for, whatever ECR holds.";

    public static string Changed(string fingerprint) => $"Its inputs changed: ECR holds no image of them ({Words.Digest(SourceTag.For(fingerprint))}).";

    public static string Unchanged(string digest) => $"Its inputs have not changed: ECR holds {Words.Digest(digest)}.";
}
