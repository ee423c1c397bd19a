using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Images.Builds;

/// <summary>Runs builds side by side, each once those it waits for have ended, and gives each result as it comes.</summary>
internal static class BuildGraph
{
    /// <summary>Runs them. An image whose base or forerunner failed is not built, and says so; the others go on.</summary>
    /// <param name="plans">What is to be built, each after those it waits for; one that is waited for and not among them is not waited for.</param>
    /// <param name="imageOf">The image of a plan.</param>
    /// <param name="build">Builds one; gets the images it waited for, by name.</param>
    /// <param name="failed">The record of an image that is not built for an error.</param>
    /// <param name="cancellationToken">Stops all.</param>
    public static IAsyncEnumerable<ImageBuildResult> RunAsync<TPlan>(
        IReadOnlyCollection<TPlan> plans,
        Func<TPlan, ReleaseImage> imageOf,
        Func<TPlan, IReadOnlyDictionary<string, AppImage>, CancellationToken, Task<ImageBuildResult>> build,
        Func<TPlan, ReleaseException, AppImage> failed,
        CancellationToken cancellationToken)
    {
        var ended = plans.ToDictionary(plan => imageOf(plan).Name, _ => new TaskCompletionSource<AppImage>(TaskCreationOptions.RunContinuationsAsynchronously), StringComparer.Ordinal);

        // All begin at once: what limits them is the builder, so that nobody who only waits keeps another from building.
        return Throttled.RunAsync(plans, Math.Max(plans.Count, 1), RunOneAsync, cancellationToken);

        async Task<ImageBuildResult> RunOneAsync(TPlan plan, CancellationToken stop)
        {
            var image = imageOf(plan);
            try
            {
                var built = new Dictionary<string, AppImage>(StringComparer.Ordinal);
                foreach (var name in BuildOrder.WaitsFor(image).Where(ended.ContainsKey))
                    built[name] = await ended[name].Task.WaitAsync(stop);

                var result = built.FirstOrDefault(other => other.Value.Status == ImageBuildStatus.Failed) is { Key: { } waitedFor }
                    ? NotBuilt(plan, ReleaseException.For(nameof(Messages.BuildWaitedForFailed), ErrorKind.InvalidState, image.Name, image.Name, waitedFor))
                    : await build(plan, built, stop);
                ended[image.Name].TrySetResult(result.Image);
                return result;
            }
            finally
            {
                ended[image.Name].TrySetCanceled(CancellationToken.None); // whoever waits for it must not wait for ever
            }
        }

        ImageBuildResult NotBuilt(TPlan plan, ReleaseException error) => new(failed(plan, error), error);
    }
}
