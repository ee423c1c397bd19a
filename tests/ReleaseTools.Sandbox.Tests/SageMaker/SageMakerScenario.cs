using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using ReleaseTools.Sandbox.SageMaker;

namespace ReleaseTools.Sandbox.Tests.SageMaker;

/// <summary>A sandbox's SageMaker on a stepped clock, with models and configurations of three images, one of which is not there.</summary>
public abstract class SageMakerScenario
{
    private protected FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private protected SandboxWorld World { get; }
    private protected SageMakerService SageMaker { get; }

    private protected SageMakerScenario()
    {
        World = new SandboxWorld(new SandboxOptions { Clock = Clock }) { Host = "127.0.0.1:5000", Images = new TwoImages() };
        SageMaker = new SageMakerService(World);
        Deployable("first", "127.0.0.1:5000/inference:one");
        Deployable("second", "127.0.0.1:5000/inference:two");
        Deployable("broken", "127.0.0.1:5000/inference:three");
    }

    private protected static JsonArray Tags(string key) => new(new JsonObject { ["Key"] = key, ["Value"] = "x" });

    private protected JsonArray TagsOf(string arn) => Invoke("ListTags", new JsonObject { ["ResourceArn"] = arn })["Tags"]!.AsArray();

    private protected static JsonObject Variant(string name, string model) => new() { ["VariantName"] = name, ["ModelName"] = model, ["InitialInstanceCount"] = 1, ["InstanceType"] = "ml.g4dn.xlarge" };

    private protected void Stale(string target, int count) => World.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.StaleRead, Target = target, Count = count });

    private protected void Deployable(string name, string image)
    {
        Invoke("CreateModel", new JsonObject { ["ModelName"] = name, ["ExecutionRoleArn"] = "arn:aws:iam::000000000000:role/x", ["PrimaryContainer"] = new JsonObject { ["Image"] = image } });
        Invoke("CreateEndpointConfig", new JsonObject
        {
            ["EndpointConfigName"] = name,
            ["ProductionVariants"] = new JsonArray(new JsonObject { ["VariantName"] = "AllTraffic", ["ModelName"] = name, ["InitialInstanceCount"] = 1, ["InstanceType"] = "ml.g4dn.xlarge" }),
        });
    }

    private protected void Create() => Invoke("CreateEndpoint", new JsonObject { ["EndpointName"] = "endpoint", ["EndpointConfigName"] = "first" });

    private protected void InService()
    {
        Create();
        Step(TimeSpan.FromMinutes(5));
    }

    private protected void Update(string config) => Invoke("UpdateEndpoint", new JsonObject { ["EndpointName"] = "endpoint", ["EndpointConfigName"] = config });

    private protected JsonObject Describe() => Invoke("DescribeEndpoint", new JsonObject { ["EndpointName"] = "endpoint" });

    private protected string Status() => Describe()["EndpointStatus"]!.GetValue<string>();

    private protected JsonNode Image() => Describe()["ProductionVariants"]![0]!["DeployedImages"]![0]!;

    private protected void Step(TimeSpan time)
    {
        Clock.Advance(time);
        SageMaker.Advance(World.Now);
    }

    private protected JsonObject Invoke(string operation, JsonObject request) => SageMaker.Invoke(operation, request);

    private sealed class TwoImages : IImageStore
    {
        public string? Resolve(string imageReference) =>
            imageReference.EndsWith(":one", StringComparison.Ordinal) ? "sha256:1" : imageReference.EndsWith(":two", StringComparison.Ordinal) ? "sha256:2" : null;

        public string Push(string imageReference, string mediaType, ReadOnlyMemory<byte> manifest, IReadOnlyList<ReadOnlyMemory<byte>> blobs, CancellationToken cancellation) => throw new NotSupportedException();
    }
}
