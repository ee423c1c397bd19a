using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Images.Scans;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Images.Pushes;

/// <summary>
/// Gets images into the registry:
/// <code>
/// reused, or built by CodeBuild
///         ─▶ put the release tag on the manifest that is there           Retagged or AlreadyPresent
/// built   ─▶ the tag holds this very image?                              AlreadyPresent
///         ─▶ make the repository, where it is to be and is not there
///         ─▶ push, check the digest against what the registry holds      Pushed
/// then the scan gate, where one is asked for: what fails it gets none of the tags below, and is never reused
/// then the other tags, and last the src- tag, so that it never stands for less than a whole push
/// </code>
/// </summary>
/// <param name="engine">The engine that has the images; not asked for a reused one.</param>
/// <param name="registry">The registry.</param>
/// <param name="timeProvider">The clock.</param>
public sealed class ImagePushes(IDockerEngine engine, IImageRegistry registry, TimeProvider timeProvider)
{
    private const int LooksAfterPush = 5;
    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(0.5);
    private readonly EnginePush enginePush = new(engine, registry, timeProvider);
    private readonly ScanGate scanGate = new(registry, timeProvider);

    /// <summary>Says what is to be done. Reads, and changes nothing.</summary>
    /// <exception cref="ReleaseException">It cannot be pushed: not built, no such repository, an immutable tag.</exception>
    public async Task<ImagePushPlan> PlanAsync(AppImage image, ImagePushOptions options, CancellationToken cancellationToken)
    {
        ImageReference.ParseRepository(image.Repository).WithTag(image.Tag);
        foreach (var tag in options.AlsoTags)
            ImageReference.CheckTag(tag);
        image = image with { FailOnSeverity = options.FailOnSeverity ?? image.FailOnSeverity };

        RegistryImage? found;
        try
        {
            found = await registry.FindAsync(image.Repository, image.Tag, cancellationToken);
        }
        catch (ReleaseException missing) when (
            missing.Id == nameof(Messages.RepositoryNotFound) && options.CreateRepository && image.Status is ImageBuildStatus.Planned or ImageBuildStatus.Built)
        {
            return new ImagePushPlan(image, ReleaseAction.Push, "The repository is made first.", Digest: null) { CreatesRepository = true };
        }

        var plan = await PlanAsync(image, found, cancellationToken);
        await AlsoTagsMustBeMovableAsync(plan, options.AlsoTags, cancellationToken);
        return plan;
    }

    private async Task<ImagePushPlan> PlanAsync(AppImage image, RegistryImage? found, CancellationToken cancellationToken)
    {
        switch (image)
        {
            case { Status: ImageBuildStatus.Reused or ImageBuildStatus.Built, Digest: { } digest, ImageId: null }:
                await registry.MustBeMovableAsync(image.Name, image.Repository, image.Tag, digest, found, cancellationToken);
                return new ImagePushPlan(image, ReleaseAction.AlreadyPresent, $"The registry holds {Words.Digest(digest)}.", digest)
                {
                    // A reused one was found by its src- tag.
                    HeldTags = [.. image is { Status: ImageBuildStatus.Reused, Fingerprint: { } fingerprint } ? [SourceTag.For(fingerprint)] : Array.Empty<string>(), .. found?.Digest == digest ? found.Tags : []],
                };
            case { Status: ImageBuildStatus.Planned }:
                // The build may yet make the very image that the tag holds, so an immutable tag is no error before it.
                return found is not null && await registry.AreTagsImmutableAsync(image.Repository, cancellationToken)
                    ? new ImagePushPlan(image, ReleaseAction.Push, $"It is built first; the tag {image.Tag} is taken for good, so unless the build makes {Words.Digest(found.Digest)} again, another tag is needed.", Digest: null)
                    : new ImagePushPlan(image, ReleaseAction.Push, "It is built first.", Digest: null);
            case { Status: ImageBuildStatus.Built, ImageId: { } id }:
                if (found is null)
                    return new ImagePushPlan(image, ReleaseAction.Push, $"The registry holds no image with the tag {image.Tag}.", Digest: null);
                if (await HoldsAsync(image.Repository, found.Digest, id, cancellationToken))
                    return new ImagePushPlan(image, ReleaseAction.AlreadyPresent, $"The tag {image.Tag} holds this very image, {Words.Digest(found.Digest)}.", found.Digest) { HeldTags = [image.Tag, .. found.Tags] };
                return await registry.AreTagsImmutableAsync(image.Repository, cancellationToken)
                    ? throw ReleaseException.For(nameof(Messages.TagImmutable), ErrorKind.InvalidState, image.Name, image.Repository, image.Tag, found.Digest, id)
                    : new ImagePushPlan(image, ReleaseAction.Push, $"The tag {image.Tag} holds another image, {Words.Digest(found.Digest)}.", Digest: null);
            default:
                throw ReleaseException.For(nameof(Messages.ImageNotBuilt), ErrorKind.InvalidState, image.Name, image.Name, image.Reason ?? $"its status is {image.Status}.");
        }
    }

