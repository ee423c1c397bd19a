using System.Text.Json.Nodes;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Inference.Endpoints;

public sealed class EndpointUpdatesTests
{
    private const string Repository = "1.dkr.ecr.eu-west-1.amazonaws.com/inference";
    private const string New = "sha256:new";
    private const string Old = "sha256:old";
    private const string OurConfig = "stereo-t1-20260504T100000Z";

    private readonly ScriptedAws aws = new();
    private readonly TagsInMemory registry = new();
    private readonly RecordingObserver observer = new();
    private readonly JumpingTime time = new();

    public EndpointUpdatesTests()
    {
        aws.On("DescribeEndpoint", _ => Endpoint("InService", "former", Old));
        aws.On("DescribeEndpointConfig", """
            {"EndpointConfigName":"former","EndpointConfigArn":"arn:former","CreationTime":1.5,"ProductionVariants":[{"VariantName":"AllTraffic","ModelName":"m1","InitialInstanceCount":1}],
             "AsyncInferenceConfig":{"OutputConfig":{"S3OutputPath":"s3://b/out"}}}
            """);
        aws.On("DescribeModel", $$"""{"ModelName":"m1","ModelArn":"arn:m1","CreationTime":1.5,"PrimaryContainer":{"Image":"{{Repository}}:latest","Environment":{"PLATFORM":"gpu"} } }""");
        aws.On("ListTags", request => (string?)request["NextToken"] is null
            ? JsonNode.Parse("""{"Tags":[{"Key":"team","Value":"video"},{"Key":"aws:cloudformation:stack-name","Value":"x"},{"Key":"releasetools:release","Value":"t0"},{"Key":"releasetools:proven","Value":"2026-05-03T10:00:00Z"}],"NextToken":"n"}""")!
            : JsonNode.Parse("""{"Tags":[{"Key":"stage","Value":"prod"}]}""")!);
        foreach (var operation in new[] { "CreateModel", "CreateEndpointConfig", "UpdateEndpoint", "DeleteModel", "DeleteEndpointConfig", "AddTags", "DescribeLogStreams" })
            aws.On(operation, "{}");
    }

    private EndpointUpdates Updates => new(aws.Session, registry, observer, time);

    [Fact]
    public async Task An_endpoint_that_serves_the_digest_is_left_alone_and_nothing_is_created()
    {
        aws.On("DescribeEndpoint", _ => Endpoint("InService", "former", New));
        var update = await UpdateAsync();
        (update.Status, update.EndpointConfigName, update.PreviousDigest).ShouldBe((EndpointUpdateStatus.Unchanged, "former", New));
        aws.Operations.ShouldAllBe(operation => operation.StartsWith("Describe", StringComparison.Ordinal) || operation == "ListTags");
    }

    [Fact]
    public async Task A_platform_s_manifest_of_the_pushed_index_is_the_digest_too()
    {
        registry.Indexes[New] = ["sha256:amd64"];
        aws.On("DescribeEndpoint", _ => Endpoint("InService", "former", "sha256:amd64"));
        (await UpdateAsync()).Status.ShouldBe(EndpointUpdateStatus.Unchanged);
    }

    [Fact]
    public async Task Another_digest_is_an_update_by_a_cloned_model_and_configuration()
    {
        aws.InTurn(
            "DescribeEndpoint", Before, Before, () => Endpoint("Updating", "former", Old), () => Endpoint("InService", OurConfig, New));

        var update = await UpdateAsync();

        update.Status.ShouldBe(EndpointUpdateStatus.Updated, update.Reason);
        (update.PreviousDigest, update.Digest, update.PreviousEndpointConfigName, update.EndpointConfigName, update.ModelName, update.VariantName)
            .ShouldBe((Old, New, "former", OurConfig, OurConfig, "AllTraffic"));
        var model = aws.RequestsOf("CreateModel").Single();
        ((string?)model["ModelName"], (string?)model["PrimaryContainer"]!["Image"]).ShouldBe((OurConfig, $"{Repository}@{New}"));
        var config = aws.RequestsOf("CreateEndpointConfig").Single();
        ((string?)config["EndpointConfigName"], (string?)config["ProductionVariants"]![0]!["ModelName"]).ShouldBe((OurConfig, OurConfig));
        config["Tags"]!.AsArray().Select(tag => $"{tag!["Key"]}={tag["Value"]}").ShouldBe(["team=video", "stage=prod", "releasetools:endpoint=stereo", "releasetools:release=t1", "releasetools:previous-config=former"]);
        aws.RequestsOf("UpdateEndpoint").Single().ToJsonString().ShouldBe($$"""{"EndpointName":"stereo","EndpointConfigName":"{{OurConfig}}","RetainAllVariantProperties":true}""");
        aws.Operations.ShouldNotContain("DeleteEndpointConfig");
    }

