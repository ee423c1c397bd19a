using System.Text.RegularExpressions;

namespace ReleaseTools.Engine.Images;

/// <summary>
/// Text from a build, made safe to show. A RUN step prints what it likes, and an escape sequence could move an operator's
/// cursor, rename the window or hide a line.
/// </summary>
internal static partial class TerminalText
{
    /// <summary>The text without escape sequences; other control characters are shown as U+FFFD, tabs stay.</summary>
    public static string Neutralise(string text) =>
        text.AsSpan().IndexOfAnyInRange('\0', '\u001f') < 0 && text.AsSpan().IndexOfAnyInRange('\u007f', '\u009f') < 0
            ? text
            : ControlCharacter().Replace(EscapeSequence().Replace(text, ""), "\ufffd");

    // ECMA-48: CSI … final byte, OSC/DCS/PM/APC … BEL or ST, two-character escapes.
    [GeneratedRegex(@"\u001b\[[0-?]*[ -/]*[@-~]|\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[ -/]*[0-Z\\`-~]", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex EscapeSequence();

    [GeneratedRegex(@"[\u0000-\u0008\u000a-\u001f\u007f-\u009f]", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ControlCharacter();
}
