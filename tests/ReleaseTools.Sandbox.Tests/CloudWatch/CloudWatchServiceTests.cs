using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using ReleaseTools.Sandbox.CloudWatch;

namespace ReleaseTools.Sandbox.Tests.CloudWatch;

public sealed class CloudWatchServiceTests
{
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly SandboxWorld world;
    private readonly CloudWatchService service;

    public CloudWatchServiceTests()
    {
        world = new SandboxWorld(new SandboxOptions { Clock = clock });
        service = new CloudWatchService(world);
        foreach (var name in new[] { "errors", "latency" })
            Invoke("PutMetricAlarm", $$"""{ "AlarmName": "{{name}}", "ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1 }""");
    }

    [Fact]
    public void An_alarm_has_no_data_until_it_is_set_and_tells_since_when_it_is_so()
    {
        world.Alarms.StateOf("errors").ShouldBe("INSUFFICIENT_DATA");
        clock.Advance(TimeSpan.FromMinutes(1));
        Set("errors", "ALARM");
        clock.Advance(TimeSpan.FromMinutes(1));
        Set("errors", "ALARM");

        var alarm = Invoke("DescribeAlarms", """{ "AlarmNames": ["errors", "none"] }""")["MetricAlarms"]!.AsArray().ShouldHaveSingleItem()!;

        (alarm["StateValue"]!.GetValue<string>(), alarm["StateReason"]!.GetValue<string>()).ShouldBe(("ALARM", "by hand"));
        alarm["StateTransitionedTimestamp"]!.GetValue<double>().ShouldBe(new DateTimeOffset(2030, 1, 1, 0, 1, 0, TimeSpan.Zero).ToUnixTimeSeconds());
        world.Alarms.StateOf("none").ShouldBeNull();
    }

    [Fact]
    public void All_alarms_come_in_pages()
    {
        var first = Invoke("DescribeAlarms", """{ "MaxRecords": 1 }""");
        var second = Invoke("DescribeAlarms", $$"""{ "MaxRecords": 1, "NextToken": "{{first["NextToken"]}}" }""");
        new[] { first, second }.Select(page => page["MetricAlarms"]![0]!["AlarmName"]!.GetValue<string>()).ShouldBe(["errors", "latency"]);
        second["NextToken"].ShouldBeNull();
    }

    [Fact]
    public void What_is_no_alarm_or_no_state_is_refused()
    {
        Should.Throw<SandboxException>(() => Set("none", "OK")).Code.ShouldBe("ResourceNotFound");
        Should.Throw<SandboxException>(() => Set("errors", "LOUD")).Code.ShouldBe("ValidationError");
        Should.Throw<SandboxException>(() => Invoke("PutMetricAlarm", """{ "AlarmName": "a" }""")).Code.ShouldBe("ValidationError");
        Should.Throw<SandboxException>(() => Invoke("GetMetricData", "{}")).Code.ShouldBe("UnknownOperationException");
    }

    [Fact]
    public void A_deleted_alarm_is_gone_and_the_state_is_taken_up_as_it_was_kept()
    {
        Invoke("DeleteAlarms", """{ "AlarmNames": ["latency"] }""");
        Set("errors", "OK");
        var reborn = new CloudWatchService(world);
        reborn.Load(JsonNode.Parse(service.Save().ToJsonString())!.AsObject());
        reborn.Save().ToJsonString().ShouldBe(service.Save().ToJsonString());
        (reborn.StateOf("errors"), reborn.StateOf("latency")).ShouldBe(("OK", null));
    }

    private void Set(string alarm, string state) => Invoke("SetAlarmState", $$"""{ "AlarmName": "{{alarm}}", "StateValue": "{{state}}", "StateReason": "by hand" }""");

    private JsonObject Invoke(string operation, string request) => service.Invoke(operation, JsonNode.Parse(request)!.AsObject());
}
