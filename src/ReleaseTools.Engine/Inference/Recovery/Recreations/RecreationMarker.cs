using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using ReleaseTools.Engine.Aws.SageMaker;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Inference.Recovery.Diagnosis;

namespace ReleaseTools.Engine.Inference.Recovery.Recreations;

/// <summary>
/// The record of a re-creation as tags of the configuration that the endpoint is created from: a build machine that was killed takes its
/// workspace along, and another finds them. One tag says that it was begun; the record follows it, compressed, in as many as it
/// needs, or not at all where a configuration's tags leave no room. A value has 256 characters of letters, digits and <c>_.:/=+-@</c>
/// (Tag, SageMaker API reference).
/// </summary>
internal static class RecreationMarker
{
    private const string Key = EndpointTags.Prefix + "recreate";
    private const int LongestValue = 256;
    private const int MaximumTags = 50;

    // The tags of a proof and of what else comes to a configuration.
    private const int Reserved = 2;

    /// <summary>The tags to put on a configuration that has others.</summary>
    public static IReadOnlyList<Tag> Of(RecreationRecord record, IReadOnlyCollection<Tag> others)
    {
        var text = Convert.ToBase64String(Compressed(JsonSerializer.SerializeToUtf8Bytes(record with { IsMarked = true }, RecreationJson.Default.RecreationRecord)));
        var parts = text.Chunk(LongestValue).Select(part => new string(part)).ToList();
        if (parts.Count + 1 > MaximumTags - Reserved - others.Count(tag => !IsOurs(tag)))
            parts = [];
        return [new(Key, string.Create(CultureInfo.InvariantCulture, $"{record.EndpointName}/{record.Begun.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}/{parts.Count}")), .. parts.Select((part, index) => new Tag(PartKey(index), part))];
    }

    /// <summary>Whether all of a record found its place.</summary>
    public static bool IsWhole(IReadOnlyList<Tag> tags) => tags.Count > 1;

    /// <summary>The keys among a configuration's tags that are of it.</summary>
    public static IReadOnlyList<string> KeysIn(IEnumerable<Tag> tags) => [.. tags.Where(IsOurs).Select(tag => tag.Key)];

    /// <summary>The record that a configuration's tags hold; null when they hold none. Of one that found no place there is no more than that it was begun.</summary>
    public static RecreationRecord? Read(HistoricConfig config)
    {
        if (config.Tags.Value(Key)?.Split('/') is not [var endpoint, var begun, var count]
            || !DateTimeOffset.TryParse(begun, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var parts))
            return null;
        var bare = new RecreationRecord { EndpointName = endpoint, EndpointConfigName = config.Name, EndpointConfigArn = config.Arn, Begun = time, IsMarked = true, IsWhole = false };
        try
        {
            var text = string.Concat(Enumerable.Range(0, parts).Select(index => config.Tags.Value(PartKey(index))));
            return text.Length == 0 ? bare : JsonSerializer.Deserialize(Expanded(Convert.FromBase64String(text)), RecreationJson.Default.RecreationRecord) ?? bare;
        }
        catch (Exception cut) when (cut is FormatException or JsonException or InvalidDataException or InvalidOperationException)
        {
            return bare; // some of its tags were taken away
        }
    }

    private static bool IsOurs(Tag tag) => tag.Key.StartsWith(Key, StringComparison.Ordinal);

    private static string PartKey(int index) => string.Create(CultureInfo.InvariantCulture, $"{Key}-{index + 1}");

    private static byte[] Compressed(byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (var brotli = new BrotliStream(compressed, CompressionLevel.SmallestSize))
            brotli.Write(bytes);
        return compressed.ToArray();
    }

    private static byte[] Expanded(byte[] bytes)
    {
        using var expanded = new MemoryStream();
        using (var brotli = new BrotliStream(new MemoryStream(bytes), CompressionMode.Decompress))
            brotli.CopyTo(expanded);
        return expanded.ToArray();
    }
}
