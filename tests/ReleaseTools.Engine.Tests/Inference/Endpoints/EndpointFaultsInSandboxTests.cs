using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Tests.Inference.Endpoints;

/// <summary>What AWS and its network do in the middle of an update; on a stepped clock, through the signed client.</summary>
public sealed class EndpointFaultsInSandboxTests : IAsyncLifetime
{
    private readonly EndpointScene scene = new();

    public async ValueTask InitializeAsync() => await (await scene.StartAsync()).WithEndpointAsync();

    public ValueTask DisposeAsync() => scene.DisposeAsync();

    public static TheoryData<string, SandboxFaultKind> EachCallAndFault()
    {
        var data = new TheoryData<string, SandboxFaultKind>();
        foreach (var operation in new[] { "DescribeEndpoint", "DescribeEndpointConfig", "DescribeModel", "ListTags", "CreateModel", "CreateEndpointConfig", "UpdateEndpoint", "AddTags" })
        {
            foreach (var kind in new[] { SandboxFaultKind.Throttle, SandboxFaultKind.ServerError, SandboxFaultKind.DropConnection, SandboxFaultKind.DropAnswer })
                data.Add(operation, kind);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(EachCallAndFault))]
    public async Task A_call_that_fails_once_keeps_no_update_from_succeeding_and_does_nothing_twice(string operation, SandboxFaultKind kind)
    {
        var image = await scene.Sandbox.PushAsync("4f2c9e1", "second");
        scene.Sandbox.Faults.Add(new() { Kind = kind, Service = "sagemaker", Operation = operation });

        var update = await scene.UpdateAsync(image, new());

        update.Status.ShouldBe(EndpointUpdateStatus.Updated, update.Reason);
        (await scene.NamesAsync("ListModels", "Models", "ModelName")).ShouldBe(["m1", update.ModelName!], ignoreOrder: true);
        (await scene.NamesAsync("ListEndpointConfigs", "EndpointConfigs", "EndpointConfigName")).ShouldBe(["first", update.EndpointConfigName!], ignoreOrder: true);
        (await scene.TagsAsync(update.EndpointConfigName!)).ShouldContainKey("releasetools:proven");

        // What the sandbox carried out: with a dropped answer it did, and logs no status.
        scene.Sandbox.Calls.Count(call => call.Operation == "UpdateEndpoint" && call.StatusCode == 200).ShouldBe(operation == "UpdateEndpoint" && kind == SandboxFaultKind.DropAnswer ? 0 : 1);
    }

    [Theory]
    [InlineData("CreateModel", SandboxFaultKind.Throttle)]
    [InlineData("CreateModel", SandboxFaultKind.ServerError)]
    [InlineData("CreateModel", SandboxFaultKind.DropAnswer)]
    [InlineData("CreateModel", SandboxFaultKind.AccessDenied)]
    [InlineData("CreateEndpointConfig", SandboxFaultKind.Throttle)]
    [InlineData("CreateEndpointConfig", SandboxFaultKind.DropConnection)]
    [InlineData("CreateEndpointConfig", SandboxFaultKind.DropAnswer)]
    [InlineData("UpdateEndpoint", SandboxFaultKind.Throttle)]
    [InlineData("UpdateEndpoint", SandboxFaultKind.ServerError)]
    [InlineData("UpdateEndpoint", SandboxFaultKind.DropConnection)]
    [InlineData("UpdateEndpoint", SandboxFaultKind.AccessDenied)]
    public async Task A_call_that_goes_on_failing_ends_the_update_and_leaves_nothing_behind(string operation, SandboxFaultKind kind)
    {
        var image = await scene.Sandbox.PushAsync("4f2c9e1", "second");
        await scene.BeImpatientAsync();
        scene.Sandbox.Faults.Add(new() { Kind = kind, Service = "sagemaker", Operation = operation, Count = null });

        var error = await Should.ThrowAsync<ReleaseException>(() => scene.UpdateAsync(image, new()));

        error.Id.ShouldBe((operation, kind) switch
        {
            ("UpdateEndpoint", SandboxFaultKind.ServerError or SandboxFaultKind.DropConnection) => nameof(Messages.EndpointUpdateNotBegun),
            (_, SandboxFaultKind.Throttle) => nameof(Messages.AwsThrottled),
            (_, SandboxFaultKind.ServerError) => nameof(Messages.AwsServerError),
            (_, SandboxFaultKind.AccessDenied) => nameof(Messages.AwsAccessDenied),
            _ => nameof(Messages.AwsUnreachable),
        });
        await ShouldBeAsBeforeAsync();
    }

    [Theory]
    [InlineData(SandboxFaultKind.Throttle)]
    [InlineData(SandboxFaultKind.ServerError)]
    [InlineData(SandboxFaultKind.DropConnection)]
    public async Task Looks_that_AWS_does_not_answer_for_a_while_are_waited_out(SandboxFaultKind kind)
    {
        var image = await scene.Sandbox.PushAsync("4f2c9e1", "second");
        await scene.BeImpatientAsync();
        scene.AtWait(2, () => scene.Sandbox.Faults.Add(new() { Kind = kind, Service = "sagemaker", Count = 7 }));
        (await scene.UpdateAsync(image, new())).Status.ShouldBe(EndpointUpdateStatus.Updated);
    }

