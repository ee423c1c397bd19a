using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Tests.Images.Registries;

namespace ReleaseTools.Engine.Tests.Images.Pushes;

/// <summary>An engine with one image, whose pushes go as they are scripted; one that is not scripted succeeds.</summary>
internal sealed class FakeEngine(MemoryEcr ecr) : IDockerEngine
{
    public const string LowerLayer = "1111";
    public const string UpperLayer = "2222";
    public static readonly string ImageId = "sha256:" + new string('c', 64);
    private readonly Queue<string> errors = new();

    public List<RegistryAuthorization> Pushes { get; } = [];

    public bool IsDown { get; set; }

    /// <summary>The digest the engine says, where it says another one than the registry.</summary>
    public string? WrongDigest { get; set; }

    /// <summary>The image that another build puts the tag on just before the push.</summary>
    public string? TakenBy { get; set; }

    /// <summary>The next push sends its lower layer and then ends with this error.</summary>
    public void FailNext(string error) => errors.Enqueue(error);

    public Task PingAsync(CancellationToken cancellationToken) =>
        IsDown ? throw ReleaseException.For(nameof(Messages.DockerEngineUnreachable), ErrorKind.Connection, "unix:///x", "unix:///x", "refused") : Task.CompletedTask;

    public bool IsLocal => true;

    public EngineVersion Version { get; set; } = new("28.2.2", "amd64", Product: null);

    public bool HoldsIndexes { get; set; }

    /// <summary>The references that were fetched.</summary>
    public List<string> Pulls { get; } = [];

    /// <summary>The references that were put on images, by the image.</summary>
    public List<(string Image, string Reference)> Tagged { get; } = [];

    public Task<EngineVersion> GetVersionAsync(CancellationToken cancellationToken) => Task.FromResult(Version);

    public Task<bool> HoldsIndexesAsync(CancellationToken cancellationToken) => Task.FromResult(HoldsIndexes);

    public Task PullAsync(ImageReference reference, string platform, RegistryAuthorization authorization, CancellationToken cancellationToken)
    {
        Pulls.Add(reference.ToString());
        return Task.CompletedTask;
    }

    public Task<EngineImage?> InspectAsync(string image, CancellationToken cancellationToken) =>
        Task.FromResult(image == ImageId ? new EngineImage(ImageId, 1000, [], ["sha256:" + LowerLayer.PadRight(64, '0'), "sha256:" + UpperLayer.PadRight(64, '0')]) : null);

    public Task TagAsync(string image, ImageReference reference, CancellationToken cancellationToken)
    {
        Tagged.Add((image, reference.ToString()));
        return Task.CompletedTask;
    }

    public Task PushAsync(ImageReference reference, RegistryAuthorization authorization, Action<PushMessage> said, CancellationToken cancellationToken)
    {
        var first = Pushes.Count == 0;
        Pushes.Add(authorization);
        said(new PushMessage(LowerLayer, first ? "Pushing" : "Layer already exists", 5, 10, null, null));
        if (first)
            said(new PushMessage(LowerLayer, "Pushed", 0, 0, null, null));
        if (errors.TryDequeue(out var error))
        {
            said(new PushMessage(null, null, 0, 0, null, error));
            return Task.CompletedTask;
        }

        said(new PushMessage(UpperLayer, "Layer already exists", 0, 0, null, null));
        var digest = ecr.Add(TakenBy ?? ImageId, reference.Tag!);
        said(new PushMessage(null, null, 0, 0, WrongDigest ?? digest, null));
        return Task.CompletedTask;
    }
}
