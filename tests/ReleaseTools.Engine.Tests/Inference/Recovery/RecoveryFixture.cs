using System.Text.Json.Nodes;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Inference.Recovery;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Inference.Recovery;

/// <summary>A sandbox with an endpoint that has a history: Terraform's first configuration, and one of each release that it was updated to.</summary>
internal sealed class RecoveryFixture : IAsyncDisposable
{
    public const string Name = "stereo";

    private readonly TemporaryDirectory workspace = new();

    public FurnishedSandbox Sandbox { get; } = new();

    public RecordingObserver Observer { get; } = new();

    public string Workspace => workspace.Root;

    public string RecordPath => workspace.PathOf($".releasetools/endpoints/{Name}.json");

    /// <summary>The configurations that updates made, oldest first.</summary>
    public List<string> Configs { get; } = [];

    public async Task<RecoveryFixture> StartAsync(params string[] releases)
    {
        await Sandbox.StartAsync();
        await Sandbox.WithEndpointAsync();
        await CallAsync("AddTags", new JsonObject { ["ResourceArn"] = (string?)(await DescribeAsync())!["EndpointArn"], ["Tags"] = new JsonArray(new JsonObject { ["Key"] = "cost", ["Value"] = "video" }) });
        Sandbox.Time.Advance(TimeSpan.FromMinutes(5));
        foreach (var release in releases)
            Configs.Add((await UpdateAsync(release)).EndpointConfigName!);
        return this;
    }

    public RecoveryTools Tools(AwsSession? session = null, string? folder = null) => new(session ?? Sandbox.Session, Sandbox.Registry, Observer, Sandbox.Time, folder ?? Workspace);

    public async Task<EndpointUpdate> UpdateAsync(string release)
    {
        var updates = new EndpointUpdates(Sandbox.Session, Sandbox.Registry, Observer, Sandbox.Time);
        var image = await Sandbox.PushAsync(release, release);
        return await updates.UpdateAsync(await updates.PlanAsync(Name, image, new() { Timeout = TimeSpan.FromMinutes(60) }, default), default);
    }

    public Task<EndpointDiagnosis> TestAsync() => new EndpointRepairs(Tools()).TestAsync(Name, default);

    public Task<EndpointRepairResult> RepairAsync(bool allowRecreate = false, AwsSession? session = null, string? folder = null) =>
        new EndpointRepairs(Tools(session, folder)).RepairAsync(Name, allowRecreate, TimeSpan.FromHours(2), _ => Task.FromResult(true), default);

    public async Task<EndpointUpdate> RestoreAsync(string? to, AwsSession? session = null)
    {
        var restores = new EndpointRestores(Tools(session));
        return await restores.RestoreAsync(await restores.PlanAsync(Name, to, default), noWait: false, TimeSpan.FromHours(2), default);
    }

    /// <summary>Has Application Auto Scaling scale the endpoint by a target, a policy and a schedule.</summary>
    public async Task ScaleAsync()
    {
        const string of = $$"""
            "ServiceNamespace":"sagemaker","ResourceId":"endpoint/{{Name}}/variant/AllTraffic","ScalableDimension":"sagemaker:variant:DesiredInstanceCount"
            """;
        await Sandbox.CallAsync("application-autoscaling", "RegisterScalableTarget", $$"""{{{of}},"MinCapacity":1,"MaxCapacity":4}""");
        await Sandbox.CallAsync("application-autoscaling", "PutScalingPolicy", $$"""
            {{{of}},"PolicyName":"queue","PolicyType":"TargetTrackingScaling","TargetTrackingScalingPolicyConfiguration":{"TargetValue":5,"OfTheFuture":{"a":[1,null]} } }
            """);
        await Sandbox.CallAsync("application-autoscaling", "PutScheduledAction", $$"""{{{of}},"ScheduledActionName":"night","Schedule":"cron(0 22 * * ? *)","Timezone":"Europe/Berlin"}""");
    }

    /// <summary>Deletes a configuration, as somebody who tidies up does.</summary>
    public Task DeleteConfigAsync(string name) => CallAsync("DeleteEndpointConfig", new JsonObject { ["EndpointConfigName"] = name });

    public Task DeleteModelAsync(string name) => CallAsync("DeleteModel", new JsonObject { ["ModelName"] = name });

    public Task DeleteEndpointAsync() => CallAsync("DeleteEndpoint", new JsonObject { ["EndpointName"] = Name });

    /// <summary>The endpoint; null when there is none.</summary>
    public async Task<JsonObject?> DescribeAsync()
    {
        var listed = (await CallAsync("ListEndpoints", new JsonObject { ["NameContains"] = Name }))["Endpoints"]!.AsArray();
        return listed.Count == 0 ? null : await CallAsync("DescribeEndpoint", new JsonObject { ["EndpointName"] = Name });
    }

    public async Task<JsonObject> ConfigAsync(string name) => await CallAsync("DescribeEndpointConfig", new JsonObject { ["EndpointConfigName"] = name });

    public async Task<IReadOnlyList<string>> NamesAsync(string kind) =>
        [.. (await CallAsync($"List{kind}s", new JsonObject { ["MaxResults"] = 100 }))[$"{kind}s"]!.AsArray().Select(one => (string)one![$"{kind}Name"]!).Order(StringComparer.Ordinal)];

    public async Task<IReadOnlyList<string>> TagsAsync(string arn) =>
        [.. (await CallAsync("ListTags", new JsonObject { ["ResourceArn"] = arn }))["Tags"]!.AsArray().Select(tag => $"{tag!["Key"]}={tag["Value"]}")];

    /// <summary>All that a repair may leave behind, as text that can be compared.</summary>
    public async Task<string> SnapshotAsync()
    {
        var endpoint = await DescribeAsync();
        var lines = new List<string> { $"{endpoint?["EndpointStatus"]} on {endpoint?["EndpointConfigName"]}" };
        if (endpoint is not null)
            lines.Add(string.Join(", ", await TagsAsync((string)endpoint["EndpointArn"]!)));
        foreach (var (operation, member) in new[] { ("DescribeScalableTargets", "ScalableTargets"), ("DescribeScalingPolicies", "ScalingPolicies"), ("DescribeScheduledActions", "ScheduledActions") })
            lines.AddRange((await Sandbox.CallAsync("application-autoscaling", operation, """{"ServiceNamespace":"sagemaker"}""")).Json[member]!.AsArray().Select(WithoutTime));
        foreach (var config in await NamesAsync("EndpointConfig"))
            lines.Add($"{config}: {string.Join(", ", (await TagsAsync((string)(await ConfigAsync(config))["EndpointConfigArn"]!)).Where(tag => !tag.StartsWith(EndpointTags.Proven, StringComparison.Ordinal)))}");
        lines.Add($"models: {string.Join(", ", await NamesAsync("Model"))}");
        lines.Add($"record: {File.Exists(RecordPath)}");

        // Names have the time of their making in them.
        return Configs.Select((name, index) => (name, index)).Aggregate(string.Join('\n', lines), (text, config) => text.Replace(config.name, $"c{config.index + 1}", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        await Sandbox.DisposeAsync();
        workspace.Dispose();
    }

    private static string WithoutTime(JsonNode? described) => string.Join(
        ' ', described!.AsObject().Where(member => member.Key != "CreationTime").OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => $"{member.Key}={member.Value?.ToJsonString()}"));

    private async Task<JsonObject> CallAsync(string operation, JsonObject request) => (await Sandbox.CallAsync("SageMaker", operation, request.ToJsonString())).Json.AsObject();
}
