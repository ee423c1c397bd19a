using System.Collections.Concurrent;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Scans;

namespace ReleaseTools.Engine.Images.Registries;

/// <summary>
/// Reads the scans of images in ECR. The scan itself is asked for first; whether the repository is scanned at all is asked
/// only while there is none, as that needs a permission of its own, which not everybody who pushes has.
/// </summary>
internal sealed class EcrScans(AwsSession session)
{
    // https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImageScanFindings.html
    private const int FindingsPerPage = 1000;

    // A manifest never changes under its digest, and a scan is looked at many times.
    private readonly ConcurrentDictionary<(string Repository, string Digest), IReadOnlyList<string>> imagesOf = new();

    /// <summary>The scan of an image, or of the images that an index lists: ECR scans those, each by its own digest.</summary>
    public async Task<ImageScan> GetAsync(EcrRepository at, string digest, IImageRegistry registry, CancellationToken cancellationToken)
    {
        if (!imagesOf.TryGetValue((at.Uri, digest), out var images))
        {
            images = await ImagesAsync(registry, at.Uri, digest, cancellationToken);
            imagesOf[(at.Uri, digest)] = images;
        }

        var scans = new List<ImageScan>();
        foreach (var image in images)
            scans.Add(await GetOfImageAsync(at, image, cancellationToken));
        return ImageScans.Unite(scans);
    }

    private static async Task<IReadOnlyList<string>> ImagesAsync(IImageRegistry registry, string repository, string digest, CancellationToken cancellationToken)
    {
        var manifest = await registry.GetManifestAsync(repository, digest, cancellationToken)
            ?? throw ReleaseException.For(nameof(Messages.ManifestNotFound), ErrorKind.NotFound, $"{repository}@{digest}", repository, digest);
        return manifest.Manifests.Count == 0
            ? [digest]
            : [.. manifest.Manifests.Where(listed => !listed.IsAttestation).Select(listed => listed.Digest).OfType<string>().Distinct(StringComparer.Ordinal)];
    }

    private async Task<ImageScan> GetOfImageAsync(EcrRepository at, string digest, CancellationToken cancellationToken)
    {
        try
        {
            var pages = new List<DescribeImageScanFindingsResponse>();
            do
            {
                pages.Add(await session.Ecr.DescribeImageScanFindingsAsync(
                    new DescribeImageScanFindingsRequest(at.Name, new ImageIdentifier { ImageDigest = digest })
                    {
                        RegistryId = at.Account,
                        MaxResults = FindingsPerPage,
                        NextToken = pages.Count == 0 ? null : pages[^1].NextToken,
                    },
                    cancellationToken));
            }
            while (!string.IsNullOrEmpty(pages[^1].NextToken));
            return EcrScanAnswer.Read(pages);
        }
        catch (AwsServiceException exception) when (exception.Code == "ScanNotFoundException")
        {
            // Of an image that was pushed a moment ago as well: the scan shows only when it begins.
            return await WithoutScanAsync(at, cancellationToken);
        }
    }

    private async Task<ImageScan> WithoutScanAsync(EcrRepository at, CancellationToken cancellationToken)
    {
        IReadOnlyList<RepositoryScanningConfiguration> configurations;
        try
        {
            configurations = (await session.Ecr.BatchGetRepositoryScanningConfigurationAsync(new([at.Name]), cancellationToken)).ScanningConfigurations ?? [];
        }
        catch (AwsServiceException exception) when (exception.Kind == ErrorKind.PermissionDenied)
        {
            return NotKnown("ecr:BatchGetRepositoryScanningConfiguration is not permitted");
        }

        // The operation knows the caller's own registry alone, which may have a repository of the same name.
        return configurations.FirstOrDefault(one => one.RepositoryName == at.Name && IsIn(one.RepositoryArn, at.Account)) switch
        {
            null => NotKnown("it is another account's"),
            { ScanOnPush: not true, ScanFrequency: "MANUAL" or null } => new ImageScan
            {
                Status = ImageScanStatus.Off,
                Description = $"scanning on push is off for the repository {at.Name}, and nobody started a scan",
            },
            _ => new ImageScan { Status = ImageScanStatus.InProgress, Description = "no scan has begun yet" },
        };

        ImageScan NotKnown(string why) => new()
        {
            Status = ImageScanStatus.NotFound,
            Description = $"there is no scan, and whether the repository {at.Name} is scanned on push could not be read: {why}",
        };
    }

    // arn:aws:ecr:region:account:repository/name
    private static bool IsIn(string? arn, string? account) => account is null || arn?.Split(':') is [_, _, _, _, var owner, ..] && owner == account;
}
