using System.Text.Json;
using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Registry;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.CodeBuild.Docker;

/// <summary>An image that was built: what a push sends.</summary>
/// <param name="Manifest">The manifest's bytes, Docker schema 2.</param>
/// <param name="Config">The configuration's bytes; their digest is the image's id.</param>
/// <param name="Layers">The layers, lowest first.</param>
internal sealed record BuiltImage(byte[] Manifest, byte[] Config, IReadOnlyList<Layer> Layers)
{
    /// <summary>Puts a manifest over a configuration and layers.</summary>
    public static BuiltImage Of(JsonObject config, IReadOnlyList<Layer> layers)
    {
        var configBytes = JsonSerializer.SerializeToUtf8Bytes(config);
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = ManifestReader.DockerManifest,
            ["config"] = Descriptor("application/vnd.docker.container.image.v1+json", configBytes.Length, Digest.Of(configBytes)),
            ["layers"] = layers.Select(layer => Descriptor("application/vnd.docker.image.rootfs.diff.tar.gzip", layer.Compressed.Length, layer.Digest)).ToJsonArray(),
        };
        return new BuiltImage(JsonSerializer.SerializeToUtf8Bytes(manifest), configBytes, layers);
    }

    /// <summary>The blobs that the manifest refers to.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Blobs => [Config, .. Layers.Select(layer => (ReadOnlyMemory<byte>)layer.Compressed)];

    private static JsonObject Descriptor(string mediaType, int size, string digest) =>
        new JsonObject { ["mediaType"] = mediaType, ["size"] = size, ["digest"] = digest };
}
