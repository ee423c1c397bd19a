using System.Text.Json;

namespace ReleaseTools.Engine.Infrastructure;

/// <summary>Finds the one JSON object that terraform answered with, between lines that are not its own.</summary>
/// <remarks>
/// Wrappers put lines before and behind what terraform writes: setup-terraform's writes the command line first, and workflow commands
/// (<c>::set-output …</c>, <c>::debug::…</c>) at the end.
/// </remarks>
internal static class TerraformAnswer
{
    /// <summary>The object; null where there is none.</summary>
    /// <param name="output">Standard output.</param>
    /// <param name="isIt">Whether an object is what was asked for.</param>
    public static JsonDocument? Find(string output, Func<JsonElement, bool> isIt)
    {
        var utf8 = System.Text.Encoding.UTF8.GetBytes(output);
        for (var start = 0; start < utf8.Length; start = NextLine(utf8, start))
        {
            if (utf8[start] != '{' || Read(utf8.AsMemory(start)) is not { } document)
                continue;
            if (isIt(document.RootElement))
                return document;
            document.Dispose();
        }

        return null;
    }

    private static int NextLine(byte[] utf8, int start)
    {
        var end = Array.IndexOf(utf8, (byte)'\n', start);
        return end < 0 ? utf8.Length : end + 1;
    }

    private static JsonDocument? Read(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8.Span); // reads one value, and leaves alone what stands behind it
            return JsonDocument.TryParseValue(ref reader, out var document) ? document : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
