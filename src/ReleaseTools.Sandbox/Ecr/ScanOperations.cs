using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.Ecr;

/// <summary>ECR's operations on scans and on what is scanned.</summary>
internal sealed class ScanOperations(SandboxWorld world, ImageCatalog catalog)
{
    // https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetRepositoryScanningConfiguration.html
    private const int MostRepositories = 25;

    // "A basic image scan can only be started once per 24 hours on an individual image. This limit includes if an image was
    // scanned on initial push." https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_StartImageScan.html
    private static readonly TimeSpan BetweenScans = TimeSpan.FromHours(24);

    private string Account => world.Options.Account;

    /// <summary>PutImageScanningConfiguration: the repository's own setting.</summary>
    public JsonObject PutOfRepository(JsonObject request)
    {
        var setting = request.Structure("imageScanningConfiguration") ?? throw EcrErrors.Invalid("imageScanningConfiguration", "Member must not be null");
        var scanOnPush = setting.Flag("scanOnPush") ?? false;
        return InRepository(request, repository =>
        {
            repository.Settings["imageScanningConfiguration"] = new JsonObject { ["scanOnPush"] = scanOnPush };
            return Named(repository, "imageScanningConfiguration", new JsonObject { ["scanOnPush"] = scanOnPush });
        });
    }

    /// <summary>GetRegistryScanningConfiguration.</summary>
    public JsonObject GetOfRegistry() => catalog.WithAll(_ => new JsonObject { ["registryId"] = Account, ["scanningConfiguration"] = catalog.Scanning.ToJson() });

    /// <summary>PutRegistryScanningConfiguration.</summary>
    public JsonObject PutOfRegistry(JsonObject request) => catalog.WithAll(_ =>
    {
        catalog.Scanning.Take(request);
        return new JsonObject { ["registryScanningConfiguration"] = catalog.Scanning.ToJson() };
    });

    /// <summary>BatchGetRepositoryScanningConfiguration: what the registry's rules and the repository's own setting come to.</summary>
    public JsonObject BatchGetOfRepositories(JsonObject request)
    {
        var names = request.Texts("repositoryNames");
        if (names.Count is 0 or > MostRepositories)
            throw EcrErrors.Invalid("repositoryNames", $"Member must have length between 1 and {MostRepositories}");
        return catalog.WithAll(all =>
        {
            var (configurations, failures) = (new JsonArray(), new JsonArray());
            foreach (var name in names)
            {
                if (all.GetValueOrDefault(name) is { } repository)
                    configurations.Add(Configuration(repository));
                else
                    failures.Add(new JsonObject { ["repositoryName"] = name, ["failureCode"] = "REPOSITORY_NOT_FOUND", ["failureReason"] = EcrErrors.RepositoryNotFound(name, Account).Message });
            }

            return new JsonObject { ["scanningConfigurations"] = configurations, ["failures"] = failures };
        });
    }

    /// <summary>StartImageScan.</summary>
    public JsonObject Start(JsonObject request) => OnImage(request, (repository, image, id) =>
    {
        var how = catalog.Scanning.Of(repository);
        if (how.IsEnhanced)
            throw EcrErrors.ManualScanDisabled();
        if (image.IsList)
            throw EcrErrors.NotScannable();
        if (repository.Scans.GetValueOrDefault(image.Digest) is { IsEnhanced: false } last && world.Now - last.StartedAt < BetweenScans)
            throw EcrErrors.ScannedToday();

        var scan = StoredScan.Started(how, catalog.TakeScanFault(repository.Name), world.Now);
        repository.Scans[image.Digest] = scan;
        return Described(repository, image, id, scan);
    });

    /// <summary>DescribeImageScanFindings.</summary>
    public JsonObject Describe(JsonObject request) => OnImage(request, (repository, image, id) =>
    {
        // "Switching between Enhanced scanning and Basic scanning will cause previously established scans to no longer be available."
        if (repository.Scans.GetValueOrDefault(image.Digest) is not { } scan || !scan.Shows(world.Now) || scan.IsEnhanced != catalog.Scanning.IsEnhanced)
            throw EcrErrors.ScanNotFound(repository.Name, Account, id);

        var answer = Described(repository, image, id, scan);
        var page = EcrPage.Of(scan.HasResults(world.Now) ? scan.Findings : [], request);
        answer["imageScanFindings"] = ScanFindingsJson.Of(scan, page.Items, repository, image, world);
        return page.MarkNext(answer, "nextToken");
    });

    private JsonObject OnImage(JsonObject request, Func<ImageRepository, StoredImage, ImageId, JsonObject> work)
    {
        var named = request.Structure("imageId") ?? throw EcrErrors.Invalid("imageId", "Member must not be null");
        var id = new ImageId(named.Text("imageDigest"), named.Text("imageTag"));
        if (id is { Digest: null, Tag: null })
            throw EcrErrors.Invalid("imageId", "both tag and digest cannot be null");
        return InRepository(request, repository =>
            work(repository, id.FindIn(repository) ?? throw EcrErrors.ImageNotFound(repository.Name, Account, id.Digest, id.Tag), id));
    }

    private JsonObject InRepository(JsonObject request, Func<ImageRepository, JsonObject> work) =>
        catalog.With(request.Text("repositoryName") ?? throw EcrErrors.Invalid("repositoryName", "Member must not be null"), work);

    private JsonObject Configuration(ImageRepository repository)
    {
        var how = catalog.Scanning.Of(repository);
        return new JsonObject
        {
            ["repositoryArn"] = world.Arn("ecr", "repository/" + repository.Name),
            ["repositoryName"] = repository.Name,
            ["scanOnPush"] = how.Frequency == RepositoryScanning.OnPush,
            ["scanFrequency"] = how.Frequency,
            ["appliedScanFilters"] = how.Filters.Select(filter => filter.DeepClone().AsObject()).ToJsonArray(),
        };
    }

    private JsonObject Described(ImageRepository repository, StoredImage image, ImageId id, StoredScan scan)
    {
        var (status, description) = scan.StatusAt(world.Now);
        var said = new JsonObject { ["status"] = status };
        if (description is not null)
            said["description"] = description;
        var answer = Named(repository, "imageId", new ImageId(image.Digest, id.Tag).ToJson());
        answer["imageScanStatus"] = said;
        return answer;
    }

    private JsonObject Named(ImageRepository repository, string member, JsonObject value) =>
        new() { ["registryId"] = Account, ["repositoryName"] = repository.Name, [member] = value };
}
