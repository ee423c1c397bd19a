using ReleaseTools.Sandbox.Ecr;
using ReleaseTools.Sandbox.Server;

namespace ReleaseTools.Sandbox.Registry;

/// <summary>
/// The registry behind ECR, in the OCI distribution protocol. As in ECR, a repository is there before the first push or the
/// push is refused, and whoever comes brings a token of GetAuthorizationToken in basic authentication.
/// </summary>
internal sealed class RegistryHandler(SandboxWorld world, ImageCatalog catalog, EcrTokens tokens, BlobStore blobs, LayerDownloads downloads) : IRegistryHandler
{
    private readonly BlobEndpoint blobEndpoint = new(catalog, blobs);
    private readonly UploadEndpoint uploads = new(catalog, blobs);
    private readonly ManifestEndpoint manifests = new(catalog);

    /// <inheritdoc/>
    public (string Operation, string? Target) Describe(string method, string path) =>
        IsLayer(path) ? ($"{method} layer", LayerDownloads.RepositoryOf(path))
        : RegistryRoute.Parse(path) is { } route ? ($"{method} {route.Kind.ToString().ToLowerInvariant()}", route.Repository) : (method, null);

    /// <inheritdoc/>
    public async Task<RegistryAnswer> HandleAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        if (!IsLayer(request.Path) && !tokens.Accepts(request.Headers["Authorization"]))
        {
            var challenge = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["WWW-Authenticate"] = $"Basic realm=\"http://{world.Host}/\",service=\"ecr.amazonaws.com\"",
                ["Docker-Distribution-Api-Version"] = "registry/2.0",
            };
            return new RegistryException(401, "UNAUTHORIZED", request.Headers["Authorization"] is null
                ? "Not Authorized"
                : "Your authorization token has expired. Reauthenticate and try again.").ToAnswer(challenge);
        }
        try
        {
            if (IsLayer(request.Path))
                return downloads.Get(request);
            var route = RegistryRoute.Parse(request.Path) ?? throw new RegistryException(404, "NAME_INVALID", "invalid repository name");
            var answer = await RouteAsync(route, request, cancellationToken);
            return answer with
            {
                Headers = new Dictionary<string, string>(answer.Headers, StringComparer.Ordinal) { ["Docker-Distribution-Api-Version"] = "registry/2.0" },
            };
        }
        catch (RegistryException refusal)
        {
            return refusal.ToAnswer();
        }
        catch (SandboxException refusal)
        {
            return RegistryException.From(refusal).ToAnswer();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => uploads.Dispose();

    private static bool IsLayer(string path) => path.StartsWith(LayerDownloads.Root, StringComparison.Ordinal);

    private Task<RegistryAnswer> RouteAsync(RegistryRoute route, RegistryRequest request, CancellationToken cancellationToken)
    {
        var (repository, reference) = (route.Repository!, route.Reference);
        return (route.Kind, request.Method) switch
        {
            (RegistryThing.Base, "GET" or "HEAD") => Task.FromResult(new RegistryAnswer()),
            (RegistryThing.Catalog, "GET") => Task.FromResult(manifests.Catalog()),
            (RegistryThing.Tags, "GET") => Task.FromResult(manifests.Tags(repository)),
            (RegistryThing.Manifest, "GET" or "HEAD") => Task.FromResult(manifests.Get(repository, reference, request.Method == "HEAD")),
            (RegistryThing.Manifest, "PUT") => manifests.PutAsync(repository, reference, request, cancellationToken),
            (RegistryThing.Blob, "GET" or "HEAD") =>
                Task.FromResult(blobEndpoint.Get(repository, reference, request.Method == "HEAD", request.Headers["Range"])),
            (RegistryThing.Upload, "POST") => uploads.BeginAsync(repository, request, cancellationToken),
            (RegistryThing.Upload, "GET") => Task.FromResult(uploads.Status(repository, reference)),
            (RegistryThing.Upload, "PATCH") => uploads.AppendAsync(repository, reference, request, cancellationToken),
            (RegistryThing.Upload, "PUT") => uploads.EndAsync(repository, reference, request, cancellationToken),
            (RegistryThing.Upload, "DELETE") => uploads.CancelAsync(repository, reference),
            // ECR deletes through BatchDeleteImage alone.
            _ => throw new RegistryException(405, "UNSUPPORTED", "The operation is unsupported."),
        };
    }
}
