using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Images.Pushes;

/// <summary>
/// Follows one push by the engine's messages. Kept over retries: a layer that an attempt sent is sent, though the next
/// attempt finds it there already.
/// </summary>
internal sealed class PushProgress(string subject, IReleaseObserver observer)
{
    private readonly HashSet<string> pushedLayers = new(StringComparer.Ordinal);

    /// <summary>The digest the engine gave the manifest; null until the push is done.</summary>
    public string? Digest { get; private set; }

    /// <summary>What went wrong with the attempt; null when nothing did.</summary>
    public string? Error { get; private set; }

    /// <summary>Forgets how the last attempt ended.</summary>
    public void BeginAttempt() => (Digest, Error) = (null, null);

    /// <summary>Takes in a message.</summary>
    public void Take(PushMessage message)
    {
        Error ??= message.Error;
        Digest = message.Digest ?? Digest;
        if (message is not { Layer: { } layer, Status: { } state })
            return;
        if (state == "Pushed")
            pushedLayers.Add(layer);
        observer.Report(new LayerProgress(subject, layer, message.Current, message.Total, state));
    }

    /// <summary>
    /// Bytes that went to the registry. The engine's progress counts unpacked bytes; what went over the wire are the
    /// packed layers, whose sizes the manifest holds in the order of the unpacked ones.
    /// </summary>
    public long BytesSent(Manifest manifest, EngineImage image)
    {
        // On an index (containerd image store) the layers are those of another manifest, named by their packed digests.
        var layers = manifest.Layers.Select((layer, index) => (layer, DiffId: index < image.LayerDiffIds.Count ? image.LayerDiffIds[index] : null));
        return layers.Where(entry => WasPushed(entry.DiffId) || WasPushed(entry.layer.Digest)).DistinctBy(entry => entry.layer.Digest, StringComparer.Ordinal).Sum(entry => entry.layer.Size);
    }

    private bool WasPushed(string? digest) =>
        digest is not null && pushedLayers.Any(id => digest.AsSpan(digest.IndexOf(':', StringComparison.Ordinal) + 1).StartsWith(id, StringComparison.Ordinal));
}