    [Fact]
    public async Task A_read_that_lags_behind_the_update_is_not_a_rollback()
    {
        aws.InTurn(
            "DescribeEndpoint", Before, Before, Before, Before,
            () => Endpoint("Updating", "former", Old), () => Endpoint("InService", "former", Old), () => Endpoint("InService", OurConfig, Old), () => Endpoint("InService", OurConfig, New));
        (await UpdateAsync()).Status.ShouldBe(EndpointUpdateStatus.Updated);
    }

    [Fact]
    public async Task A_rollback_says_so_and_takes_away_what_was_made()
    {
        aws.InTurn(
            "DescribeEndpoint", Before, Before, () => Endpoint("Updating", "former", Old), () => Endpoint("RollingBack", "former", Old),
            () => Endpoint("InService", "former", Old));

        var update = await UpdateAsync();

        update.Status.ShouldBe(EndpointUpdateStatus.RolledBack);
        update.Reason!.ShouldContain("SageMaker gave no reason");
        ((string?)aws.RequestsOf("DeleteEndpointConfig").Single()["EndpointConfigName"]).ShouldBe(OurConfig);
        ((string?)aws.RequestsOf("DeleteModel").Single()["ModelName"]).ShouldBe(OurConfig);
    }

    [Fact]
    public async Task What_a_failed_attempt_made_stays_while_the_endpoint_names_it()
    {
        aws.InTurn("DescribeEndpoint", Before, Before, () => Endpoint("Updating", "former", Old), () => Endpoint("Failed", OurConfig, null));
        var update = await UpdateAsync();
        update.Status.ShouldBe(EndpointUpdateStatus.Failed);
        update.NextCommand.ShouldBe("Repair-SageMakerEndpoint stereo -AllowRecreate");
        aws.Operations.ShouldNotContain("DeleteEndpointConfig");
    }

    [Fact]
    public async Task A_refused_update_takes_away_what_was_made()
    {
        aws.On("UpdateEndpoint", _ => throw ScriptedAws.Error("ValidationException", "Cannot update in-progress endpoint."));
        await Should.ThrowAsync<ReleaseException>(UpdateAsync);
        aws.Operations.TakeLast(3).ShouldBe(["DescribeEndpoint", "DeleteEndpointConfig", "DeleteModel"]);
    }

    [Fact]
    public async Task An_update_whose_answer_was_lost_is_watched_and_not_asked_for_twice()
    {
        aws.On("UpdateEndpoint", _ => throw ScriptedAws.Error("ConnectionLost", status: null));
        aws.InTurn("DescribeEndpoint", Before, Before, () => Endpoint("Updating", "former", Old), () => Endpoint("InService", OurConfig, New));
        (await UpdateAsync()).Status.ShouldBe(EndpointUpdateStatus.Updated);
        aws.Operations.Count(operation => operation == "UpdateEndpoint").ShouldBe(1);
    }

    [Fact]
    public async Task A_busy_endpoint_is_waited_for_and_then_found_to_serve_the_digest()
    {
        aws.InTurn("DescribeEndpoint", () => Endpoint("Updating", "former", Old), () => Endpoint("Updating", "former", Old), () => Endpoint("InService", "first-attempt", New));
        var update = await UpdateAsync();
        (update.Status, update.EndpointConfigName).ShouldBe((EndpointUpdateStatus.Unchanged, "first-attempt"));
    }

    [Fact]
    public async Task An_endpoint_that_stays_busy_is_an_error_and_nothing_was_changed()
    {
        aws.On("DescribeEndpoint", _ => Endpoint("SystemUpdating", "former", Old));
        (await Should.ThrowAsync<ReleaseException>(UpdateAsync)).Id.ShouldBe(nameof(Messages.EndpointBusy));
        aws.Operations.ShouldAllBe(operation => operation == "DescribeEndpoint");
    }

