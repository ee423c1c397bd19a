using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Releases.Running;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Tests.Inference.Endpoints;

/// <summary>Steps, alarms, and why an update failed.</summary>
public sealed class EndpointDeploymentsInSandboxTests : IAsyncLifetime
{
    private readonly EndpointScene scene = new();

    public async ValueTask InitializeAsync()
    {
        await scene.StartAsync();
        foreach (var alarm in new[] { "errors", "latency" })
        {
            await scene.Sandbox.CallAsync("monitoring", "PutMetricAlarm", $$"""{"AlarmName":"{{alarm}}","ComparisonOperator":"GreaterThanThreshold","EvaluationPeriods":1}""");
            SetAlarm(alarm, "OK");
        }
    }

    public ValueTask DisposeAsync() => scene.DisposeAsync();

    [Fact]
    public async Task A_canary_under_alarms_is_deployed_as_asked_and_again_by_an_update_that_asks_for_nothing()
    {
        await scene.WithEndpointAsync(instances: 4);
        var canary = new EndpointDeployment { Strategy = EndpointStrategy.Canary, StepSize = new(25, IsPercent: true), WaitInterval = TimeSpan.FromMinutes(1), Alarms = ["errors", "latency"] };

        (await scene.UpdateAsync(await scene.Sandbox.PushAsync("v2", "second"), new() { Deployment = canary })).Status.ShouldBe(EndpointUpdateStatus.Updated);
        var asked = (await scene.DescribeAsync())["LastDeploymentConfig"]!.ToJsonString();
        asked.ShouldBe("""{"BlueGreenUpdatePolicy":{"TrafficRoutingConfiguration":{"Type":"CANARY","WaitIntervalInSeconds":60,"CanarySize":{"Type":"CAPACITY_PERCENT","Value":25}}},"AutoRollbackConfiguration":{"Alarms":[{"AlarmName":"errors"},{"AlarmName":"latency"}]}}""");

        (await scene.UpdateAsync(await scene.Sandbox.PushAsync("v3", "third"), new())).Status.ShouldBe(EndpointUpdateStatus.Updated);
        (await scene.DescribeAsync())["LastDeploymentConfig"]!.ToJsonString().ShouldBe(asked);

        (await scene.UpdateAsync(await scene.Sandbox.PushAsync("v4", "fourth"), new() { Deployment = new() })).Status.ShouldBe(EndpointUpdateStatus.Updated);
        (await scene.DescribeAsync())["LastDeploymentConfig"]!.ToJsonString().ShouldContain("ALL_AT_ONCE");
    }

    [Theory]
    [InlineData(1, EndpointStrategy.Canary, 10, true, "has fewer than two instances")]
    [InlineData(1, EndpointStrategy.Rolling, 10, true, "has fewer than two instances")]
    [InlineData(4, EndpointStrategy.Canary, 3, false, "a step of 3 instances is not 1 to 50 percent of the 4 of its variant AllTraffic")]
    [InlineData(11, EndpointStrategy.Linear, 1, false, "a step of 1 instance is not 10 to 50 percent of the 11 of its variant AllTraffic")]
    public async Task Steps_that_do_not_fit_the_endpoint_are_found_before_anything_is_made(int instances, EndpointStrategy strategy, int size, bool isPercent, string why)
    {
        await scene.WithEndpointAsync(instances);
        var error = await Should.ThrowAsync<ReleaseException>(async () => await scene.UpdateAsync(await scene.Sandbox.PushAsync("v2", "second"), new() { Deployment = new() { Strategy = strategy, StepSize = new(size, isPercent) } }));
        (error.Id, error.Message.Contains(why, StringComparison.Ordinal)).ShouldBe((nameof(Messages.EndpointDeploymentNotPossible), true), error.Message);
        (await scene.NamesAsync("ListModels", "Models", "ModelName")).ShouldBe(["m1"]);
    }

    [Fact]
    public async Task A_count_that_is_asked_for_with_it_is_what_steps_are_measured_by()
    {
        await scene.WithEndpointAsync(instances: 1);
        var how = new EndpointUpdateOptions { Change = new() { InstanceCount = 2 }, Deployment = new() { Strategy = EndpointStrategy.Rolling, StepSize = new(1, IsPercent: false) } };
        (await scene.UpdateAsync(image: null, how)).Status.ShouldBe(EndpointUpdateStatus.Updated);
    }

