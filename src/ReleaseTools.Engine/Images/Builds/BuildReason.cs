using System.Globalization;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Images.Builds;

/// <summary>Why an image is built or reused, in the same words whether Docker or CodeBuild builds it.</summary>
internal static class BuildReason
{
    public const string NoInputs = "It names no inputs, so whether they changed cannot be told.";

    public const string Forced = "The build was asked for, whatever the registry holds.";

    public static string Changed(string fingerprint) => $"Inputs changed: there is no {Words.Digest(SourceTag.For(fingerprint))}.";

    public static string Unchanged(string digest) => $"Inputs unchanged: there is {Words.Digest(digest)}.";

    public static string BaseImageIsNewer(string name) => $"Inputs unchanged, but its base image '{name}' is newer.";

    /// <summary>Why an image of the same inputs is too old to be reused; null when it is not.</summary>
    public static string? Aged(ReleaseImage image, RegistryImage found, DateTimeOffset now)
    {
        if (image.MaxReuseDays is not { } days)
            return null;
        if (found.PushedAt is not { } pushed)
            return $"Inputs unchanged, but the registry does not tell the age of {Words.Digest(found.Digest)}, and it may have {days} days at most.";
        return now - pushed > TimeSpan.FromDays(days)
            ? string.Create(CultureInfo.InvariantCulture, $"Inputs unchanged, but {Words.Digest(found.Digest)} is of {pushed.UtcDateTime:yyyy-MM-dd}, older than {days} days.")
            : null;
    }
}