    [Theory]
    [InlineData("Failed")]
    [InlineData("OutOfService")]
    [InlineData("UpdateRollbackFailed")]
    [InlineData("Deleting")]
    public async Task An_endpoint_that_an_update_cannot_help_is_refused_with_the_command_to_run(string status)
    {
        aws.On("DescribeEndpoint", _ => Endpoint(status, "former", null));
        var error = await Should.ThrowAsync<ReleaseException>(UpdateAsync);
        (error.Id, error.Kind).ShouldBe((nameof(Messages.EndpointNotUpdatable), ErrorKind.InvalidState));
        error.RecommendedAction.ShouldContain("Repair-SageMakerEndpoint stereo");
    }

    [Fact]
    public async Task An_endpoint_that_is_not_there_is_an_error()
    {
        aws.On("DescribeEndpoint", _ => throw ScriptedAws.Error("ValidationException", "Could not find endpoint \"stereo\"."));
        (await Should.ThrowAsync<ReleaseException>(UpdateAsync)).Id.ShouldBe(nameof(Messages.EndpointNotFound));
    }

    [Fact]
    public async Task A_configuration_deleted_while_in_use_is_found_before_anything_is_created()
    {
        aws.On("DescribeEndpointConfig", _ => throw ScriptedAws.Error("ValidationException", "Could not find endpoint configuration \"former\"."));
        (await Should.ThrowAsync<ReleaseException>(UpdateAsync)).Id.ShouldBe(nameof(Messages.EndpointConfigMissing));
    }

    [Fact]
    public async Task A_variant_that_is_not_there_is_an_error_that_names_those_that_are()
    {
        var error = await Should.ThrowAsync<ReleaseException>(() => Updates.PlanAsync("stereo", Image(), new() { VariantName = "Canary" }, default));
        error.Id.ShouldBe(nameof(Messages.EndpointVariantNotFound));
        error.Message.ShouldContain("AllTraffic");
    }

    [Fact]
    public async Task A_wait_that_runs_out_says_that_the_update_goes_on()
    {
        aws.InTurn("DescribeEndpoint", Before, Before, () => Endpoint("Updating", "former", Old));
        var update = await UpdateAsync();
        update.Status.ShouldBe(EndpointUpdateStatus.TimedOut);
        update.Reason!.ShouldContain("The update of endpoint stereo goes on.");
        aws.Operations.ShouldNotContain("DeleteEndpointConfig");
    }

    [Fact]
    public async Task A_stop_by_the_user_during_the_wait_leaves_the_update_running_and_says_so()
    {
        using var stop = new CancellationTokenSource();
        var looks = 0;
        aws.On("DescribeEndpoint", _ =>
        {
            if (++looks > 3)
                stop.Cancel();
            return Endpoint(looks <= 2 ? "InService" : "Updating", "former", Old);
        });
        var plan = await Updates.PlanAsync("stereo", Image(), new(), default);
        await Should.ThrowAsync<OperationCanceledException>(() => Updates.UpdateAsync(plan, stop.Token));
        observer.Of<LeftRunning>().Single().Message.ShouldContain("goes on");
        aws.Operations.ShouldNotContain("DeleteEndpointConfig");
    }

    [Fact]
    public async Task An_update_that_twice_got_no_answer_and_did_not_begin_is_an_error_and_takes_away_what_was_made()
    {
        aws.On("UpdateEndpoint", _ => throw ScriptedAws.Error("ConnectionLost", status: null));
        (await Should.ThrowAsync<ReleaseException>(UpdateAsync)).Id.ShouldBe(nameof(Messages.EndpointUpdateNotBegun));
        aws.Operations.Count(operation => operation == "UpdateEndpoint").ShouldBe(2);
        aws.Operations.ShouldContain("DeleteEndpointConfig");
    }

    [Fact]
    public async Task An_update_whose_request_did_not_arrive_is_asked_for_once_more()
    {
        var sent = 0;
        aws.On("UpdateEndpoint", _ => ++sent == 1 ? throw ScriptedAws.Error("ConnectionLost", status: null) : new JsonObject());
        aws.On("DescribeEndpoint", _ => sent < 2 ? Before() : Endpoint("InService", OurConfig, New));
        (await UpdateAsync()).Status.ShouldBe(EndpointUpdateStatus.Updated);
    }

