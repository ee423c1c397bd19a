using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Registry;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.Ecr;

/// <summary>Amazon ECR: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/Welcome.html</summary>
internal sealed class EcrService : SandboxService
{
    private readonly ImageCatalog catalog;
    private readonly EcrTokens tokens;
    private readonly RepositoryOperations repositories;
    private readonly ImageOperations images;
    private readonly ScanOperations scans;
    private readonly CatalogState state;

    public EcrService(SandboxWorld world, ImageCatalog catalog, EcrTokens tokens, BlobStore blobs, LayerDownloads downloads)
        : base(world)
    {
        this.catalog = catalog;
        this.tokens = tokens;
        repositories = new RepositoryOperations(world, catalog);
        images = new ImageOperations(world, catalog, downloads);
        scans = new ScanOperations(world, catalog);
        state = new CatalogState(catalog, blobs);
        world.Images = catalog;
    }

    /// <inheritdoc/>
    public override string Name => "ecr";

    /// <inheritdoc/>
    public override string TargetPrefix => "AmazonEC2ContainerRegistry_V20150921";

    /// <inheritdoc/>
    public override string? TargetOf(string operation, JsonObject request) =>
        request.Text("repositoryName") ?? (request.Texts("repositoryNames") is [var only] ? only : null);

    /// <inheritdoc/>
    public override IEnumerable<string> FaultTargets(SandboxFaultKind kind) =>
        kind is SandboxFaultKind.ScanFindings or SandboxFaultKind.ScanUnsupported or SandboxFaultKind.ScanFailure ? catalog.WithAll(all => all.Keys.ToList()) : [];

    /// <inheritdoc/>
    public override JsonObject Invoke(string operation, JsonObject request)
    {
        // Whatever is about repositories is about those of one account; a token is for all that its caller may reach.
        if (operation is not "GetAuthorizationToken" && request.Text("registryId") is { } registry && registry != World.Options.Account)
            throw EcrErrors.RepositoryNotFound(request.Text("repositoryName") ?? (request.Texts("repositoryNames") is [var first, ..] ? first : "null"), registry);
        return operation switch
        {
            "GetAuthorizationToken" => GetAuthorizationToken(),
            "CreateRepository" => repositories.Create(request),
            "DescribeRepositories" => repositories.Describe(request),
            "DeleteRepository" => repositories.Delete(request),
            "PutImageTagMutability" => repositories.PutTagMutability(request),
            "DescribeImages" => images.Describe(request),
            "ListImages" => images.List(request),
            "BatchGetImage" => images.BatchGet(request),
            "GetDownloadUrlForLayer" => images.DownloadUrl(request),
            "BatchDeleteImage" => images.BatchDelete(request),
            "PutImage" => images.Put(request),
            "PutImageScanningConfiguration" => scans.PutOfRepository(request),
            "GetRegistryScanningConfiguration" => scans.GetOfRegistry(),
            "PutRegistryScanningConfiguration" => scans.PutOfRegistry(request),
            "BatchGetRepositoryScanningConfiguration" => scans.BatchGetOfRepositories(request),
            "DescribeImageScanFindings" => scans.Describe(request),
            "StartImageScan" => scans.Start(request),
            _ => throw SandboxException.UnknownOperation(Name, operation),
        };
    }

    /// <inheritdoc/>
    public override JsonObject Save() => state.Save();

    /// <inheritdoc/>
    public override void Load(JsonObject state) => this.state.Load(state);

    private JsonObject GetAuthorizationToken()
    {
        var (token, expiresAt) = tokens.Issue();
        return new JsonObject
        {
            ["authorizationData"] = new JsonArray(new JsonObject
            {
                ["authorizationToken"] = token,
                ["expiresAt"] = AnswerJson.Epoch(expiresAt),
                ["proxyEndpoint"] = $"http://{World.Host}",
            }),
        };
    }
}
