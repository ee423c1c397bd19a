using System.Text;
using System.Text.Json;

namespace ReleaseTools.Engine.Releases.Definition;

/// <summary>A JSON value that knows where it stands. System.Text.Json's own documents do not.</summary>
internal abstract record JsonAt(SourcePosition Position);

internal sealed record JsonObjectAt(SourcePosition Position, IReadOnlyList<JsonMember> Members) : JsonAt(Position);

internal sealed record JsonArrayAt(SourcePosition Position, IReadOnlyList<JsonAt> Items) : JsonAt(Position);

/// <param name="Position">Where it begins.</param>
/// <param name="Type">String, number, true, false or null.</param>
/// <param name="Text">The string, or the token as written.</param>
/// <param name="HasEscapes">Whether the string is written with escapes, so that its characters are not where they seem.</param>
internal sealed record JsonScalarAt(SourcePosition Position, JsonTokenType Type, string Text, bool HasEscapes) : JsonAt(Position);

internal sealed record JsonMember(string Name, SourcePosition Position, JsonAt Value);

/// <summary>Parses JSON with comments and trailing commas into values with positions.</summary>
internal static class PositionedJson
{
    /// <exception cref="DefinitionException">It is not JSON.</exception>
    public static JsonAt Parse(byte[] utf8, DefinitionProblems problems)
    {
        var bytes = utf8.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? utf8[Encoding.UTF8.Preamble.Length..] : utf8;
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        try
        {
            reader.Read();
            var value = ReadValue(ref reader, bytes);
            reader.Read(); // throws where something follows
            return value;
        }
        catch (JsonException e)
        {
            var line = (int)(e.LineNumber ?? 0);
            problems.Add(new(line + 1, ColumnOf(bytes, LineStart(bytes, line), (int)(e.BytePositionInLine ?? 0))), Plain(e.Message));
            problems.ThrowIfAny();
            throw;
        }
    }

    private static JsonAt ReadValue(ref Utf8JsonReader reader, byte[] bytes)
    {
        var position = PositionOf(bytes, (int)reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var members = new List<JsonMember>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var name = reader.GetString()!;
                    var at = PositionOf(bytes, (int)reader.TokenStartIndex);
                    reader.Read();
                    members.Add(new(name, at, ReadValue(ref reader, bytes)));
                }

                return new JsonObjectAt(position, members);

            case JsonTokenType.StartArray:
                var items = new List<JsonAt>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    items.Add(ReadValue(ref reader, bytes));
                return new JsonArrayAt(position, items);

            case JsonTokenType.String:
                return new JsonScalarAt(position, reader.TokenType, reader.GetString()!, reader.ValueIsEscaped);

            default:
                return new JsonScalarAt(position, reader.TokenType, Encoding.UTF8.GetString(reader.ValueSpan), HasEscapes: false);
        }
    }

    private static SourcePosition PositionOf(byte[] bytes, int index)
    {
        var before = bytes.AsSpan(0, index);
        var start = before.LastIndexOf((byte)'\n') + 1;
        return new(before.Count((byte)'\n') + 1, ColumnOf(bytes, start, index - start));
    }

    /// <summary>Columns count characters, the reader counts bytes.</summary>
    private static int ColumnOf(byte[] bytes, int lineStart, int byteCount) =>
        Encoding.UTF8.GetCharCount(bytes, lineStart, Math.Min(byteCount, bytes.Length - lineStart)) + 1;

    private static int LineStart(byte[] bytes, int line)
    {
        var start = 0;
        for (; line > 0; line--)
            start += bytes.AsSpan(start).IndexOf((byte)'\n') + 1;
        return start;
    }

    /// <summary>Without the position, which is told in the file's own terms.</summary>
    private static string Plain(string message)
    {
        var tail = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return tail < 0 ? message : message[..tail];
    }
}