    [Theory]
    [InlineData("""{"VariantName":"A","ModelName":"m1","ServerlessConfig":{"MemorySizeInMB":2048,"MaxConcurrency":5} }""", EndpointStrategy.Canary, "serverless")]
    [InlineData("""{"VariantName":"A","ModelName":"m1","InitialInstanceCount":4,"InstanceType":"ml.inf1.xlarge"}""", EndpointStrategy.Linear, "Inf1")]
    [InlineData("""{"VariantName":"A","ModelName":"m1","InitialInstanceCount":4,"InstanceType":"ml.m5.large"},{"VariantName":"B","ModelName":"m1","InitialInstanceCount":4,"InstanceType":"ml.m5.large"}""", EndpointStrategy.Rolling, "one variant")]
    public async Task What_SageMaker_would_deploy_all_at_once_after_all_is_refused(string variants, EndpointStrategy strategy, string why)
    {
        await scene.ModelAsync("m1", """ "PrimaryContainer":{"Image":"REPO:latest"} """);
        await scene.EndpointAsync($""" "ProductionVariants":[{variants}] """);
        var error = await Should.ThrowAsync<ReleaseException>(async () => await scene.UpdateAsync(await scene.Sandbox.PushAsync("v2", "second"), new() { Deployment = new() { Strategy = strategy, StepSize = new(25, IsPercent: true) } }));
        error.Message.ShouldContain(why);
    }

    [Fact]
    public async Task An_alarm_that_is_not_there_would_never_go_off_and_is_an_error()
    {
        await scene.WithEndpointAsync();
        var error = await Should.ThrowAsync<ReleaseException>(() => scene.UpdateAsync(image: null, new() { Force = true, Deployment = new() { Alarms = ["errors", "eror"] } }));
        (error.Id, error.Message).ShouldBe((nameof(Messages.EndpointAlarmNotFound), "There is no CloudWatch alarm eror in eu-west-1, by which the update of endpoint 'stereo' would be rolled back."));
    }

