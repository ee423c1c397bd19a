using System.Text;
using System.Text.Json;
using ReleaseTools.Engine.Releases.Definition;

namespace ReleaseTools.Engine.Tests.Definition;

public sealed class DefinitionSchemaTests
{
    private const string Everything = """
        {
          "terraform": {}, "inference": {},
          "images": { "a": { "before": [{}], "secrets": { "a": {} } } }, "services": { "a": { "verify": {}, "beforeRollout": {} } }
        }
        """;

    private static readonly JsonDocument Schema = JsonDocument.Parse(File.ReadAllText(SchemaFile()));

    [Fact]
    public void The_reader_and_the_schema_know_the_same_keys()
    {
        var known = new SortedDictionary<string, ISet<string>>(StringComparer.Ordinal);
        DefinitionReader.Read(Encoding.UTF8.GetBytes(Everything), new DefinitionProblems("release.json"), known);

        var inSchema = new SortedDictionary<string, ISet<string>>(StringComparer.Ordinal);
        Collect("", Schema.RootElement, inSchema);

        Lines(inSchema).ShouldBe(Lines(known));
    }

    [Fact]
    public void Every_key_of_the_schema_is_described()
    {
        foreach (var (shape, name, value) in Properties("", Schema.RootElement))
            value.TryGetProperty("description", out _).ShouldBeTrue($"{shape}.{name}");
    }

    [Fact]
    public void Names_follow_the_same_pattern_in_the_schema_and_the_rules() =>
        Schema.RootElement.GetProperty("$defs").GetProperty("name").GetProperty("pattern").GetString()
            .ShouldBe(DefinitionRules.Name().ToString().Replace(@"\z", "$", StringComparison.Ordinal));

    private static void Collect(string shape, JsonElement node, SortedDictionary<string, ISet<string>> keys)
    {
        foreach (var (parent, name, _) in Properties(shape, node))
        {
            if (!keys.TryGetValue(parent, out var names))
                keys[parent] = names = new SortedSet<string>(StringComparer.Ordinal);
            names.Add(name);
        }
    }

    private static IEnumerable<(string Shape, string Name, JsonElement Value)> Properties(string shape, JsonElement node)
    {
        if (!node.TryGetProperty("properties", out var properties))
            yield break;
        foreach (var property in properties.EnumerateObject())
        {
            yield return (shape, property.Name, property.Value);
            var inner = shape.Length == 0 ? property.Name : $"{shape}.{property.Name}";
            foreach (var found in Properties(inner, property.Value))
                yield return found;
            foreach (var several in new[] { "additionalProperties", "items" })
            {
                if (!property.Value.TryGetProperty(several, out var map) || map.ValueKind != JsonValueKind.Object || !map.TryGetProperty("$ref", out var reference))
                    continue;
                foreach (var found in Properties($"{inner}.*", Schema.RootElement.GetProperty("$defs").GetProperty(reference.GetString()!.Split('/')[^1])))
                    yield return found;
            }
        }
    }

    private static string Lines(SortedDictionary<string, ISet<string>> keys) => string.Join('\n', keys.Select(shape => $"{shape.Key}: {string.Join(' ', shape.Value)}"));

    // Not by the caller's file path: a build for CI maps that away.
    private static string SchemaFile()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "ReleaseTools.sln")))
            directory = directory.Parent ?? throw new DirectoryNotFoundException("The tests run outside the repository.");
        return Path.Combine(directory.FullName, "src", "ReleaseTools", "release.schema.json");
    }
}