    [Fact]
    public async Task A_first_request_that_came_after_all_is_known_by_the_refusal_of_the_second()
    {
        var sent = 0;
        aws.On("UpdateEndpoint", _ => throw (++sent == 1 ? ScriptedAws.Error("ConnectionLost", status: null) : ScriptedAws.Error("ValidationException", "Cannot update in-progress endpoint.")));
        var looks = 0;
        aws.On("DescribeEndpoint", _ => sent < 2 ? Before() : ++looks == 1 ? Endpoint("Updating", "former", Old) : Endpoint("InService", OurConfig, New));
        (await UpdateAsync()).Status.ShouldBe(EndpointUpdateStatus.Updated);
        aws.Operations.ShouldNotContain("DeleteEndpointConfig");
    }

    [Fact]
    public async Task A_stop_by_the_user_while_what_was_made_is_removed_keeps_the_verdict()
    {
        using var stop = new CancellationTokenSource();
        aws.InTurn("DescribeEndpoint", Before, Before, () => Endpoint("Updating", "former", Old), () => Endpoint("InService", "former", Old));
        aws.On("DeleteEndpointConfig", _ =>
        {
            stop.Cancel();
            return new JsonObject();
        });
        var plan = await Updates.PlanAsync("stereo", Image(), new(), default);
        (await Updates.UpdateAsync(plan, stop.Token)).Status.ShouldBe(EndpointUpdateStatus.RolledBack);
    }

    [Fact]
    public async Task A_stop_while_things_are_made_asks_for_the_time_that_their_removal_takes()
    {
        using var stop = new CancellationTokenSource();
        aws.On("CreateEndpointConfig", _ =>
        {
            stop.Cancel();
            throw new OperationCanceledException(stop.Token);
        });
        var plan = await Updates.PlanAsync("stereo", Image(), new(), default);

        await Should.ThrowAsync<OperationCanceledException>(() => Updates.UpdateAsync(plan, stop.Token));

        observer.Of<StopTakesTime>().ShouldHaveSingleItem().Longest.ShouldBe(TimeSpan.FromMinutes(1));
        aws.Operations.ShouldContain("DeleteModel");
    }

    [Fact]
    public async Task A_rollback_that_failed_may_have_left_instances_on_what_was_made_so_it_stays()
    {
        aws.InTurn("DescribeEndpoint", Before, Before, () => Endpoint("Updating", "former", Old), () => Endpoint("UpdateRollbackFailed", "former", Old));
        (await UpdateAsync()).NextCommand.ShouldBe("Repair-SageMakerEndpoint stereo");
        aws.Operations.ShouldNotContain("DeleteEndpointConfig");
    }

    [Fact]
    public async Task Without_a_wait_the_update_is_in_progress()
    {
        var plan = await Updates.PlanAsync("stereo", Image(), new() { NoWait = true }, default);
        (await Updates.UpdateAsync(plan, default)).Status.ShouldBe(EndpointUpdateStatus.InProgress);
    }

    private static JsonObject Before() => Endpoint("InService", "former", Old);

    private static EcrImage Image() => new() { Name = "inference", Repository = Repository, Tag = "t1", Digest = New };

    private async Task<EndpointUpdate> UpdateAsync() =>
        await Updates.UpdateAsync(await Updates.PlanAsync("stereo", Image(), new() { Timeout = TimeSpan.FromMinutes(30) }, default), default);

    private static JsonObject Endpoint(string status, string config, string? digest) => new()
    {
        ["EndpointName"] = "stereo", ["EndpointStatus"] = status, ["EndpointConfigName"] = config, ["CreationTime"] = 1.5,
        ["ProductionVariants"] = new JsonArray(new JsonObject
        {
            ["VariantName"] = "AllTraffic", ["CurrentInstanceCount"] = 1, ["DesiredInstanceCount"] = 1,
            ["DeployedImages"] = digest is null ? new JsonArray() : new JsonArray(new JsonObject { ["SpecifiedImage"] = $"{Repository}:latest", ["ResolvedImage"] = $"{Repository}@{digest}" }),
        }),
    };
}
