using System.Text.Json.Nodes;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Tests.Doubles;
using ReleaseTools.Sandbox.Tests.Server;

namespace ReleaseTools.Engine.Tests.Inference.Endpoints;

/// <summary>A sandbox with an endpoint named <c>stereo</c>, which a test makes as it needs it, and the updates under test.</summary>
internal sealed class EndpointScene : IAsyncDisposable
{
    private AwsSession? session;

    public FurnishedSandbox Sandbox { get; } = new();

    public RecordingObserver Observer { get; } = new();

    public EndpointUpdates Updates => new(session ?? Sandbox.Session, Sandbox.Registry, Observer, Sandbox.Time);

    public EndpointWaits Waits => new(session ?? Sandbox.Session, Sandbox.Registry, Observer, Sandbox.Time);

    public async Task<EndpointScene> StartAsync()
    {
        await Sandbox.StartAsync();
        return this;
    }

    /// <summary>The SDK tries a call twice from now on, or an outage is waited out by the machine's clock.</summary>
    public async Task BeImpatientAsync() => session = await AwsSessionFactory.CreateAsync(
        Sandbox.Options with { Environment = new Dictionary<string, string>(Sandbox.Options.Environment, StringComparer.Ordinal) { ["AWS_MAX_ATTEMPTS"] = "2" } }, NullObserver.Instance, default);

    /// <summary>A model, from its members without the name; REPO stands for the repository.</summary>
    public Task ModelAsync(string name, string members) => CallAsync("CreateModel", $$"""{"ModelName":"{{name}}","ExecutionRoleArn":"arn:aws:iam::000000000000:role/x",{{members.Replace("REPO", Sandbox.Repository)}} }""");

    /// <summary>A configuration, from its members without the name, and the endpoint on it.</summary>
    public async Task EndpointAsync(string members, string config = "first")
    {
        await CallAsync("CreateEndpointConfig", $$"""{"EndpointConfigName":"{{config}}",{{members}} }""");
        await CallAsync("CreateEndpoint", $$"""{"EndpointName":"stereo","EndpointConfigName":"{{config}}"}""");
        Sandbox.Time.Advance(TimeSpan.FromMinutes(6));
    }

    /// <summary>The usual endpoint: asynchronous, one variant, its model's image by tag.</summary>
    public async Task<EndpointScene> WithEndpointAsync(int instances = 1)
    {
        await ModelAsync("m1", """ "PrimaryContainer":{"Image":"REPO:latest","Environment":{"PLATFORM":"gpu","IW3_VIDEO_CODEC":"libx264"} } """);
        await EndpointAsync($$"""
            "ProductionVariants":[{"VariantName":"AllTraffic","ModelName":"m1","InitialInstanceCount":{{instances}},"InstanceType":"ml.g4dn.xlarge"}],
            "AsyncInferenceConfig":{"OutputConfig":{"S3OutputPath":"s3://b/out"} },"Tags":[{"Key":"team","Value":"video"}]
            """);
        return this;
    }

    public async Task<EndpointUpdate> UpdateAsync(EcrImage? image, EndpointUpdateOptions options) =>
        await Updates.UpdateAsync(await Updates.PlanAsync("stereo", image, options, default), default);

    public Task<EndpointUpdate> ChangeAsync(EndpointChange change, string? variant = null, string? container = null) =>
        UpdateAsync(image: null, new() { Change = change, VariantName = variant, ContainerHostname = container });

    public async Task<JsonNode> DescribeAsync() => (await CallAsync("DescribeEndpoint", """{"EndpointName":"stereo"}""")).Json;

    public async Task<JsonObject> DescribeConfigAsync(string name) => (await CallAsync("DescribeEndpointConfig", $$"""{"EndpointConfigName":"{{name}}"}""")).Json.AsObject();

    public async Task<JsonObject> DescribeModelAsync(string name) => (await CallAsync("DescribeModel", $$"""{"ModelName":"{{name}}"}""")).Json.AsObject();

    public async Task<Dictionary<string, string>> TagsAsync(string configName)
    {
        var arn = (string)(await DescribeConfigAsync(configName))["EndpointConfigArn"]!;
        return (await CallAsync("ListTags", $$"""{"ResourceArn":"{{arn}}"}""")).Json["Tags"]!.AsArray().ToDictionary(tag => (string)tag!["Key"]!, tag => (string)tag!["Value"]!);
    }

    public async Task<IReadOnlyList<string>> NamesAsync(string operation, string list, string name) =>
        [.. (await CallAsync(operation, """{"MaxResults":100}""")).Json[list]!.AsArray().Select(one => (string)one![name]!)];

    public Task<Answer> CallAsync(string operation, string request) => Sandbox.CallAsync("SageMaker", operation, request);

    /// <summary>Calls SageMaker in the middle of a wait.</summary>
    public void AtWait(int wait, Action act)
    {
        var waits = 0;
        Sandbox.Time.OnWait = _ =>
        {
            if (++waits == wait)
                act();
        };
    }

    public ValueTask DisposeAsync()
    {
        session?.Dispose();
        return Sandbox.DisposeAsync();
    }
}
