using System.Globalization;
using System.Text.Json;

namespace ReleaseTools.Engine.Releases.Definition;

/// <summary>
/// Reads one JSON object by its keys. Asking for a key is what makes it known: whatever was not asked for by
/// <see cref="Finish"/> is an unknown key, so a new key is added by reading it.
/// </summary>
/// <param name="shape">The object's place in the definition, such as <c>images.*</c>.</param>
/// <param name="node">The object.</param>
/// <param name="problems">Where problems go.</param>
/// <param name="known">Every key asked for, by shape.</param>
internal sealed class ObjectReader(string shape, JsonObjectAt node, DefinitionProblems problems, IDictionary<string, ISet<string>> known)
{
    private readonly HashSet<string> asked = new(StringComparer.Ordinal);

    public SourcePosition Position => node.Position;

    public DefinitionText? Text(string key) => Value(key) is { } value ? AsText(value, $"'{key}'") : null;

    public int? PositiveInteger(string key) => Value(key) is { } value ? AsPositive(value, $"'{key}'")?.Value : null;

    /// <summary>A whole number above 0, or a list of some.</summary>
    public IReadOnlyList<PlacedNumber> PositiveIntegers(string key) => Value(key) switch
    {
        null => [],
        JsonArrayAt several => [.. several.Items.Select(item => AsPositive(item, $"An item of '{key}'")).OfType<PlacedNumber>()],
        { } one => AsPositive(one, $"'{key}'") is { } number ? [number] : [],
    };

    /// <summary>True or false; false where the key is absent.</summary>
    public bool Flag(string key)
    {
        if (Value(key) is not { } value)
            return false;
        if (value is JsonScalarAt { Type: JsonTokenType.True or JsonTokenType.False } flag)
            return flag.Type == JsonTokenType.True;
        WrongType(value, $"'{key}'", "true or false");
        return false;
    }

    /// <summary>One of a few words, or the first of them where the key is absent.</summary>
    public T Word<T>(string key, IReadOnlyList<DefinitionWord<T>> words)
        where T : struct =>
        OptionalWord(key, words) ?? words[0].Value;

    /// <summary>One of a few words; null where the key is absent.</summary>
    public T? OptionalWord<T>(string key, IReadOnlyList<DefinitionWord<T>> words)
        where T : struct
    {
        var text = Text(key);
        if (text is null)
            return null;
        if (words.FirstOrDefault(word => string.Equals(word.Word, text.Raw, StringComparison.Ordinal)) is { } found)
            return found.Value;
        var all = words.Select(word => word.Word).ToList();
        problems.Add(text.Position, $"'{key}' is one of {string.Join(", ", all)}.{NearestName.Ask(text.Raw, all)}");
        return null;
    }

    public IReadOnlyList<DefinitionText> Texts(string key) =>
        [.. Items(key, "a list of strings").Select(item => AsText(item, $"An item of '{key}'")).OfType<DefinitionText>()];

    /// <summary>A list of objects.</summary>
    public IReadOnlyList<T> Objects<T>(string key, Func<ObjectReader, T> read)
        where T : class =>
        [.. Items(key, "a list of objects").Select(item => AsObject(item, $"An item of '{key}'") is { } found ? Read($"{Shape(key)}.*", found, read) : null).OfType<T>()];

    public T? Object<T>(string key, Func<ObjectReader, T> read)
        where T : class =>
        Value(key) is { } value && AsObject(value, $"'{key}'") is { } found ? Read(Shape(key), found, read) : null;

    /// <summary>An object, or a text that stands for one.</summary>
    public T? TextOrObject<T>(string key, Func<DefinitionText, T> ofText, Func<ObjectReader, T> read)
        where T : class => Value(key) switch
        {
            null => null,
            JsonScalarAt { Type: JsonTokenType.String } text => ofText(AsText(text, $"'{key}'")!),
            JsonObjectAt found => Read(Shape(key), found, read),
            { } other => WrongType<T>(other, $"'{key}'", "a string or an object"),
        };

    /// <summary>An object whose keys are names that the user gives.</summary>
    public IReadOnlyList<Named<T>> Map<T>(string key, Func<ObjectReader, T> read) =>
        [.. Members(key).Select(member => AsObject(member.Value, $"'{member.Name}'") is { } found
            ? new Named<T>(member.Name, member.Position, Read($"{Shape(key)}.*", found, read))
            : null).OfType<Named<T>>()];

