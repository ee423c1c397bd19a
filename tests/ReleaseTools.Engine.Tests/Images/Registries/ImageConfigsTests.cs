using System.Text;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Images.Registries.Oci;
using ReleaseTools.Engine.Tests.Images.Registries.Oci;
using static ReleaseTools.Engine.Tests.Images.Registries.Oci.ScriptedServer;

namespace ReleaseTools.Engine.Tests.Images.Registries;

public sealed class ImageConfigsTests : IDisposable
{
    private const string Blobs = "/v2/team/web-ui/blobs/";

    private readonly RetryClock clock = new();
    private readonly MemoryRegistry server = new();
    private readonly DockerLogins logins = new();
    private readonly RegistryHttp http = new(RegistryHttp.CreateHandler());
    private readonly Dictionary<string, string> blobs = new(StringComparer.Ordinal);
    private readonly OciRegistry registry;
    private readonly ImageConfigs configs;

    public ImageConfigsTests()
    {
        registry = new OciRegistry(http, new DockerCredentials(logins.Environment, clock), new Recorder(), clock);
        configs = new ImageConfigs(registry);
        server.Before = request => request.Path.StartsWith(Blobs, StringComparison.Ordinal) && blobs.TryGetValue(request.Path[Blobs.Length..], out var blob) ? new Reply(200, blob) : null;
    }

    public void Dispose()
    {
        registry.Dispose();
        http.Dispose();
        logins.Dispose();
        server.Dispose();
    }

    [Fact]
    public async Task The_labels_of_an_image_are_those_of_its_configuration()
    {
        var (image, config) = Image("""{"config":{"Labels":{"a":"1","b":null},"Env":["A=B"]},"os":"linux"}""");

        var labels = (await configs.LabelsAsync(server.Repository, image, default)).ShouldHaveSingleItem();

        labels.ShouldBe(new Dictionary<string, string?> { ["a"] = "1", ["b"] = null }, ignoreOrder: true);
        (await configs.IdsAsync(server.Repository, image, default)).ShouldBe([image, config], ignoreOrder: true);
    }

    [Fact]
    public async Task An_index_stands_for_the_images_that_it_lists_and_not_for_what_attests_them()
    {
        var (one, oneConfig) = Image("""{"config":{"Labels":{"a":"1"}}}""");
        var (other, otherConfig) = Image("""{"config":{"Labels":{"a":"2"}}}""");
        var (attestation, _) = Image("{}");
        var index = server.Add($$"""
            {"schemaVersion":2,"manifests":[{"digest":"{{one}}"},{"digest":"{{other}}"},{"digest":"{{attestation}}","annotations":{"vnd.docker.reference.type":"attestation-manifest"} }]}
            """, MemoryRegistry.IndexType, []);

        (await configs.LabelsAsync(server.Repository, index, default)).Select(labels => labels["a"]).ShouldBe(["1", "2"]);
        (await configs.IdsAsync(server.Repository, index, default)).ShouldBe([index, one, oneConfig, other, otherConfig], ignoreOrder: true);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"config":{}}""")]
    [InlineData("""{"config":"a chart's"}""")]
    [InlineData("not JSON")]
    public async Task What_has_no_configuration_of_a_container_has_no_labels(string config) =>
        (await configs.LabelsAsync(server.Repository, Image(config).Image, default)).ShouldHaveSingleItem().ShouldBeEmpty();

    [Fact]
    public async Task What_is_not_there_is_nothing() =>
        (await configs.LabelsAsync(server.Repository, "sha256:" + new string('0', 64), default)).ShouldBeEmpty();

    private (string Image, string Config) Image(string configuration)
    {
        var config = Digests.Of(Encoding.UTF8.GetBytes(configuration), "sha256:");
        blobs[config] = configuration;
        return (server.Add($$"""{"schemaVersion":2,"config":{"digest":"{{config}}","size":2},"layers":[]}"""), config);
    }
}