    /// <summary>Checks that the other tags can be put on the image: each is on it, on nothing, or can be moved.</summary>
    private async Task AlsoTagsMustBeMovableAsync(ImagePushPlan plan, IReadOnlyList<string> alsoTags, CancellationToken cancellationToken)
    {
        var image = plan.Image;
        if (image.Status == ImageBuildStatus.Planned)
            return; // the build may yet make the very image that they are on
        var tags = alsoTags.Except(plan.HeldTags.Append(image.Tag), StringComparer.Ordinal).ToList();
        if (tags.Count == 0 || !await registry.AreTagsImmutableAsync(image.Repository, cancellationToken))
            return;
        foreach (var tag in tags)
        {
            if (await registry.FindAsync(image.Repository, tag, cancellationToken) is { } held && !await IsItAsync(held.Digest))
                throw AlsoTagImmutable(image, tag, held.Digest, refusal: null);
        }

        async Task<bool> IsItAsync(string held) =>
            plan.Digest is { } digest ? held == digest : image.ImageId is { } id && await HoldsAsync(image.Repository, held, id, cancellationToken);
    }

    private static ReleaseException AlsoTagImmutable(AppImage image, string tag, string holds, ReleaseException? refusal)
    {
        object[] arguments = [image.Repository, tag, holds, image.Name, ImageReference.ParseRepository(image.Repository).Path];
        return refusal is null
            ? ReleaseException.For(nameof(Messages.AlsoTagImmutable), ErrorKind.InvalidState, image.Name, arguments)
            : ReleaseException.Wrap(refusal, nameof(Messages.AlsoTagImmutable), ErrorKind.InvalidState, image.Name, arguments);
    }

    /// <summary>Plans and pushes. A push that fails comes back as a record with status Failed, with the error beside it.</summary>
    /// <exception cref="OperationCanceledException">It was stopped. No tag stands for a part of an image.</exception>
    public async Task<ImagePushResult> PushAsync(AppImage image, ImagePushOptions options, IReleaseObserver observer, CancellationToken cancellationToken)
    {
        var started = timeProvider.GetTimestamp();
        ImageScan? scan = null;
        try
        {
            var plan = await PlanAsync(image, options, cancellationToken);
            observer.Report(new Noted(image.Name, plan.Reason));
            var pushed = plan.Digest is { } present
                ? plan.Describe(ImagePushStatus.AlreadyPresent) with { Digest = present }
                : await PushBuiltAsync(plan, options, observer, cancellationToken);
            if (plan.Image.FailOnSeverity is { } severity)
            {
                var gated = new GatedImage(image.Name, image.Repository, pushed.Digest!, severity, options.ScanTimeout);
                (scan, var refusal) = await scanGate.CheckAsync(gated, observer, cancellationToken);
                if (refusal is not null)
                    return Failed(refusal);
            }

            var tagged = await TagAsync(plan, pushed with { Scan = scan }, options, observer, cancellationToken);
            return new ImagePushResult(tagged with { Duration = timeProvider.GetElapsedTime(started) });
        }
        catch (ReleaseException exception)
        {
            return Failed(exception);
        }

        ImagePushResult Failed(ReleaseException error)
        {
            var failed = new ImagePushPlan(image, ReleaseAction.Push, error.Message, Digest: null).Describe(ImagePushStatus.Failed);
            return new ImagePushResult(failed with { Scan = scan, Duration = timeProvider.GetElapsedTime(started) }, error);
        }
    }

    private async Task<EcrImage> PushBuiltAsync(ImagePushPlan plan, ImagePushOptions options, IReleaseObserver observer, CancellationToken cancellationToken)
    {
        var image = plan.Image;
        if (image.ImageId is null)
            throw ReleaseException.For(nameof(Messages.ImageNotBuilt), ErrorKind.InvalidState, image.Name, image.Name, plan.Reason);
        await engine.PingAsync(cancellationToken);
        var local = await engine.InspectAsync(image.ImageId, cancellationToken)
            ?? throw ReleaseException.For(nameof(Messages.ImageNotOnEngine), ErrorKind.NotFound, image.Name, image.Name, image.ImageId);

        var reference = ImageReference.ParseRepository(image.Repository).WithTag(image.Tag);
        if (plan.CreatesRepository && await registry.CreateRepositoryAsync(image.Repository, cancellationToken))
            observer.Report(new Noted(image.Name, $"Made the repository {image.Repository}."));
        var progress = new PushProgress(image.Name, observer);
        var digest = await enginePush.RunAsync(image, reference, options.Retries, progress, observer, cancellationToken);

        var held = await FindPushedAsync(reference, digest, cancellationToken);
        if (held?.Digest != digest)
            throw ReleaseException.For(nameof(Messages.PushDigestMismatch), ErrorKind.InvalidState, image.Name, image.Name, reference, digest, held?.Digest ?? "nothing");
        var manifest = await registry.GetManifestAsync(image.Repository, digest, cancellationToken);
        if (manifest is null || !IsOf(manifest, image.ImageId))
            throw ReleaseException.For(nameof(Messages.PushedAnotherImage), ErrorKind.InvalidState, image.Name, image.Name, reference, digest, image.ImageId);
        var sent = progress.BytesSent(manifest, local);
        return plan.Describe(ImagePushStatus.Pushed) with
        {
            Digest = digest,
            Tags = [image.Tag],
            BytesSent = sent,
            Reason = sent == 0 ? $"Pushed {Words.Digest(digest)}; the registry had its layers." : $"Pushed {Words.Digest(digest)}, {Words.Size(sent)}.",
        };
    }