    [Fact]
    public async Task An_alarm_that_is_off_already_is_warned_of_and_alarms_that_may_not_be_read_are_not_checked()
    {
        await scene.WithEndpointAsync();
        SetAlarm("errors", "ALARM");
        await scene.Updates.PlanAsync("stereo", image: null, new() { Force = true, Deployment = new() { Alarms = ["errors"] } }, default);
        scene.Observer.Of<Warned>().ShouldHaveSingleItem().Message.ShouldContain("The alarm errors is in ALARM before the update begins");

        scene.Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.AccessDenied, Service = "monitoring" });
        await scene.Updates.PlanAsync("stereo", image: null, new() { Force = true, Deployment = new() { Alarms = ["nobody-knows"] } }, default);
        scene.Observer.Of<Noted>().ShouldHaveSingleItem().Message.ShouldStartWith("Its alarms could not be read");
    }

    [Fact]
    public async Task A_rollback_by_an_alarm_names_it_though_SageMaker_gives_no_reason()
    {
        await scene.WithEndpointAsync();
        scene.AtWait(4, () => SetAlarm("errors", "ALARM"));

        var update = await scene.UpdateAsync(await scene.Sandbox.PushAsync("v2", "second"), new() { Deployment = new() { Alarms = ["errors", "latency"] } });

        update.Status.ShouldBe(EndpointUpdateStatus.RolledBack);
        update.Reason.ShouldBe("SageMaker put the configuration first back. SageMaker gave no reason; its log group /aws/sagemaker/Endpoints/stereo may hold one. The alarm errors is in ALARM: by hand");
    }

    [Fact]
    public async Task An_alarm_that_is_well_again_and_one_that_never_went_off_are_told_apart()
    {
        await scene.WithEndpointAsync();
        scene.Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.EndpointRollback, Count = 2 });
        scene.AtWait(4, () =>
        {
            SetAlarm("errors", "ALARM");
            SetAlarm("errors", "OK");
        });
        var how = new EndpointUpdateOptions { Deployment = new() { Alarms = ["errors", "latency"] } };

        (await scene.UpdateAsync(await scene.Sandbox.PushAsync("v2", "second"), how)).Reason!.ShouldEndWith("The alarm errors went to OK since the update began: by hand");
        scene.Sandbox.Time.OnWait = null;
        (await scene.UpdateAsync(await scene.Sandbox.PushAsync("v3", "third"), how)).Reason!.ShouldEndWith("No alarm has gone off (errors, latency).");
    }

    [Theory]
    [InlineData(SandboxFaultKind.EndpointRollback, EndpointUpdateStatus.RolledBack, 40, 11)]
    [InlineData(SandboxFaultKind.EndpointFailure, EndpointUpdateStatus.Failed, 5, 1)]
    public async Task The_last_lines_of_the_new_instances_are_told_and_not_those_of_the_former(SandboxFaultKind kind, EndpointUpdateStatus status, int lines, int first)
    {
        await scene.WithEndpointAsync();
        await LogAsync("AllTraffic/i-former", "served a request");
        scene.Sandbox.Time.Advance(TimeSpan.FromMinutes(1));
        scene.Sandbox.Faults.Add(new() { Kind = kind, LogLines = [.. Enumerable.Range(1, lines).Select(i => $"line {i}")] });

        var update = await scene.UpdateAsync(await scene.Sandbox.PushAsync("v2", "second"), new());

        update.Status.ShouldBe(status);
        update.LogLines.ShouldBe(Enumerable.Range(first, lines - first + 1).Select(i => $"line {i}"));
        Outcomes.ErrorOf(update)!.Message.ShouldContain($"The last lines of its log:{Environment.NewLine}  line {first}{Environment.NewLine}");
    }

    [Fact]
    public async Task Where_no_instance_came_up_the_last_lines_of_those_that_serve_are_told()
    {
        await scene.WithEndpointAsync();
        await LogAsync("AllTraffic/i-former", "served a request");
        scene.Sandbox.Time.Advance(TimeSpan.FromMinutes(1));
        scene.Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.EndpointRollback });

        (await scene.UpdateAsync(await scene.Sandbox.PushAsync("v2", "second"), new())).LogLines.ShouldBe(["served a request"]);
    }

    [Fact]
    public async Task A_log_that_may_not_be_read_hides_nothing()
    {
        await scene.WithEndpointAsync();
        scene.Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.EndpointRollback, Reason = "did not pass the ping health check", LogLines = ["secret of the log"] });
        scene.Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.AccessDenied, Service = "logs", Count = null });

        var update = await scene.UpdateAsync(await scene.Sandbox.PushAsync("v2", "second"), new());

        (update.Status, update.LogLines.Count).ShouldBe((EndpointUpdateStatus.RolledBack, 0));
        update.Reason!.ShouldContain("did not pass the ping health check");
    }

    [Fact]
    public async Task A_deployment_that_waits_longer_than_it_is_waited_for_is_warned_of()
    {
        await scene.WithEndpointAsync(instances: 4);
        var linear = new EndpointDeployment { Strategy = EndpointStrategy.Linear, StepSize = new(25, IsPercent: true), WaitInterval = TimeSpan.FromMinutes(30) };

        await scene.UpdateAsync(await scene.Sandbox.PushAsync("v2", "second"), new() { Deployment = linear, Timeout = TimeSpan.FromMinutes(60) });

        scene.Observer.Of<Warned>().ShouldHaveSingleItem().Message.ShouldBe("The deployment alone waits 1h 30m, longer than it is waited for (1h 0m).");
    }

    private void SetAlarm(string alarm, string state) =>
        scene.Sandbox.CallAsync("monitoring", "SetAlarmState", $$"""{"AlarmName":"{{alarm}}","StateValue":"{{state}}","StateReason":"by hand"}""").GetAwaiter().GetResult();

    private async Task LogAsync(string stream, string line)
    {
        const string group = "/aws/sagemaker/Endpoints/stereo";
        await scene.Sandbox.CallAsync("logs", "CreateLogGroup", $$"""{"logGroupName":"{{group}}"}""");
        await scene.Sandbox.CallAsync("logs", "CreateLogStream", $$"""{"logGroupName":"{{group}}","logStreamName":"{{stream}}"}""");
        await scene.Sandbox.CallAsync("logs", "PutLogEvents", $$"""{"logGroupName":"{{group}}","logStreamName":"{{stream}}","logEvents":[{"timestamp":{{scene.Sandbox.Time.GetUtcNow().ToUnixTimeMilliseconds()}},"message":"{{line}}"}]}""");
    }
}
