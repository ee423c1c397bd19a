using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using ReleaseTools.Sandbox.Registry;
using ReleaseTools.Sandbox.Tests.Server;

namespace ReleaseTools.Sandbox.Tests.Registry;

public sealed class RegistryTests : IAsyncLifetime
{
    private readonly SandboxServer server = SandboxServer.Start(new SandboxOptions());
    private readonly SigningClient aws;
    private readonly HttpClient http;

    public RegistryTests()
    {
        aws = new SigningClient(server);
        http = new HttpClient { BaseAddress = server.EndpointUrl };
    }

    public async ValueTask InitializeAsync()
    {
        await Ecr("CreateRepository", """{"repositoryName":"app/web"}""");
        await Ecr("CreateRepository", """{"repositoryName":"other"}""");
        var authorization = await Ecr("GetAuthorizationToken", "{}");
        var token = authorization["authorizationData"]![0]!["authorizationToken"]!.GetValue<string>();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", token);
    }

    public ValueTask DisposeAsync()
    {
        http.Dispose();
        aws.Dispose();
        server.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Whoever_has_no_token_is_told_to_bring_one()
    {
        using var stranger = new HttpClient { BaseAddress = server.EndpointUrl };
        var answer = await stranger.GetAsync("/v2/");

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        answer.Headers.WwwAuthenticate.Single().Scheme.ShouldBe("Basic");
        (await http.GetAsync("/v2/")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_layers_URL_is_its_own_authorization_and_takes_no_other()
    {
        var layer = "a layer"u8.ToArray();
        var digest = Digest.Of(layer);
        await http.PostAsync($"/v2/app/web/blobs/uploads/?digest={digest}", new ByteArrayContent(layer));
        var url = (await Ecr("GetDownloadUrlForLayer", $$"""{"repositoryName":"app/web","layerDigest":"{{digest}}"}"""))["downloadUrl"]!.GetValue<string>();
        using var stranger = new HttpClient();

        (await stranger.GetByteArrayAsync(new Uri(url))).ShouldBe(layer);
        (await http.GetAsync(new Uri(url))).StatusCode.ShouldBe(HttpStatusCode.BadRequest); // with the registry's token
        (await stranger.GetAsync(new Uri(url.Replace("app/web", "other", StringComparison.Ordinal)))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await aws.CallAsync("ecr", "GetDownloadUrlForLayer", $$"""{"repositoryName":"other","layerDigest":"{{digest}}"}""")).ErrorCode.ShouldBe("LayersNotFoundException");
        server.Calls.ShouldContain(call => call.Service == "registry" && call.Operation == "GET layer" && call.Target == "app/web");
    }

    [Fact]
    public async Task An_image_that_is_pushed_in_chunks_is_pulled_as_it_was_and_described_by_ECR()
    {
        var layer = Encoding.UTF8.GetBytes(new string('x', 100_000));
        var location = (await http.PostAsync("/v2/app/web/blobs/uploads/", null)).Headers.Location!;
        var patched = await http.PatchAsync(location, new ByteArrayContent(layer[..40_000]));
        patched.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        patched.Headers.GetValues("Range").Single().ShouldBe("0-39999");
        // The protocol's Content-Range has no unit, which .NET's own parser refuses.
        var rest = new ByteArrayContent(layer[40_000..]);
        rest.Headers.TryAddWithoutValidation("Content-Range", "40000-99999").ShouldBeTrue();
        patched = await http.PatchAsync(patched.Headers.Location!, rest);
        var ended = await http.PutAsync($"{patched.Headers.Location}?digest={Digest.Of(layer)}", null);
        ended.StatusCode.ShouldBe(HttpStatusCode.Created);
        var config = "{}"u8.ToArray();
        await PushBlob("app/web", config);

        var manifest = Manifest(config, layer);
        (await PutManifest("app/web", "v1", manifest)).StatusCode.ShouldBe(HttpStatusCode.Created);

        var pulled = await http.GetAsync("/v2/app/web/manifests/v1");
        (await pulled.Content.ReadAsByteArrayAsync()).ShouldBe(manifest);
        pulled.Headers.GetValues("Docker-Content-Digest").Single().ShouldBe(Digest.Of(manifest));
        (await http.GetByteArrayAsync($"/v2/app/web/blobs/{Digest.Of(layer)}")).ShouldBe(layer);
        var head = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/v2/app/web/blobs/{Digest.Of(layer)}"));
        head.Content.Headers.ContentLength.ShouldBe(layer.Length);
        var details = await Ecr("DescribeImages", """{"repositoryName":"app/web","imageIds":[{"imageTag":"v1"}]}""");
        details["imageDetails"]![0]!["imageDigest"]!.GetValue<string>().ShouldBe(Digest.Of(manifest));
        details["imageDetails"]![0]!["imageSizeInBytes"]!.GetValue<long>().ShouldBe(config.Length + layer.Length);
    }

    [Fact]
    public async Task A_blob_whose_digest_is_another_one_is_refused()
    {
        var location = (await http.PostAsync("/v2/app/web/blobs/uploads/", null)).Headers.Location!;
        var answer = await http.PutAsync($"{location}?digest={Digest.Of("other"u8)}", new ByteArrayContent("content"u8.ToArray()));

        (await ErrorCode(answer)).ShouldBe((HttpStatusCode.BadRequest, "DIGEST_INVALID"));
    }

    [Fact]
    public async Task A_manifest_whose_layers_are_not_there_is_refused()
    {
        var answer = await PutManifest("app/web", "v1", Manifest("{}"u8.ToArray(), "missing"u8.ToArray()));

        (await ErrorCode(answer)).Code.ShouldBe("MANIFEST_BLOB_UNKNOWN");
    }

    [Fact]
    public async Task A_repository_is_not_made_by_pushing_to_it()
    {
        (await ErrorCode(await http.PostAsync("/v2/nowhere/blobs/uploads/", null))).ShouldBe((HttpStatusCode.NotFound, "NAME_UNKNOWN"));
    }

    [Fact]
    public async Task A_blob_is_mounted_from_a_repository_that_holds_it_and_unknown_until_then()
    {
        var digest = await PushBlob("app/web", "shared"u8.ToArray());
        (await http.GetAsync($"/v2/other/blobs/{digest}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        (await http.PostAsync($"/v2/other/blobs/uploads/?mount={digest}&from=app/web", null)).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await http.GetByteArrayAsync($"/v2/other/blobs/{digest}")).ShouldBe("shared"u8.ToArray());
    }

    [Fact]
    public async Task An_immutable_tag_keeps_its_image()
    {
        await Ecr("PutImageTagMutability", """{"repositoryName":"app/web","imageTagMutability":"IMMUTABLE"}""");
        var first = await PushImage("app/web", "v1", "one");
        var answer = await PushImage("app/web", "v1", "two");

        first.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await ErrorCode(answer)).Code.ShouldBe("TAG_INVALID");
        (await PushImage("app/web", "v1", "one")).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_tag_is_moved_with_the_manifest_that_BatchGetImage_gave()
    {
        await PushImage("app/web", "v1", "one");
        var got = await Ecr("BatchGetImage", """{"repositoryName":"app/web","imageIds":[{"imageTag":"v1"},{"imageTag":"none"}]}""");
        got["failures"]![0]!["failureCode"]!.GetValue<string>().ShouldBe("ImageNotFound");
        var image = got["images"]![0]!;
        var put = new JsonObject { ["repositoryName"] = "app/web", ["imageTag"] = "latest", ["imageManifest"] = image["imageManifest"]!.DeepClone() };

        (await Ecr("PutImage", put.ToJsonString()))["image"]!["imageId"]!["imageDigest"]!.GetValue<string>().ShouldBe(image["imageId"]!["imageDigest"]!.GetValue<string>());
        (await aws.CallAsync("ecr", "PutImage", put.ToJsonString())).ErrorCode.ShouldBe("ImageAlreadyExistsException");
    }

    [Fact]
    public async Task What_is_not_there_is_said_in_ECRs_words()
    {
        (await aws.CallAsync("ecr", "DescribeImages", """{"repositoryName":"app/web","imageIds":[{"imageTag":"none"}]}""")).ErrorCode.ShouldBe("ImageNotFoundException");
        (await aws.CallAsync("ecr", "DescribeImages", """{"repositoryName":"nowhere"}""")).ErrorCode.ShouldBe("RepositoryNotFoundException");
        (await aws.CallAsync("ecr", "PutLifecyclePolicy", """{"repositoryName":"app/web"}""")).ErrorCode.ShouldBe("UnknownOperationException");
    }

    [Theory]
    [InlineData("DescribeImages", "")]
    [InlineData("ListImages", "")]
    [InlineData("BatchGetImage", """, "imageIds": [{ "imageTag": "v1" }]""")]
    [InlineData("BatchDeleteImage", """, "imageIds": [{ "imageTag": "v1" }]""")]
    [InlineData("PutImage", """, "imageManifest": "{}" """)]
    [InlineData("PutImageTagMutability", """, "imageTagMutability": "IMMUTABLE" """)]
    public async Task The_registry_of_another_account_holds_nothing_of_this_one(string operation, string more) =>
        (await aws.CallAsync("ecr", operation, $$"""{ "repositoryName": "app/web", "registryId": "111111111111" {{more}} }""")).ErrorCode.ShouldBe("RepositoryNotFoundException");

    [Fact]
    public async Task A_token_is_good_for_twelve_hours()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        using var sandbox = SandboxServer.Start(new SandboxOptions { WallClock = clock });
        using var caller = new SigningClient(sandbox);
        using var client = await LoggedIn(sandbox, caller);

        clock.Advance(TimeSpan.FromHours(11.9));
        (await client.GetAsync("/v2/")).StatusCode.ShouldBe(HttpStatusCode.OK);
        clock.Advance(TimeSpan.FromHours(0.2));
        (await client.GetAsync("/v2/")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_token_outlives_resources_that_live_fast()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        using var sandbox = SandboxServer.Start(new SandboxOptions { Clock = clock });
        using var caller = new SigningClient(sandbox);
        using var client = await LoggedIn(sandbox, caller);

        clock.Advance(TimeSpan.FromDays(3));

        (await client.GetAsync("/v2/")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_error_to_HEAD_has_no_body(bool scripted)
    {
        if (scripted)
            server.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.ServerError, Service = "registry" });
        using var tcp = new System.Net.Sockets.TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, server.EndpointUrl.Port);
        await using var stream = tcp.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HEAD /v2/app/web/manifests/none HTTP/1.1\r\nHost: {server.RegistryHost}\r\nConnection: close\r\n\r\n"));

        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync();

        answer.ShouldStartWith(scripted ? "HTTP/1.1 500" : "HTTP/1.1 401");
        answer.ShouldEndWith("\r\n\r\n");
        answer.ShouldContain("Content-Length: ");
    }

    [Fact]
    public async Task Images_are_there_again_when_the_sandbox_starts_on_its_state()
    {
        var directory = Directory.CreateTempSubdirectory("releasetools-test-");
        try
        {
            var manifest = Manifest("{}"u8.ToArray(), "layer"u8.ToArray());
            using (var first = SandboxServer.Start(new SandboxOptions { StatePath = directory.FullName }))
            {
                using var caller = new SigningClient(first);
                await caller.CallAsync("ecr", "CreateRepository", """{"repositoryName":"kept"}""");
                using var client = await LoggedIn(first, caller);
                foreach (var blob in (byte[][])["{}"u8.ToArray(), "layer"u8.ToArray()])
                    (await client.PostAsync($"/v2/kept/blobs/uploads/?digest={Digest.Of(blob)}", new ByteArrayContent(blob))).EnsureSuccessStatusCode();
                (await client.PutAsync("/v2/kept/manifests/v1", new ByteArrayContent(manifest))).EnsureSuccessStatusCode();
            }
            using var second = SandboxServer.Start(new SandboxOptions { StatePath = directory.FullName });
            using var later = new SigningClient(second);
            using var puller = await LoggedIn(second, later);

            (await puller.GetByteArrayAsync("/v2/kept/manifests/v1")).ShouldBe(manifest);
            (await puller.GetByteArrayAsync($"/v2/kept/blobs/{Digest.Of("layer"u8)}")).ShouldBe("layer"u8.ToArray());
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task<HttpClient> LoggedIn(SandboxServer sandbox, SigningClient caller)
    {
        var authorization = (await caller.CallAsync("ecr", "GetAuthorizationToken")).Json["authorizationData"]![0]!;
        var client = new HttpClient { BaseAddress = sandbox.EndpointUrl };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", authorization["authorizationToken"]!.GetValue<string>());
        return client;
    }

    private async Task<JsonObject> Ecr(string operation, string request)
    {
        var answer = await aws.CallAsync("ecr", operation, request);
        answer.ErrorCode.ShouldBeNull();
        return answer.Json;
    }

    private async Task<HttpResponseMessage> PushImage(string repository, string tag, string content)
    {
        var (config, layer) = ("{}"u8.ToArray(), Encoding.UTF8.GetBytes(content));
        await PushBlob(repository, config);
        await PushBlob(repository, layer);
        return await PutManifest(repository, tag, Manifest(config, layer));
    }

    private async Task<string> PushBlob(string repository, byte[] content)
    {
        var answer = await http.PostAsync($"/v2/{repository}/blobs/uploads/?digest={Digest.Of(content)}", new ByteArrayContent(content));
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        return Digest.Of(content);
    }

    private Task<HttpResponseMessage> PutManifest(string repository, string tag, byte[] manifest) =>
        http.PutAsync($"/v2/{repository}/manifests/{tag}", new ByteArrayContent(manifest) { Headers = { ContentType = new MediaTypeHeaderValue(ManifestReader.DockerManifest) } });

    private static byte[] Manifest(byte[] config, byte[] layer) => Encoding.UTF8.GetBytes($$"""
        { "schemaVersion": 2, "mediaType": "{{ManifestReader.DockerManifest}}",
          "config": { "mediaType": "application/vnd.docker.container.image.v1+json", "size": {{config.Length}}, "digest": "{{Digest.Of(config)}}" },
          "layers": [ { "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "size": {{layer.Length}}, "digest": "{{Digest.Of(layer)}}" } ] }
        """);

    private static async Task<(HttpStatusCode Status, string Code)> ErrorCode(HttpResponseMessage answer) =>
        (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["errors"]![0]!["code"]!.GetValue<string>());
}
