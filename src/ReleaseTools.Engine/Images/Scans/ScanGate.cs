using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Images.Scans;

/// <summary>An image whose scan decides whether it goes on.</summary>
/// <param name="Name">The image's name.</param>
/// <param name="Repository">The repository that holds it.</param>
/// <param name="Digest">Its digest.</param>
/// <param name="FailOnSeverity">The severity from which on a finding fails it. <see cref="FindingSeverity.Undefined"/> itself never does.</param>
/// <param name="Timeout">How long its scan is waited for.</param>
public sealed record GatedImage(string Name, string Repository, string Digest, FindingSeverity FailOnSeverity, TimeSpan Timeout);

/// <summary>What a scan decided.</summary>
/// <param name="Scan">The scan, as it was seen last.</param>
/// <param name="Error">Why the image does not go on; null when it does.</param>
public sealed record ScanVerdict(ImageScan Scan, ReleaseException? Error);

/// <summary>
/// Waits for the scan of an image and lets it go on, or not:
/// <code>
/// a finding of the severity or worse     fails, whatever else is known
/// Complete                               goes on; findings without a severity are said
/// Failed, or not ended in time           fails: nothing is known of the image
/// Unsupported, Off                       goes on, and a warning says that nothing was looked at
/// NotFound                               as Off, after the time in which a scan begins
/// </code>
/// </summary>
/// <param name="registry">The registry that holds the image.</param>
/// <param name="timeProvider">The clock.</param>
public sealed class ScanGate(IImageRegistry registry, TimeProvider timeProvider)
{
    private const int MostNamed = 10;

    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(15);

    // Enhanced scanning takes up to a minute to take note of a push; until then there is no scan.
    private static readonly TimeSpan ScanBegins = TimeSpan.FromSeconds(90);

    /// <summary>What a gate will do, for a plan.</summary>
    internal static string Prediction(FindingSeverity severity) => $"Its scan is waited for, and fails it from {severity} on.";

    /// <summary>Waits until it is decided.</summary>
    /// <exception cref="OperationCanceledException">It was stopped; an event says where the image is, and how to see its scan.</exception>
    public async Task<ScanVerdict> CheckAsync(GatedImage image, IReleaseObserver observer, CancellationToken cancellationToken)
    {
        try
        {
            return Judge(image, await WaitAsync(image, observer, cancellationToken), observer);
        }
        catch (ReleaseException exception)
        {
            var unread = new ImageScan { Status = ImageScanStatus.InProgress, Description = exception.Message };
            return new ScanVerdict(unread, ReleaseException.Wrap(
                exception, nameof(Messages.ScanUnreadable), exception.Kind, image.Name, image.Name, UriOf(image), exception.Message, exception.RecommendedAction));
        }
        catch (OperationCanceledException)
        {
            observer.Report(new LeftRunning(
                image.Name, $"It is in the registry as {UriOf(image)}, and its scan goes on. See it with: aws ecr describe-image-scan-findings --repository-name {PathOf(image)} --image-id imageDigest={image.Digest}"));
            throw;
        }
    }

    private async Task<ImageScan> WaitAsync(GatedImage image, IReleaseObserver observer, CancellationToken cancellationToken)
    {
        var began = timeProvider.GetTimestamp();
        var pace = new PollPace(ShortestWait, LongestWait);
        var seen = new ImageScan { Status = ImageScanStatus.InProgress };
        while (true)
        {
            TimeSpan wait;
            try
            {
                var scan = await registry.GetScanAsync(image.Repository, image.Digest, cancellationToken);
                if (IsDecided(scan, timeProvider.GetElapsedTime(began)))
                    return scan;
                wait = pace.After(moved: (scan.Status, scan.Description) != (seen.Status, seen.Description));
                seen = scan;
            }
            catch (AwsServiceException error) when (error.IsTransient())
            {
                // What an earlier look showed may be over by now, so it decides nothing.
                seen = seen with { Status = ImageScanStatus.InProgress, Description = $"AWS does not answer ({error.Code})" };
                wait = pace.AfterNoAnswer();
            }

            var elapsed = timeProvider.GetElapsedTime(began);
            if (elapsed >= image.Timeout)
                return seen with { Status = ImageScanStatus.InProgress };
            observer.Report(new ScanProgress(image.Name, ScanText.Why(seen), elapsed));
            var left = image.Timeout - elapsed;
            await Task.Delay(wait < left ? wait : left, timeProvider, cancellationToken);
        }
    }

    private static bool IsDecided(ImageScan scan, TimeSpan elapsed) => scan.Status switch
    {
        ImageScanStatus.InProgress => false,
        ImageScanStatus.NotFound => elapsed >= ScanBegins,
        _ => true,
    };

    private static ScanVerdict Judge(GatedImage image, ImageScan scan, IReleaseObserver observer)
    {
        var bad = scan.Findings.Where(finding => finding.Severity >= image.FailOnSeverity && finding.Severity != FindingSeverity.Undefined).ToList();
        if (bad.Count > 0)
            return Fail(nameof(Messages.ScanFindings), ErrorKind.Failed, UriOf(image), image.FailOnSeverity, ScanText.Counts(scan.Findings), ScanText.Lines(bad, MostNamed), PathOf(image), image.Digest);

        switch (scan.Status)
        {
            case ImageScanStatus.Complete:
                observer.Report(new Noted(image.Name, $"{ScanText.Of(scan)} It would fail from {image.FailOnSeverity} on.{(scan.CompletedAt is { } ended ? $" The scan ended {ended.UtcDateTime:u}." : "")}"));
                WarnOfUndefined();
                return new ScanVerdict(scan, Error: null);
            case ImageScanStatus.Failed:
                return Fail(nameof(Messages.ScanFailed), ErrorKind.Failed, UriOf(image), ScanText.Why(scan), PathOf(image), image.Digest);
            case ImageScanStatus.InProgress:
                return Fail(nameof(Messages.ScanNotEnded), ErrorKind.Timeout, UriOf(image), Words.Duration(image.Timeout), ScanText.Why(scan), PathOf(image), image.Digest);
            default:
                observer.Report(new Warned(image.Name, $"{ScanText.Of(scan)} It goes on, although a finding from {image.FailOnSeverity} on would fail it."));
                WarnOfUndefined();
                return new ScanVerdict(scan, Error: null);
        }

        void WarnOfUndefined()
        {
            var undefined = scan.Findings.Where(finding => finding.Severity == FindingSeverity.Undefined).ToList();
            if (undefined.Count > 0)
                observer.Report(new Warned(image.Name, $"The scanner gave no severity to {undefined.Count} of its findings, and they fail nothing:{ScanText.Lines(undefined, MostNamed)}"));
        }

        ScanVerdict Fail(string id, ErrorKind kind, params object?[] arguments) =>
            new(scan, ReleaseException.For(id, kind, image.Name, [image.Name, .. arguments]));
    }

    private static string UriOf(GatedImage image) => $"{image.Repository}@{image.Digest}";

    private static string PathOf(GatedImage image) => ImageReference.ParseRepository(image.Repository).Path;
}
