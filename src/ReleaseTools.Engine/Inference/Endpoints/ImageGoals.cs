using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>Works out by which digests SageMaker may name an image that it serves.</summary>
internal sealed class ImageGoals(IImageRegistry registry)
{
    private readonly Dictionary<string, IReadOnlyCollection<string>> accepted = new(StringComparer.Ordinal);

    /// <summary>The goal of a variant that is to be updated to an image.</summary>
    /// <exception cref="ReleaseException">The registry does not hold the image, or does not let it be read.</exception>
    public async Task<ImageGoal> OfAsync(string variantName, string imageUri, CancellationToken cancellationToken)
    {
        var goal = new ImageGoal(variantName, imageUri, []);
        if (!accepted.TryGetValue(imageUri, out var digests))
            accepted[imageUri] = digests = await registry.ManifestDigestsAsync(goal.Repository, goal.Digest, cancellationToken);
        return goal with { AcceptedDigests = digests };
    }

    /// <summary>The same of an image that is served already, perhaps of somebody else's repository; null where it cannot be read.</summary>
    public async Task<ImageGoal?> FindAsync(string variantName, string imageUri, CancellationToken cancellationToken)
    {
        try
        {
            return await OfAsync(variantName, imageUri, cancellationToken);
        }
        catch (ReleaseException)
        {
            return null;
        }
    }
}
