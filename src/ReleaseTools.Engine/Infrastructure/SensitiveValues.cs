using System.Collections.Immutable;
using System.Text.Json;

namespace ReleaseTools.Engine.Infrastructure;

/// <summary>
/// Values that terraform calls sensitive. Terraform hides them in what it says itself, but not in what a provider or a
/// <c>local-exec</c> says. Values of one or two characters are not masked: they are found everywhere, and hide nothing by themselves.
/// </summary>
internal sealed class SensitiveValues
{
    /// <summary>Shorter ones are found everywhere, and masking them would make every line unreadable.</summary>
    private const int ShortestMasked = 3;

    private ImmutableSortedSet<string> values = ImmutableSortedSet.Create(LongestFirst);

    private static IComparer<string> LongestFirst { get; } =
        Comparer<string>.Create((a, b) => b.Length != a.Length ? b.Length.CompareTo(a.Length) : string.CompareOrdinal(a, b));

    /// <summary>The text, with every sensitive value masked, a longer one before one that is part of it.</summary>
    public string Mask(string text) => values.Aggregate(text, (masked, value) => masked.Replace(value, InfraVariable.Mask, StringComparison.Ordinal));

    public void Add(string value)
    {
        // A value over several lines comes out line by line, or with its line ends written as \n.
        foreach (var part in value.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Append(value))
        {
            if (part.Length >= ShortestMasked)
                ImmutableInterlocked.Update(ref values, static (set, added) => set.Add(added), part);
        }
    }

    /// <summary>Every string in a JSON value, and the value itself where it is a number.</summary>
    public void Add(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                Add(value.GetString()!);
                break;
            case JsonValueKind.Number:
                Add(value.GetRawText());
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                    Add(item);
                break;
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                    Add(member.Value);
                break;
            default:
                break; // true, false and null hide nothing
        }
    }
}
