using System.Text.Json.Nodes;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Inference.Endpoints;

/// <summary>An endpoint by script, on a clock that jumps, and the updates under test.</summary>
public abstract class ScriptedUpdates
{
    private protected const string Repository = "1.dkr.ecr.eu-west-1.amazonaws.com/inference";
    private protected const string New = "sha256:new";
    private protected const string Old = "sha256:old";
    private protected const string OurConfig = "stereo-t1-20260504T100000Z";

    private protected ScriptedAws Aws { get; } = new();
    private protected TagsInMemory Registry { get; } = new();
    private protected RecordingObserver Observer { get; } = new();
    private protected JumpingTime Time { get; } = new();

    private protected ScriptedUpdates()
    {
        Aws.On("DescribeEndpoint", _ => Endpoint("InService", "former", Old));
        Aws.On("DescribeEndpointConfig", """
            {"EndpointConfigName":"former","EndpointConfigArn":"arn:former","CreationTime":1.5,"ProductionVariants":[{"VariantName":"AllTraffic","ModelName":"m1","InitialInstanceCount":1}],
             "AsyncInferenceConfig":{"OutputConfig":{"S3OutputPath":"s3://b/out"}}}
            """);
        Aws.On("DescribeModel", $$"""{"ModelName":"m1","ModelArn":"arn:m1","CreationTime":1.5,"PrimaryContainer":{"Image":"{{Repository}}:latest","Environment":{"PLATFORM":"gpu"} } }""");
        Aws.On("ListTags", request => (string?)request["NextToken"] is null
            ? JsonNode.Parse("""{"Tags":[{"Key":"team","Value":"video"},{"Key":"aws:cloudformation:stack-name","Value":"x"},{"Key":"releasetools:release","Value":"t0"},{"Key":"releasetools:proven","Value":"2026-05-03T10:00:00Z"}],"NextToken":"n"}""")!
            : JsonNode.Parse("""{"Tags":[{"Key":"stage","Value":"prod"}]}""")!);
        foreach (var operation in new[] { "CreateModel", "CreateEndpointConfig", "UpdateEndpoint", "DeleteModel", "DeleteEndpointConfig", "AddTags", "DescribeLogStreams" })
            Aws.On(operation, "{}");
    }

    private protected EndpointUpdates Updates => new(Aws.Session, Registry, Observer, Time);

    private protected static JsonObject Before() => Endpoint("InService", "former", Old);

    private protected static EcrImage Image() => new() { Name = "inference", Repository = Repository, Tag = "t1", Digest = New };

    private protected async Task<EndpointUpdate> UpdateAsync() =>
        await Updates.UpdateAsync(await Updates.PlanAsync("stereo", Image(), new() { Timeout = TimeSpan.FromMinutes(30) }, default), default);

    private protected static JsonObject Endpoint(string status, string config, string? digest) => new()
    {
        ["EndpointName"] = "stereo", ["EndpointStatus"] = status, ["EndpointConfigName"] = config, ["CreationTime"] = 1.5,
        ["ProductionVariants"] = new JsonArray(new JsonObject
        {
            ["VariantName"] = "AllTraffic", ["CurrentInstanceCount"] = 1, ["DesiredInstanceCount"] = 1,
            ["DeployedImages"] = digest is null ? new JsonArray() : new JsonArray(new JsonObject { ["SpecifiedImage"] = $"{Repository}:latest", ["ResolvedImage"] = $"{Repository}@{digest}" }),
        }),
    };
}
