using System.Text.Json.Nodes;

namespace ReleaseTools.Sandbox.CodeBuild;

/// <summary>
/// The part of YAML that buildspecs are written in: block mappings and sequences, plain and quoted scalars, <c>|</c> and
/// <c>&gt;</c> blocks, comments. Anchors, flow collections and tags are not read; a line that is none of these is an error.
/// </summary>
internal sealed class YamlSubset
{
    private readonly List<string> lines;
    private int at;

    private YamlSubset(string text) => lines = [.. text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n')];

    /// <summary>Reads a document.</summary>
    /// <exception cref="FormatException">It is not in this part of YAML.</exception>
    public static JsonNode? Parse(string text)
    {
        var reader = new YamlSubset(text);
        reader.SkipBlank();
        if (reader.at < reader.lines.Count && reader.lines[reader.at].TrimEnd() == "---")
            reader.at++;
        reader.SkipBlank();
        var node = reader.at < reader.lines.Count ? reader.Node(Indent(reader.lines[reader.at])) : null;
        reader.SkipBlank();
        return reader.at < reader.lines.Count ? throw reader.Bad("unexpected indentation") : node;
    }

    private JsonNode? Node(int indent) => IsItem(lines[at].TrimStart()) ? Sequence(indent) : Mapping(indent);

    private JsonArray Sequence(int indent)
    {
        var items = new JsonArray();
        for (SkipBlank(); at < lines.Count && Indent(lines[at]) == indent && IsItem(lines[at].TrimStart()); SkipBlank())
            items.Add(Value(lines[at].TrimStart()[1..].Trim(), indent));
        return items;
    }

    private JsonObject Mapping(int indent)
    {
        var members = new JsonObject();
        for (SkipBlank(); at < lines.Count && Indent(lines[at]) == indent && !IsItem(lines[at].TrimStart()); SkipBlank())
        {
            var line = lines[at].Trim();
            var colon = line.EndsWith(':') && !line.Contains(": ", StringComparison.Ordinal) ? line.Length - 1 : line.IndexOf(": ", StringComparison.Ordinal);
            if (colon <= 0)
                throw Bad("expected 'key: value'");
            members[line[..colon].Trim('"', '\'')] = Value(line[(colon + 1)..].Trim(), indent);
        }
        return members;
    }

    // The value that begins on this line; the reader is left behind it.
    private JsonNode? Value(string text, int indent)
    {
        at++;
        if (text.Length > 0 && text[0] is '|' or '>')
            return Block(indent, folded: text[0] == '>');
        if (text.Length > 0 && text[0] != '#')
            return Scalar(text);
        SkipBlank();
        if (at >= lines.Count)
            return null;
        var inner = Indent(lines[at]);
        // A sequence may stand as deep as the key that it belongs to.
        return inner > indent || (inner == indent && IsItem(lines[at].TrimStart())) ? Node(inner) : null;
    }

    private JsonValue Block(int indent, bool folded)
    {
        var block = new List<string>();
        var depth = -1;
        for (; at < lines.Count && (string.IsNullOrWhiteSpace(lines[at]) || Indent(lines[at]) > indent); at++)
        {
            if (depth < 0 && !string.IsNullOrWhiteSpace(lines[at]))
                depth = Indent(lines[at]);
            block.Add(lines[at].Length > depth && depth >= 0 ? lines[at][depth..] : string.Empty);
        }
        return JsonValue.Create(string.Join(folded ? ' ' : '\n', block).TrimEnd());
    }

    private JsonValue Scalar(string text)
    {
        if (text[0] is '"' or '\'')
        {
            var close = text.LastIndexOf(text[0]);
            if (close == 0)
                throw Bad("a quote is not closed");
            var inner = text[1..close];
            return JsonValue.Create(text[0] == '\''
                ? inner.Replace("''", "'", StringComparison.Ordinal)
                : inner.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal));
        }
        var comment = text.IndexOf(" #", StringComparison.Ordinal);
        return JsonValue.Create(comment < 0 ? text : text[..comment].TrimEnd());
    }

    private void SkipBlank()
    {
        while (at < lines.Count && (string.IsNullOrWhiteSpace(lines[at]) || lines[at].TrimStart().StartsWith('#')))
            at++;
    }

    private static bool IsItem(string trimmed) => trimmed == "-" || trimmed.StartsWith("- ", StringComparison.Ordinal);

    private static int Indent(string line) => line.Length - line.TrimStart(' ').Length;

    private FormatException Bad(string problem) => new($"line {Math.Min(at + 1, lines.Count)}: {problem}");
}
