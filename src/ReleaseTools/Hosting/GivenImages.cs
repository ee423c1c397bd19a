namespace ReleaseTools.Hosting;

/// <summary>The images that a command was given, what failed to be pushed among them.</summary>
/// <param name="All">Every image, as it came.</param>
/// <param name="FromPipeline">Whether a pipeline was to bring images, although none may have come.</param>
internal sealed record GivenImages(IReadOnlyList<EcrImage> All, bool FromPipeline)
{
    /// <summary>Those that can be run; the others' errors were told by who made them.</summary>
    public IReadOnlyList<EcrImage> Pushed { get; } = [.. All.Where(image => image.Status != ImagePushStatus.Failed)];

    /// <summary>Whether it is images that are to be run, rather than what task definitions name.</summary>
    public bool AreExpected => FromPipeline || All.Count > 0;

    /// <summary>What was brought, as a sentence says it.</summary>
    public override string ToString() =>
        All.Count == 0 ? "none" : string.Join(", ", All.Select(image => image.Status == ImagePushStatus.Failed ? $"{image.Name}, which failed" : image.Name));
}
