using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;

namespace ReleaseTools.Engine.Images.Docker;

/// <summary>What a release asks of a Docker engine.</summary>
public interface IDockerEngine
{
    /// <summary>Asks whether it answers.</summary>
    /// <exception cref="ReleaseException"><c>DockerEngineUnreachable</c>: it does not; the message names the host.</exception>
    Task PingAsync(CancellationToken cancellationToken);

    /// <summary>What it says of itself.</summary>
    Task<EngineVersion> GetVersionAsync(CancellationToken cancellationToken);

    /// <summary>Whether its image store holds indexes: the containerd image store does, the classic one holds single images.</summary>
    Task<bool> HoldsIndexesAsync(CancellationToken cancellationToken);

    /// <summary>Whether it runs on this machine, as far as its address tells.</summary>
    bool IsLocal { get; }

    /// <summary>An image by id or reference; null when the engine does not have it.</summary>
    Task<EngineImage?> InspectAsync(string image, CancellationToken cancellationToken);

    /// <summary>Puts <paramref name="reference"/>'s repository and tag on an image that the engine has.</summary>
    Task TagAsync(string image, ImageReference reference, CancellationToken cancellationToken);

    /// <summary>Fetches an image by digest, so that a build can begin with it.</summary>
    /// <param name="reference">Repository and digest.</param>
    /// <param name="platform">The platform of it to fetch, where it is an index.</param>
    /// <param name="authorization">For the reference's registry.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ReleaseException"><c>PullFailed</c>.</exception>
    Task PullAsync(ImageReference reference, string platform, RegistryAuthorization authorization, CancellationToken cancellationToken);

    /// <summary>Pushes a tag. The credentials go to the engine in a header and are written nowhere.</summary>
    /// <param name="reference">Repository and tag.</param>
    /// <param name="authorization">For the reference's registry.</param>
    /// <param name="said">Told each message of the push, in order, on the thread that reads them.</param>
    /// <param name="cancellationToken">Stops the push.</param>
    Task PushAsync(ImageReference reference, RegistryAuthorization authorization, Action<PushMessage> said, CancellationToken cancellationToken);
}

/// <summary>What an engine says of itself.</summary>
/// <param name="Version">Its version, such as <c>28.2.2</c>.</param>
/// <param name="Architecture">Its processor's architecture in Go's words: <c>amd64</c>, <c>arm64</c>.</param>
/// <param name="Product">What it is part of, such as <c>Docker Desktop 4.42.0</c>; null or empty when of nothing.</param>
public sealed record EngineVersion(string Version, string Architecture, string? Product);

/// <summary>An image as an engine has it.</summary>
/// <param name="Id">The digest of its configuration; on an engine with the containerd image store, of its manifest or index.</param>
/// <param name="SizeBytes">Its size, unpacked.</param>
/// <param name="RepoDigests">Where it is known to be in registries, <c>repository@sha256:…</c>.</param>
/// <param name="LayerDiffIds">The digests of its unpacked layers, lowest first.</param>
public sealed record EngineImage(string Id, long SizeBytes, IReadOnlyList<string> RepoDigests, IReadOnlyList<string> LayerDiffIds);

/// <summary>A message of a push.</summary>
/// <param name="Layer">The layer's short id; null when it is about the whole.</param>
/// <param name="Status">The engine's word: <c>Pushing</c>, <c>Pushed</c>, <c>Layer already exists</c>….</param>
/// <param name="Current">Bytes of the unpacked layer read so far.</param>
/// <param name="Total">Bytes of the unpacked layer; 0 when not known.</param>
/// <param name="Digest">The manifest's digest, in the last message.</param>
/// <param name="Error">What went wrong; the push is over.</param>
public sealed record PushMessage(string? Layer, string? Status, long Current, long Total, string? Digest, string? Error);
