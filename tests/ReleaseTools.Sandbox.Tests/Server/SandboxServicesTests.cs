using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using ReleaseTools.Sandbox.Server;

namespace ReleaseTools.Sandbox.Tests.Server;

public sealed class SandboxServicesTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("sandbox-tests-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void One_service_s_failure_to_move_on_is_told_to_who_asks_that_one_alone()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var world = new SandboxWorld(new SandboxOptions { Clock = clock }) { Host = "127.0.0.1:5000", BlobDirectory = folder.FullName };
        using var services = SandboxServices.Create(world);
        world.Images = new BrokenStore();
        var ecs = services.ByName("ecs")!;
        ecs.Invoke("CreateCluster", JsonNode.Parse("""{ "clusterName": "main" }""")!.AsObject());
        ecs.Invoke("RegisterTaskDefinition", JsonNode.Parse("""{ "family": "web", "containerDefinitions": [{ "name": "app", "image": "x" }] }""")!.AsObject());
        ecs.Invoke("CreateService", JsonNode.Parse("""{ "cluster": "main", "serviceName": "web", "taskDefinition": "web", "desiredCount": 1 }""")!.AsObject());
        clock.Advance(TimeSpan.FromMinutes(1));

        Should.NotThrow(() => services.Advance(world, services.ByName("ssm")));
        Should.Throw<NotSupportedException>(() => services.Advance(world, ecs));
    }

    private sealed class BrokenStore : IImageStore
    {
        public string? Resolve(string imageReference) => throw new NotSupportedException();

        public string Push(string imageReference, string mediaType, ReadOnlyMemory<byte> manifest, IReadOnlyList<ReadOnlyMemory<byte>> blobs, CancellationToken cancellation) =>
            throw new NotSupportedException();
    }
}
