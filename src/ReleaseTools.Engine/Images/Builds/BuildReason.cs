using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Images.Builds;

/// <summary>Why an image is built or reused, in the same words whether Docker or CodeBuild builds it.</summary>
internal static class BuildReason
{
    public const string NoInputs = "It names no inputs, so whether they changed cannot be told.";

    public const string Forced = "The build was asked for, whatever ECR holds.";

    public static string Changed(string fingerprint) => $"Inputs changed: ECR holds no {Words.Digest(SourceTag.For(fingerprint))}.";

    public static string Unchanged(string digest) => $"Inputs unchanged: ECR holds {Words.Digest(digest)}.";
}
