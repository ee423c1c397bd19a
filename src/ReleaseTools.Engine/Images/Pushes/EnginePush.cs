using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Images.Pushes;

/// <summary>
/// The push itself, begun again as long as that helps. The engine sends the manifest, which moves the tag, after the last
/// layer, so an attempt that breaks off moves none; and it asks for each layer first, so nothing is sent twice.
/// </summary>
internal sealed class EnginePush(IDockerEngine engine, IImageRegistry registry, TimeProvider timeProvider)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>Puts the tag on the image, pushes it and gives the manifest's digest.</summary>
    /// <exception cref="ReleaseException">
    /// <c>PushFailed</c>, <c>PushUnauthorized</c>, <c>PushDenied</c>, <c>TagImmutable</c>; <c>RegistryUnauthorized</c>: there are no
    /// credentials but those that were refused.
    /// </exception>
    public async Task<string> RunAsync(
        AppImage image, ImageReference reference, int retries, PushProgress progress, IReleaseObserver observer, CancellationToken cancellationToken)
    {
        var renewed = false;
        RegistryAuthorization? refused = null;
        for (var failures = 0; ;)
        {
            // Asked for at each attempt: by now the token may be near its end.
            var authorization = await registry.GetAuthorizationAsync(reference.Repository, refused, cancellationToken);
            progress.BeginAttempt();
            // By its id and each time: any other build on the engine may have put the tag on its own image since.
            await engine.TagAsync(image.ImageId!, reference, cancellationToken);
            await engine.PushAsync(reference, authorization, progress.Take, cancellationToken);
            if (progress is { Error: null, Digest: { } digest })
                return digest;

            var error = progress.Error ?? "the engine ended the push without a digest";
            switch (PushFaults.Classify(error, reference))
            {
                case PushFault.Unauthorized when !renewed:
                    renewed = true;
                    refused = authorization;
                    observer.Report(new Noted(image.Name, $"{reference.Host} refuses the credentials; fetching new ones"));
                    break;
                case PushFault.Unauthorized or PushFault.Denied:
                    // What is missing is a permission of AWS, or the right login.
                    var id = authorization.IsEcrToken ? nameof(Messages.PushUnauthorized) : nameof(Messages.PushDenied);
                    throw ReleaseException.For(id, ErrorKind.PermissionDenied, image.Name, image.Name, reference, error, authorization.Words, reference.Host);
                case PushFault.TagImmutable:
                    var holds = await registry.FindAsync(reference.Repository, reference.Tag!, cancellationToken);
                    throw ReleaseException.For(
                        nameof(Messages.TagImmutable), ErrorKind.InvalidState, image.Name, reference.Repository, reference.Tag, holds?.Digest ?? "another image", image.ImageId);
                case PushFault.Transient when failures < retries:
                    var wait = Wait(failures++);
                    observer.Report(new Warned(image.Name, $"push broke off ({error}); again in {wait.TotalSeconds:0} s, {failures} of {retries}"));
                    await Task.Delay(wait, timeProvider, cancellationToken);
                    break;
                default:
                    throw ReleaseException.For(nameof(Messages.PushFailed), ErrorKind.Failed, image.Name, image.Name, reference, error);
            }
        }
    }

    private static TimeSpan Wait(int failures) => TimeSpan.FromTicks(Math.Min(LongestWait.Ticks, FirstWait.Ticks << failures));
}
