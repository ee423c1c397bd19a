using System.Globalization;
using System.Text.RegularExpressions;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>
/// Names for what an update makes: <c>endpoint-tag-time</c>, without a tag where the release is not known. The time makes a second attempt of the same release a new
/// pair; a second attempt that finds the first one's update under way waits for it and then has nothing to do.
/// </summary>
internal static partial class EndpointNames
{
    /// <summary>SageMaker's limit for names of models and configurations.</summary>
    public const int MaximumLength = 63;

    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    // As much of an endpoint's name as every name has, whatever the release tag and the number.
    private const int StemLength = 20;

    /// <summary>What the names of all models and configurations of an endpoint begin with; those of another may, too.</summary>
    public static string Stem(string endpointName) => Clean(endpointName, StemLength);

    /// <summary>The time in a name that this module made; null for any other.</summary>
    public static DateTimeOffset? TimeOf(string name) =>
        TimePattern().Match(name) is { Success: true } match
        && DateTimeOffset.TryParseExact(match.Groups["time"].Value, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>A name for the endpoint's model or configuration of a release.</summary>
    /// <param name="endpointName">The endpoint.</param>
    /// <param name="tag">The release tag; what SageMaker's pattern does not allow becomes a hyphen.</param>
    /// <param name="time">The time of the update.</param>
    /// <param name="number">Tells the models of several variants apart; 0 for the only one.</param>
    public static string For(string endpointName, string tag, DateTimeOffset time, int number = 0)
    {
        var suffix = "-" + time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture) + (number == 0 ? "" : $"-{number}");
        var room = MaximumLength - suffix.Length;

        // Both halves stay recognizable: a long endpoint name gives way to the tag, down to half the room.
        var tagPart = Clean(tag, room / 2);
        var endpointPart = Clean(endpointName, tagPart.Length == 0 ? room : room - tagPart.Length - 1);
        return string.Join('-', new[] { endpointPart, tagPart }.Where(part => part.Length > 0)) + suffix;
    }

    // Pattern: [a-zA-Z0-9](-*[a-zA-Z0-9])*
    private static string Clean(string text, int length)
    {
        var allowed = string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')).Trim('-');
        return (allowed.Length > length ? allowed[..length] : allowed).Trim('-');
    }

    [GeneratedRegex(@"-(?<time>\d{8}T\d{6}Z)(-\d+)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TimePattern();
}