    /// <summary>What the registry holds under the tag. Registries may need a moment until they show what was just pushed, so it is looked at again while it is not that.</summary>
    private async Task<RegistryImage?> FindPushedAsync(ImageReference reference, string digest, CancellationToken cancellationToken)
    {
        for (var look = 1; ; look++)
        {
            var held = await registry.FindAsync(reference.Repository, reference.Tag!, cancellationToken);
            if (held?.Digest == digest || look == LooksAfterPush)
                return held;
            await Task.Delay(FirstLook * (1 << (look - 1)), timeProvider, cancellationToken);
        }
    }

    /// <summary>Puts what tags are missing on the manifest, the src- tag last.</summary>
    private async Task<EcrImage> TagAsync(ImagePushPlan plan, EcrImage pushed, ImagePushOptions options, IReleaseObserver observer, CancellationToken cancellationToken)
    {
        var image = plan.Image;
        string[] source = image.Fingerprint is { } fingerprint ? [SourceTag.For(fingerprint)] : [];
        List<string> tags = [.. pushed.Tags];
        try
        {
            foreach (var tag in new[] { image.Tag }.Concat(options.AlsoTags).Concat(source).Except(plan.HeldTags.Concat(pushed.Tags), StringComparer.Ordinal))
            {
                if (!await PutAsync(tag))
                    continue;
                tags.Add(tag);
                observer.Report(new Noted(image.Name, $"Put the tag {tag} on {Words.Digest(pushed.Digest!)}."));
            }
        }
        catch (ReleaseException exception) when (pushed.Status == ImagePushStatus.Pushed && exception.Id != nameof(Messages.AlsoTagImmutable))
        {
            throw ReleaseException.Wrap(
                exception, nameof(Messages.PushedTagsIncomplete), exception.Kind, image.Name, image.Name, image.Repository, pushed.Digest, exception.Message);
        }

        var retagged = pushed.Status == ImagePushStatus.AlreadyPresent && tags.Contains(image.Tag, StringComparer.Ordinal);
        var reason = retagged ? $"Put the tag {image.Tag} on {Words.Digest(pushed.Digest!)}." : pushed.Reason;
        return pushed with
        {
            Tags = tags,
            Status = retagged ? ImagePushStatus.Retagged : pushed.Status,
            Reason = pushed.Scan is null ? reason : $"{reason} {ScanText.Of(pushed.Scan)}",
        };

        async Task<bool> PutAsync(string tag)
        {
            try
            {
                return await registry.PutTagAsync(image.Repository, pushed.Digest!, tag, cancellationToken);
            }
            catch (ReleaseException taken) when (taken.Id == nameof(Messages.TagImmutable) && source.Contains(tag, StringComparer.Ordinal))
            {
                // Built anew of the same inputs, by age or because it was asked for: that is the release all the same.
                observer.Report(new Warned(image.Name, $"The tag {tag} is on an earlier build of the same inputs for good, as tags of {image.Repository} are immutable: that one is what a later release finds."));
                return false;
            }
            catch (ReleaseException taken) when (taken.Id == nameof(Messages.TagImmutable) && tag != image.Tag)
            {
                // Found only now where a registry does not tell beforehand which tags stay: ECR's exclusions, and registries elsewhere.
                var held = await registry.FindAsync(image.Repository, tag, cancellationToken);
                throw AlsoTagImmutable(image, tag, held?.Digest ?? "another image", taken);
            }
        }
    }

    /// <summary>Whether a manifest in the registry is the image of this id: by the engine's id (containerd image store) or its configuration (classic one).</summary>
    private async Task<bool> HoldsAsync(string repository, string digest, string imageId, CancellationToken cancellationToken) =>
        digest == imageId || await registry.GetManifestAsync(repository, digest, cancellationToken) is { } manifest && IsOf(manifest, imageId);

    private static bool IsOf(Manifest manifest, string imageId) => manifest.Digest == imageId || manifest.ConfigDigest == imageId;
}