    [Fact]
    public async Task Credentials_that_expire_during_the_wait_end_it_and_it_is_said_that_the_update_goes_on()
    {
        var image = await scene.Sandbox.PushAsync("4f2c9e1", "second");
        scene.AtWait(2, () => scene.Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.ExpiredToken, Count = null }));

        (await Should.ThrowAsync<ReleaseException>(() => scene.UpdateAsync(image, new()))).Id.ShouldBe(nameof(Messages.AwsCredentialsExpired));

        scene.Observer.Of<LeftRunning>().ShouldHaveSingleItem().Message.ShouldContain("to wait for it: Wait-SageMakerEndpoint stereo");
        scene.Sandbox.Faults.Clear();
        (await scene.Waits.WaitAsync(new("stereo"), TimeSpan.FromMinutes(30), default)).Status.ShouldBe(EndpointUpdateStatus.Updated);
    }

    [Theory]
    [InlineData("AddTags")]
    [InlineData("ListTags")]
    public async Task Tags_that_may_not_be_written_or_read_leave_a_configuration_unproven_and_the_update_is_one(string operation)
    {
        var image = await scene.Sandbox.PushAsync("4f2c9e1", "second");
        scene.AtWait(1, () => scene.Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.AccessDenied, Operation = operation, Count = null }));

        var update = await scene.UpdateAsync(image, new());

        update.Status.ShouldBe(EndpointUpdateStatus.Updated);
        scene.Observer.Of<Noted>().ShouldContain(noted => noted.Message.StartsWith($"The configuration {update.EndpointConfigName} is not marked as proven"));
        scene.Sandbox.Faults.Clear();

        // A later run, that has nothing to do, makes up for it.
        (await scene.UpdateAsync(image, new())).Status.ShouldBe(EndpointUpdateStatus.Unchanged);
        (await scene.TagsAsync(update.EndpointConfigName!)).ShouldContainKey("releasetools:proven");
    }

    [Fact]
    public async Task What_cannot_be_removed_is_named_in_a_warning()
    {
        var image = await scene.Sandbox.PushAsync("4f2c9e1", "second");
        scene.Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.EndpointRollback });
        scene.Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.AccessDenied, Operation = "DeleteEndpointConfig", Count = null });

        var update = await scene.UpdateAsync(image, new());

        update.Status.ShouldBe(EndpointUpdateStatus.RolledBack);
        scene.Observer.Of<Warned>().ShouldHaveSingleItem().Message.ShouldStartWith($"What the attempt made stays ({update.ModelName}, {update.EndpointConfigName})");
    }

    [Theory]
    [InlineData("UpdateEndpoint")] // does not find the configuration
    [InlineData("CreateEndpointConfig")] // does not find the model
    [InlineData("DescribeEndpoint")] // still shows the endpoint as before the update
    public async Task Reads_that_lag_keep_no_update_from_succeeding(string operation)
    {
        var image = await scene.Sandbox.PushAsync("4f2c9e1", "second");
        scene.Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.StaleRead, Operation = operation, Count = 5 });

        var update = await scene.UpdateAsync(image, new());

        update.Status.ShouldBe(EndpointUpdateStatus.Updated, update.Reason);
        scene.Sandbox.Calls.Count(call => call.Operation == "UpdateEndpoint" && call.StatusCode == 200).ShouldBe(1);
        scene.Sandbox.Calls.Count(call => call.ErrorCode == "ValidationException").ShouldBe(operation == "DescribeEndpoint" ? 0 : 5);
        scene.Observer.Of<Announced>().ShouldBeEmpty();
        if (operation == "DescribeEndpoint")
            scene.Observer.Of<EndpointProgress>().Select(progress => progress.Status).Take(6).ShouldBe([.. Enumerable.Repeat("InService", 5), "Updating"]);
    }

    [Fact]
    public async Task A_model_that_somebody_deleted_is_not_waited_for()
    {
        await scene.ModelAsync("other", """ "PrimaryContainer":{"Image":"REPO:latest"} """);
        await scene.CallAsync("CreateEndpointConfig", """
            {"EndpointConfigName":"two","ProductionVariants":[{"VariantName":"AllTraffic","ModelName":"m1","InitialInstanceCount":1,"InstanceType":"ml.m5.large"},{"VariantName":"Other","ModelName":"other","InitialInstanceCount":1,"InstanceType":"ml.m5.large"}]}
            """);
        await scene.CallAsync("CreateEndpoint", """{"EndpointName":"second","EndpointConfigName":"two"}""");
        scene.Sandbox.Time.Advance(TimeSpan.FromMinutes(6));
        await scene.CallAsync("DeleteModel", """{"ModelName":"other"}""");
        var plan = await scene.Updates.PlanAsync("second", await scene.Sandbox.PushAsync("4f2c9e1", "second"), new() { VariantName = "AllTraffic" }, default);
        var began = scene.Sandbox.Time.GetUtcNow();

        (await Should.ThrowAsync<AwsServiceException>(() => scene.Updates.UpdateAsync(plan, default))).Message.ShouldContain("Could not find model");

        scene.Sandbox.Time.GetUtcNow().ShouldBe(began);
        (await scene.NamesAsync("ListModels", "Models", "ModelName")).ShouldBe(["m1"]);
    }

    private async Task ShouldBeAsBeforeAsync()
    {
        scene.Sandbox.Faults.Clear();
        (await scene.NamesAsync("ListModels", "Models", "ModelName")).ShouldBe(["m1"]);
        (await scene.NamesAsync("ListEndpointConfigs", "EndpointConfigs", "EndpointConfigName")).ShouldBe(["first"]);
        var endpoint = await scene.DescribeAsync();
        ((string?)endpoint["EndpointStatus"], (string?)endpoint["EndpointConfigName"]).ShouldBe(("InService", "first"));
    }
}
