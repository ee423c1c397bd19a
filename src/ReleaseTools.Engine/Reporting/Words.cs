using System.Globalization;

namespace ReleaseTools.Engine.Reporting;

/// <summary>Durations, sizes and digests as they are said to people, the same in every text.</summary>
public static class Words
{
    private const int DigestCharacters = 12;

    /// <summary>A duration: <c>2.3s</c>, <c>45s</c>, <c>1m 12s</c>, <c>1h 30m</c>.</summary>
    public static string Duration(TimeSpan duration) => duration switch
    {
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)duration.TotalHours}h {duration.Minutes}m"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.Minutes}m {duration.Seconds}s"),
        { TotalSeconds: >= 10 } => string.Create(CultureInfo.InvariantCulture, $"{duration.Seconds}s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(duration.TotalSeconds * 10) / 10:0.0}s"),
    };

    /// <summary>A size in decimal units, as Docker says it: <c>12.4 MB</c>.</summary>
    public static string Size(long bytes) => bytes switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB"),
        >= 1_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.0} kB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
    };

    /// <summary>Enough of a digest, or of a tag made of one, to know it by: <c>sha256:12ab34cd56ef</c>, <c>src-12ab34cd56ef</c>.</summary>
    public static string Digest(string digest)
    {
        var end = digest.AsSpan().IndexOfAny(':', '-') + 1 + DigestCharacters;
        return digest.Length > end ? digest[..end] : digest;
    }
}
