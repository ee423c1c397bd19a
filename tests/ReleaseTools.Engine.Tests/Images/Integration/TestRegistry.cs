using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;

namespace ReleaseTools.Engine.Tests.Images.Integration;

/// <summary>
/// ECR's operations over a real docker-registry with htpasswd, so that what the engine pushed is judged by manifests and
/// digests that neither it nor these tests made.
/// </summary>
internal sealed class TestRegistry : IAwsCaller, IDisposable
{
    private readonly HttpClient http;
    private readonly string token;

    private TestRegistry(string host, string user, string password)
    {
        Host = host;
        token = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
        http = new HttpClient { BaseAddress = new Uri($"http://{host}/v2/") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", token);
        foreach (var type in Manifest.AcceptedMediaTypes)
            http.DefaultRequestHeaders.Accept.ParseAdd(type);
    }

    public string Host { get; }

    public AwsSession Session => new("eu-west-1", _ => this);

    public int TokensGiven { get; private set; }

    /// <summary>How many of the first tokens are wrong, as an expired one is.</summary>
    public int WrongTokens { get; init; }

    /// <summary>The registry that the environment names, and who may push to it; a test that needs it is skipped where none is named.</summary>
    public static (string Host, string User, string Password) Credentials
    {
        get
        {
            var environment = TestEngine.Environment;
            if (!environment.TryGetValue("RELEASETOOLS_TEST_REGISTRY", out var host))
                Assert.Skip("A registry is needed: RELEASETOOLS_TEST_REGISTRY names none.");
            return (host, environment["RELEASETOOLS_TEST_REGISTRY_USER"], environment["RELEASETOOLS_TEST_REGISTRY_PASSWORD"]);
        }
    }

    public static TestRegistry Connect(int wrongTokens = 0)
    {
        var (host, user, password) = Credentials;
        return new TestRegistry(host, user, password) { WrongTokens = wrongTokens };
    }

    public async Task<TResponse> CallAsync<TRequest, TResponse>(
        string operation, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TResponse> responseType, CancellationToken cancellationToken) =>
        (TResponse)(request switch
        {
            GetAuthorizationTokenRequest => new GetAuthorizationTokenResponse([new(NextToken(), DateTimeOffset.UtcNow.AddHours(12), $"http://{Host}")]),
            DescribeRepositoriesRequest => new DescribeRepositoriesResponse([], null),
            DescribeImagesRequest describe => await GetAsync(describe.RepositoryName, describe.ImageIds[0]) is { } found
                ? (object)new DescribeImagesResponse([new(null, describe.RepositoryName, found.Digest, [], null, null, found.MediaType)], null)
                : throw Error(operation, "ImageNotFoundException"),
            BatchGetImageRequest get => await GetAsync(get.RepositoryName, get.ImageIds[0]) is { } found
                ? new BatchGetImageResponse([new(null, get.RepositoryName, new ImageIdentifier { ImageDigest = found.Digest }, found.Content, found.MediaType)], [])
                : new BatchGetImageResponse([], []),
            PutImageRequest put => await PutAsync(put),
            _ => throw new NotSupportedException(operation),
        });

    public void Dispose() => http.Dispose();

    private static AwsServiceException Error(string operation, string code) =>
        new(code, ErrorKind.NotFound, "ecr", operation, code, HttpStatusCode.BadRequest, requestId: null, code, "", innerException: null);

    private string NextToken() => TokensGiven++ < WrongTokens ? Convert.ToBase64String(Encoding.UTF8.GetBytes("nobody:expired")) : token;

    private async Task<Manifest?> GetAsync(string repository, ImageIdentifier id)
    {
        using var response = await http.GetAsync(new Uri($"{repository}/manifests/{id.ImageTag ?? id.ImageDigest}", UriKind.Relative));
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;
        response.EnsureSuccessStatusCode();
        return new Manifest(
            response.Headers.GetValues("Docker-Content-Digest").Single(), response.Content.Headers.ContentType!.MediaType!, await response.Content.ReadAsStringAsync());
    }

    private async Task<PutImageResponse> PutAsync(PutImageRequest put)
    {
        if ((await GetAsync(put.RepositoryName, new ImageIdentifier { ImageTag = put.ImageTag }))?.Digest == put.ImageDigest)
            throw Error("PutImage", "ImageAlreadyExistsException");
        using var content = new StringContent(put.ImageManifest);
        content.Headers.ContentType = new MediaTypeHeaderValue(put.ImageManifestMediaType!);
        using var response = await http.PutAsync(new Uri($"{put.RepositoryName}/manifests/{put.ImageTag}", UriKind.Relative), content);
        response.EnsureSuccessStatusCode();
        return new PutImageResponse(null);
    }
}
