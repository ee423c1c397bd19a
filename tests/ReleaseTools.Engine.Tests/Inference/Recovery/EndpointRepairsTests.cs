using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Inference.Recovery;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Tests.Inference.Recovery;

public sealed class EndpointRepairsTests
{
    [Fact]
    public async Task A_configuration_deleted_in_use_is_made_again_with_its_own_model_and_what_the_endpoint_tells()
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1", "r2");
        var before = await endpoint.ConfigAsync(endpoint.Configs[1]);
        await endpoint.Sandbox.CallAsync("SageMaker", "UpdateEndpointWeightsAndCapacities", """{"EndpointName":"stereo","DesiredWeightsAndCapacities":[{"VariantName":"AllTraffic","DesiredInstanceCount":3}]}""");
        endpoint.Sandbox.Time.Advance(TimeSpan.FromMinutes(5));
        await endpoint.DeleteConfigAsync(endpoint.Configs[1]);

        var result = await endpoint.RepairAsync();

        result.Error.ShouldBeNull(result.Error?.Message);
        var after = await endpoint.ConfigAsync(endpoint.Configs[1]);
        before["ProductionVariants"]![0]!["InitialInstanceCount"] = 3;
        before["ProductionVariants"]![0]!["InitialVariantWeight"] = 1.0;
        before["CreationTime"] = after["CreationTime"]!.DeepClone();
        JsonNode.DeepEquals(after, before).ShouldBeTrue($"{after.ToJsonString()} {before.ToJsonString()}");
        (await endpoint.TagsAsync((string)after["EndpointConfigArn"]!)).ShouldBe(["releasetools:endpoint=stereo", "releasetools:release=r2", "team=video"]);
        (await endpoint.UpdateAsync("r3")).Status.ShouldBe(EndpointUpdateStatus.Updated);
    }

    [Fact]
    public async Task Where_its_model_is_gone_too_the_pattern_s_gets_the_images_that_are_served()
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1", "r2");
        var served = (await endpoint.TestAsync()).ImageUris.ShouldHaveSingleItem();
        await endpoint.DeleteConfigAsync(endpoint.Configs[1]);
        await endpoint.DeleteModelAsync(endpoint.Configs[1]);

        (await endpoint.RepairAsync()).Error.ShouldBeNull();

        var model = (await endpoint.Sandbox.CallAsync("SageMaker", "DescribeModel", $$"""{"ModelName":"{{endpoint.Configs[1]}}"}""")).Json;
        ((string?)model["PrimaryContainer"]!["Image"]).ShouldBe(served);
        (await endpoint.TagsAsync((string)model["ModelArn"]!)).ShouldContain("releasetools:endpoint=stereo");
    }

    [Fact]
    public async Task A_model_that_has_come_to_its_name_since_is_not_taken_for_its_own()
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1", "r2");
        var served = (await endpoint.TestAsync()).ImageUris.ShouldHaveSingleItem();
        await endpoint.DeleteConfigAsync(endpoint.Configs[1]);
        await endpoint.DeleteModelAsync(endpoint.Configs[1]);
        await endpoint.Sandbox.CallAsync("SageMaker", "CreateModel", $$"""
            {"ModelName":"{{endpoint.Configs[1]}}","ExecutionRoleArn":"arn:aws:iam::000000000000:role/x","PrimaryContainer":{"Image":"{{endpoint.Sandbox.Repository}}:r1"} }
            """);

        (await endpoint.RepairAsync()).Error.ShouldBeNull();

        var model = (string)(await endpoint.ConfigAsync(endpoint.Configs[1]))["ProductionVariants"]![0]!["ModelName"]!;
        model.ShouldNotBe(endpoint.Configs[1]);
        ((string?)(await endpoint.Sandbox.CallAsync("SageMaker", "DescribeModel", $$"""{"ModelName":"{{model}}"}""")).Json["PrimaryContainer"]!["Image"]).ShouldBe(served);
    }

    [Fact]
    public async Task Terraform_s_own_configuration_is_made_again_without_a_mark_of_ours()
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1");
        await endpoint.RestoreAsync("first");
        await endpoint.DeleteConfigAsync("first");

        (await endpoint.RepairAsync()).Error.ShouldBeNull();

        (await endpoint.TagsAsync((string)(await endpoint.ConfigAsync("first"))["EndpointConfigArn"]!)).ShouldBe(["team=video"]);
    }

    [Fact]
    public async Task Of_a_mix_that_names_what_is_good_a_clone_of_that_is_deployed()
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1");
        endpoint.Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.EndpointRollbackFailure, Target = RecoveryFixture.Name });
        (await endpoint.UpdateAsync("r2")).NextCommand.ShouldBe("Repair-SageMakerEndpoint stereo");

        var result = await endpoint.RepairAsync();

        result.Error.ShouldBeNull(result.Error?.Message);
        result.Diagnosis.EndpointConfigName.ShouldNotBe(endpoint.Configs[0]);
        (result.Diagnosis.Release, result.Diagnosis.LastGoodEndpointConfigName).ShouldBe(("r1", result.Diagnosis.EndpointConfigName));
    }

    [Fact]
    public async Task Out_of_service_and_refused_by_SageMaker_it_is_created_again_with_leave_and_refused_without()
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1");
        endpoint.Sandbox.ForceEndpointStatus(RecoveryFixture.Name, "OutOfService");
        using var refusing = endpoint.Sandbox.SessionThrough(inner => new RefusingUpdates(inner));

        var refused = await endpoint.RepairAsync(allowRecreate: false, refusing);
        refused.Error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.EndpointRecreateNotAllowed));
        refused.Error.Message.ShouldContain("SageMaker refuses to update it");

        var repaired = await endpoint.RepairAsync(allowRecreate: true, refusing);
        repaired.Error.ShouldBeNull(repaired.Error?.Message);
        repaired.Diagnosis.IsHealthy.ShouldBeTrue();
        endpoint.Sandbox.Calls.Count(call => call.Operation == "DeleteEndpoint").ShouldBe(1);
    }

    [Fact]
    public async Task An_endpoint_that_fails_again_keeps_its_record_and_loses_nothing_by_a_second_attempt()
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1");
        await endpoint.ScaleAsync();
        var before = await endpoint.SnapshotAsync();
        endpoint.Sandbox.ForceEndpointStatus(RecoveryFixture.Name, "Failed");
        endpoint.Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.EndpointFailure, Target = RecoveryFixture.Name, Reason = "no capacity" });

        var failed = await endpoint.RepairAsync(allowRecreate: true);

        failed.Error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.EndpointRepairFailed));
        failed.Error.Message.ShouldContain("no capacity");
        (failed.Diagnosis.Status, failed.Diagnosis.NextStep).ShouldBe(("Failed", EndpointNextStep.Recreate));
        File.Exists(endpoint.RecordPath).ShouldBeTrue();
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(endpoint.RecordPath).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);

        (await endpoint.RepairAsync(allowRecreate: true)).Error.ShouldBeNull();
        (await endpoint.SnapshotAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task What_was_finished_elsewhere_is_not_finished_again_here()
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1");
        await endpoint.ScaleAsync();
        endpoint.Sandbox.ForceEndpointStatus(RecoveryFixture.Name, "Failed");
        using var mortal = endpoint.Sandbox.SessionThrough(new Death(at: 3, arrives: false).Of);
        await Should.ThrowAsync<ProcessKilledException>(() => endpoint.RepairAsync(allowRecreate: true, mortal));
        using var elsewhere = new TemporaryDirectory();
        (await endpoint.RepairAsync(folder: elsewhere.Root)).Error.ShouldBeNull();
        File.Exists(endpoint.RecordPath).ShouldBeTrue();

        (await endpoint.TestAsync()).IsHealthy.ShouldBeTrue();
        (await endpoint.RepairAsync()).Error.ShouldBeNull();
        File.Exists(endpoint.RecordPath).ShouldBeFalse();
    }

    [Fact]
    public async Task A_record_that_found_no_room_on_the_configuration_is_said_to_be_elsewhere()
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1");
        var arn = (string)(await endpoint.ConfigAsync(endpoint.Configs[0]))["EndpointConfigArn"]!;
        await endpoint.Sandbox.CallAsync("SageMaker", "AddTags", new JsonObject
        {
            ["ResourceArn"] = arn, ["Tags"] = new JsonArray([.. Enumerable.Range(0, 42).Select(number => new JsonObject { ["Key"] = $"k{number}", ["Value"] = "v" })]),
        }.ToJsonString());
        await endpoint.ScaleAsync();
        endpoint.Sandbox.ForceEndpointStatus(RecoveryFixture.Name, "Failed");
        using var mortal = endpoint.Sandbox.SessionThrough(new Death(at: 3, arrives: false).Of);
        await Should.ThrowAsync<ProcessKilledException>(() => endpoint.RepairAsync(allowRecreate: true, mortal));
        using var elsewhere = new TemporaryDirectory();

        (await endpoint.RepairAsync(folder: elsewhere.Root)).Error.ShouldBeNull();
        endpoint.Observer.Of<Warned>().ShouldContain(warned => warned.Message.Contains("recorded on the machine on which its re-creation began", StringComparison.Ordinal));

        // Where it began, the file still has what it needs.
        (await endpoint.TestAsync()).NextStep.ShouldBe(EndpointNextStep.Create);
        (await endpoint.RepairAsync()).Error.ShouldBeNull();
        (await endpoint.SnapshotAsync()).ShouldContain("PolicyName=\"queue\"");
    }

    [Fact]
    public async Task What_is_not_known_to_be_unscaled_is_not_deleted()
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1");
        endpoint.Sandbox.ForceEndpointStatus(RecoveryFixture.Name, "Failed");
        endpoint.Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.AccessDenied, Service = "application-autoscaling", Count = null });

        (await endpoint.RepairAsync(allowRecreate: true)).Error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.EndpointScalingUnreadable));

        endpoint.Sandbox.Calls.ShouldAllBe(call => call.Operation != "DeleteEndpoint");
        File.Exists(endpoint.RecordPath).ShouldBeFalse();
    }

    [Fact]
    public async Task What_can_be_recorded_nowhere_is_not_deleted()
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1");
        endpoint.Sandbox.ForceEndpointStatus(RecoveryFixture.Name, "Failed");
        endpoint.Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.AccessDenied, Operation = "AddTags", Count = null });
        await File.WriteAllTextAsync(Path.Combine(endpoint.Workspace, ".releasetools"), "in the way");

        (await endpoint.RepairAsync(allowRecreate: true)).Error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.EndpointRecordNotWritten));
        endpoint.Sandbox.Calls.ShouldAllBe(call => call.Operation != "DeleteEndpoint");

        File.Delete(Path.Combine(endpoint.Workspace, ".releasetools"));
        (await endpoint.RepairAsync(allowRecreate: true)).Error.ShouldBeNull();
        endpoint.Observer.Of<Warned>().ShouldContain(warned => warned.Message.Contains("recorded only in", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("DeleteEndpoint")]
    [InlineData("CreateEndpoint")]
    [InlineData("RegisterScalableTarget")]
    [InlineData("AddTags")]
    [InlineData("DeleteTags")]
    public async Task An_answer_that_is_lost_changes_nothing(string operation)
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1");
        await endpoint.ScaleAsync();
        var before = await endpoint.SnapshotAsync();
        endpoint.Sandbox.ForceEndpointStatus(RecoveryFixture.Name, "Failed");
        endpoint.Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.DropAnswer, Operation = operation, Count = 1 });

        var result = await endpoint.RepairAsync(allowRecreate: true);

        result.Error.ShouldBeNull(result.Error?.Message);
        (await endpoint.SnapshotAsync()).ShouldBe(before);
    }

    [Theory]
    [InlineData("Failed", "DescribeEndpoint")]
    [InlineData("UpdateRollbackFailed", "DescribeEndpoint")]
    [InlineData("OutOfService", "DescribeEndpoint")]
    [InlineData("config deleted", "DescribeEndpointConfig")]
    public async Task Reads_that_lag_lead_nowhere_else(string what, string operation)
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1", "r2");
        if (what == "config deleted")
            await endpoint.DeleteConfigAsync(endpoint.Configs[1]);
        else
            endpoint.Sandbox.ForceEndpointStatus(RecoveryFixture.Name, what);
        endpoint.Sandbox.Time.Advance(TimeSpan.FromMinutes(2));
        endpoint.Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.StaleRead, Operation = operation, Count = 4 });

        var result = await endpoint.RepairAsync(allowRecreate: true);

        result.Error.ShouldBeNull(result.Error?.Message);
        result.Diagnosis.IsHealthy.ShouldBeTrue();
        endpoint.Sandbox.Calls.Count(call => call.Operation is "DeleteEndpoint").ShouldBe(what == "Failed" ? 1 : 0);
        endpoint.Sandbox.Faults.Clear();
        ((string?)(await endpoint.DescribeAsync())!["EndpointStatus"]).ShouldBe("InService");
    }

    [Theory]
    [InlineData(SandboxFaultKind.Throttle)]
    [InlineData(SandboxFaultKind.ServerError)]
    [InlineData(SandboxFaultKind.DropConnection)]
    public async Task A_call_that_fails_now_and_then_leads_nowhere_else(SandboxFaultKind kind)
    {
        string[] calls = ["DescribeEndpoint", "ListEndpointConfigs", "ListTags", "DescribeModel", "AddTags", "DeleteEndpoint", "CreateEndpoint", "DescribeScalableTargets", "RegisterScalableTarget", "PutScalingPolicy", "DeleteTags"];
        await using var endpoint = await new RecoveryFixture().StartAsync("r1");
        await endpoint.ScaleAsync();
        var before = await endpoint.SnapshotAsync();
        endpoint.Sandbox.ForceEndpointStatus(RecoveryFixture.Name, "Failed");
        foreach (var call in calls)
            endpoint.Sandbox.Faults.Add(new() { Kind = kind, Operation = call, Count = 1 });

        var result = await endpoint.RepairAsync(allowRecreate: true);

        // DeleteEndpoint is sent once; where no answer came, whether it began is read, and it is for the next run to ask again.
        if (result.Error is { } error)
        {
            error.Message.ShouldContain("it is not being deleted");
            result = await endpoint.RepairAsync(allowRecreate: true);
        }

        result.Error.ShouldBeNull(result.Error?.Message);
        (await endpoint.SnapshotAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_stop_while_it_is_deleted_says_that_it_is_not_created_by_itself()
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1");
        endpoint.Sandbox.ForceEndpointStatus(RecoveryFixture.Name, "Failed");
        using var stop = new CancellationTokenSource();
        endpoint.Sandbox.Time.OnWait = _ => stop.Cancel();

        await Should.ThrowAsync<OperationCanceledException>(() =>
            new EndpointRepairs(endpoint.Tools()).RepairAsync(RecoveryFixture.Name, allowRecreate: true, TimeSpan.FromHours(1), _ => Task.FromResult(true), stop.Token));

        endpoint.Observer.Of<LeftRunning>().ShouldHaveSingleItem().Message.ShouldContain("Repair-SageMakerEndpoint stereo");
        endpoint.Sandbox.Time.OnWait = null;
        (await endpoint.RepairAsync()).Error.ShouldBeNull();
    }

    [Fact]
    public async Task A_stop_while_SageMaker_is_at_work_says_what_goes_on()
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1");
        endpoint.Sandbox.ForceEndpointStatus(RecoveryFixture.Name, "SystemUpdating");
        using var stop = new CancellationTokenSource();
        endpoint.Sandbox.Time.OnWait = _ => stop.Cancel();

        await Should.ThrowAsync<OperationCanceledException>(() =>
            new EndpointRepairs(endpoint.Tools()).RepairAsync(RecoveryFixture.Name, allowRecreate: false, TimeSpan.FromHours(1), _ => Task.FromResult(true), stop.Token));

        endpoint.Observer.Of<LeftRunning>().ShouldHaveSingleItem().Message.ShouldStartWith("It is SystemUpdating at SageMaker, which goes on.");
    }

    [Fact]
    public async Task A_wait_that_runs_out_is_not_a_failure_and_says_how_to_go_on()
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1");
        endpoint.Sandbox.ForceEndpointStatus(RecoveryFixture.Name, "SystemUpdating");

        var result = await new EndpointRepairs(endpoint.Tools()).RepairAsync(RecoveryFixture.Name, allowRecreate: false, TimeSpan.FromSeconds(30), _ => Task.FromResult(true), default);

        (result.Error!.Id, result.Error.Kind).ShouldBe((nameof(Messages.EndpointRepairNotOver), ErrorKind.Timeout));
        result.Error.RecommendedAction.ShouldContain("Repair-SageMakerEndpoint stereo");
    }

    [Fact]
    public async Task A_history_that_may_not_be_read_leaves_a_diagnosis_of_what_is_now()
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1");
        endpoint.Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.AccessDenied, Operation = "ListEndpointConfigs", Count = null });

        var diagnosis = await endpoint.TestAsync();

        (diagnosis.IsHealthy, diagnosis.Release, diagnosis.TerraformEndpointConfigName).ShouldBe((true, "r1", "first"));
        endpoint.Observer.Of<Warned>().ShouldHaveSingleItem();
    }

    /// <summary>SageMaker that updates no endpoint that is out of service, which is not documented.</summary>
    private sealed class RefusingUpdates(IAwsCaller inner) : IAwsCaller
    {
        public Task<TResponse> CallAsync<TRequest, TResponse>(
            string operation, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TResponse> responseType, CancellationToken cancellationToken) =>
            operation == "UpdateEndpoint"
                ? throw AwsServiceException.Create(nameof(Messages.AwsRequestInvalid), ErrorKind.InvalidArgument, "sagemaker", operation, "ValidationException", System.Net.HttpStatusCode.BadRequest, "1", "Cannot update endpoint.", innerException: null)
                : inner.CallAsync(operation, request, requestType, responseType, cancellationToken);
    }
}