    /// <summary>An object of strings.</summary>
    /// <param name="key">The key.</param>
    /// <param name="whenNull">What <c>null</c> stands for; without it null is no value.</param>
    public IReadOnlyList<Named<DefinitionText>> TextMap(string key, Func<string, string>? whenNull = null) =>
        [.. Members(key).Select(member => AsNamedText(member, whenNull)).OfType<Named<DefinitionText>>()];

    /// <summary>Says what is unknown and what stands twice.</summary>
    public void Finish()
    {
        foreach (var member in node.Members.Where(member => !asked.Contains(member.Name)))
            problems.Add(member.Position, $"'{member.Name}' is not a known key{Where()}.{NearestName.Ask(member.Name, asked)} Known are {string.Join(", ", asked)}.");
        SayDuplicates(node);
        if (!known.TryGetValue(shape, out var keys))
            known[shape] = keys = new SortedSet<string>(StringComparer.Ordinal);
        keys.UnionWith(asked);
    }

    private T Read<T>(string childShape, JsonObjectAt found, Func<ObjectReader, T> read)
    {
        var reader = new ObjectReader(childShape, found, problems, known);
        var value = read(reader);
        reader.Finish();
        return value;
    }

    private JsonAt? Value(string key)
    {
        asked.Add(key);
        return node.Members.LastOrDefault(member => string.Equals(member.Name, key, StringComparison.Ordinal))?.Value;
    }

    private IReadOnlyList<JsonAt> Items(string key, string wanted)
    {
        if (Value(key) is not { } value)
            return [];
        if (value is JsonArrayAt array)
            return array.Items;
        WrongType(value, $"'{key}'", wanted);
        return [];
    }

    private IEnumerable<JsonMember> Members(string key)
    {
        if (Value(key) is not { } value || AsObject(value, $"'{key}'") is not { } found)
            return [];
        SayDuplicates(found);
        return found.Members.DistinctBy(member => member.Name, StringComparer.Ordinal);
    }

    private void SayDuplicates(JsonObjectAt found)
    {
        foreach (var again in found.Members.GroupBy(member => member.Name, StringComparer.Ordinal).SelectMany(group => group.Skip(1)))
            problems.Add(again.Position, $"'{again.Name}' stands here a second time.");
    }

    private DefinitionText? AsText(JsonAt value, string what)
    {
        if (value is JsonScalarAt { Type: JsonTokenType.String } text)
            return new(text.Text, text.Position.Right(1), !text.HasEscapes);
        WrongType(value, what, "a string");
        return null;
    }

    private PlacedNumber? AsPositive(JsonAt value, string what) =>
        value is JsonScalarAt { Type: JsonTokenType.Number } number
            && int.TryParse(number.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) && parsed > 0
            ? new(parsed, number.Position)
            : WrongType<PlacedNumber>(value, what, "a whole number above 0");

    private Named<DefinitionText>? AsNamedText(JsonMember member, Func<string, string>? whenNull)
    {
        var text = whenNull is not null && member.Value is JsonScalarAt { Type: JsonTokenType.Null } none
            ? new DefinitionText(whenNull(member.Name), none.Position, IsVerbatim: false)
            : AsText(member.Value, $"'{member.Name}'");
        return text is null ? null : new(member.Name, member.Position, text);
    }

    private JsonObjectAt? AsObject(JsonAt value, string what)
    {
        if (value is JsonObjectAt found)
            return found;
        WrongType(value, what, "an object");
        return null;
    }

    private void WrongType(JsonAt value, string what, string wanted) => problems.Add(value.Position, $"{what} must be {wanted}, and is {Kind(value)}.");

    private T? WrongType<T>(JsonAt value, string what, string wanted)
        where T : class
    {
        WrongType(value, what, wanted);
        return null;
    }

    private string Shape(string key) => shape.Length == 0 ? key : $"{shape}.{key}";

    private string Where() => shape.Length == 0 ? "" : $" of {shape}";

    private static string Kind(JsonAt value) => value switch
    {
        JsonObjectAt => "an object",
        JsonArrayAt => "a list",
        JsonScalarAt { Type: JsonTokenType.String } => "a string",
        JsonScalarAt { Type: JsonTokenType.Number } number => number.Text,
        JsonScalarAt scalar => scalar.Text,
        _ => "something else",
    };
}
