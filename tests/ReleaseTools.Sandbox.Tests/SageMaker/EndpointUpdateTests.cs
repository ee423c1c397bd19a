using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Logs;

namespace ReleaseTools.Sandbox.Tests.SageMaker;

public sealed class EndpointUpdateTests : SageMakerScenario
{
    [Fact]
    public void A_shadow_variant_is_served_and_described_beside_the_production_variant()
    {
        Invoke("CreateEndpointConfig", new JsonObject
        {
            ["EndpointConfigName"] = "shadowed",
            ["ProductionVariants"] = new JsonArray(Variant("AllTraffic", "first")),
            ["ShadowProductionVariants"] = new JsonArray(Variant("Shadow", "second")),
        });
        Invoke("CreateEndpoint", new JsonObject { ["EndpointName"] = "endpoint", ["EndpointConfigName"] = "shadowed" });
        Describe()["PendingDeploymentSummary"]!["ShadowProductionVariants"]![0]!["VariantStatus"]![0]!["Status"]!.GetValue<string>().ShouldBe("Creating");

        Step(TimeSpan.FromMinutes(5));

        Describe()["ShadowProductionVariants"]![0]!["DeployedImages"]![0]!["ResolvedImage"]!.GetValue<string>().ShouldBe("127.0.0.1:5000/inference@sha256:2");
    }

    [Fact]
    public void An_alarm_that_goes_off_during_an_update_rolls_it_back()
    {
        World.Alarms = new OneAlarm();
        InService();
        Invoke("UpdateEndpoint", new JsonObject
        {
            ["EndpointName"] = "endpoint", ["EndpointConfigName"] = "second",
            ["DeploymentConfig"] = JsonNode.Parse("""
                { "BlueGreenUpdatePolicy": { "TrafficRoutingConfiguration": { "Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 60 } }, "AutoRollbackConfiguration": { "Alarms": [{ "AlarmName": "errors" }] } }
                """),
        });
        Step(TimeSpan.FromSeconds(1));

        Status().ShouldBe("RollingBack");
        Step(TimeSpan.FromMinutes(2));
        Describe()["EndpointConfigName"]!.GetValue<string>().ShouldBe("first");
    }

    [Fact]
    public void The_instances_of_an_update_that_fails_leave_their_log()
    {
        var logs = new LogsService(World);
        InService();
        World.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.EndpointRollback, LogLines = ["CUDA out of memory"] });
        Update("second");
        Step(TimeSpan.FromMinutes(6));

        var stream = logs.Invoke("DescribeLogStreams", new JsonObject { ["logGroupName"] = "/aws/sagemaker/Endpoints/endpoint" })["logStreams"]!.AsArray().ShouldHaveSingleItem()!["logStreamName"]!.GetValue<string>();
        stream.ShouldStartWith("AllTraffic/i-");
        logs.Invoke("GetLogEvents", new JsonObject { ["logGroupName"] = "/aws/sagemaker/Endpoints/endpoint", ["logStreamName"] = stream })["events"]![0]!["message"]!.GetValue<string>().ShouldBe("CUDA out of memory");
    }

    [Fact]
    public void A_read_that_lags_sees_what_was_before_the_last_change_as_often_as_it_is_told_to_and_for_a_minute_at_most()
    {
        InService();
        Update("second");
        Stale("endpoint", 2);
        Status().ShouldBe("InService");
        Describe()["PendingDeploymentSummary"].ShouldBeNull();
        Status().ShouldBe("Updating");

        Stale("endpoint", 1);
        Step(TimeSpan.FromMinutes(1));
        Status().ShouldBe("Updating");
    }

    [Fact]
    public void What_was_made_a_moment_ago_may_not_be_found_by_an_operation_that_reads_it()
    {
        InService();
        Deployable("third", "127.0.0.1:5000/inference:two");
        World.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.StaleRead, Target = "third", Operation = "UpdateEndpoint" });

        Invoke("DescribeEndpointConfig", new JsonObject { ["EndpointConfigName"] = "third" });
        Should.Throw<SandboxException>(() => Update("third")).Message.ShouldStartWith("Could not find endpoint configuration");
        Update("third");
        Status().ShouldBe("Updating");
    }

    [Theory]
    [InlineData("""{ }""", false)]
    [InlineData("""{ "BlueGreenUpdatePolicy": { "TrafficRoutingConfiguration": { "Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0 }, "MaximumExecutionTimeoutInSeconds": 599 } }""", false)]
    [InlineData("""{ "BlueGreenUpdatePolicy": { "TrafficRoutingConfiguration": { "Type": "CANARY", "WaitIntervalInSeconds": 0, "CanarySize": { "Type": "CAPACITY_PERCENT", "Value": 51 } } } }""", false)]
    [InlineData("""{ "BlueGreenUpdatePolicy": { "TrafficRoutingConfiguration": { "Type": "LINEAR", "WaitIntervalInSeconds": 0, "LinearStepSize": { "Type": "CAPACITY_PERCENT", "Value": 9 } } } }""", false)]
    [InlineData("""{ "RollingUpdatePolicy": { "WaitIntervalInSeconds": 0, "MaximumBatchSize": { "Type": "CAPACITY_PERCENT", "Value": 60 } } }""", false)]
    [InlineData("""{ "RollingUpdatePolicy": { "WaitIntervalInSeconds": 0, "MaximumBatchSize": { "Type": "CAPACITY_PERCENT", "Value": 50 } }, "AutoRollbackConfiguration": { "Alarms": [] } }""", false)]
    [InlineData("""{ "BlueGreenUpdatePolicy": { "TrafficRoutingConfiguration": { "Type": "CANARY", "WaitIntervalInSeconds": 0, "CanarySize": { "Type": "CAPACITY_PERCENT", "Value": 50 } }, "MaximumExecutionTimeoutInSeconds": 600 } }""", true)]
    [InlineData("""{ "BlueGreenUpdatePolicy": { "TrafficRoutingConfiguration": { "Type": "ALL_AT_ONCE" } } }""", false)]
    [InlineData("""{ "BlueGreenUpdatePolicy": { "TrafficRoutingConfiguration": { "Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 3601 } } }""", false)]
    [InlineData("""{ "BlueGreenUpdatePolicy": { "TrafficRoutingConfiguration": { "Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0 }, "TerminationWaitInSeconds": 3601 } }""", false)]
    [InlineData("""{ "RollingUpdatePolicy": { "WaitIntervalInSeconds": 0 } }""", false)]
    [InlineData("""{ "RollingUpdatePolicy": { "WaitIntervalInSeconds": 3600, "MaximumBatchSize": { "Type": "CAPACITY_PERCENT", "Value": 50 } } }""", true)]
    public void A_deployment_keeps_to_its_bounds(string config, bool taken)
    {
        InService();
        var request = new JsonObject { ["EndpointName"] = "endpoint", ["EndpointConfigName"] = "second", ["DeploymentConfig"] = JsonNode.Parse(config) };

        if (taken)
            Invoke("UpdateEndpoint", request);
        else
            Should.Throw<SandboxException>(() => Invoke("UpdateEndpoint", request)).Code.ShouldBe("ValidationException");
        Status().ShouldBe(taken ? "Updating" : "InService");
    }

    [Fact]
    public void An_update_keeps_the_variants_names()
    {
        InService();
        Invoke("CreateEndpointConfig", new JsonObject
        {
            ["EndpointConfigName"] = "renamed",
            ["ProductionVariants"] = new JsonArray(new JsonObject { ["VariantName"] = "Other", ["ModelName"] = "first", ["InitialInstanceCount"] = 1, ["InstanceType"] = "ml.g4dn.xlarge" }),
        });

        Should.Throw<SandboxException>(() => Update("renamed")).Message.ShouldContain("variant names");
    }

    [Fact]
    public void Instance_counts_that_autoscaling_set_are_kept_only_when_asked_for()
    {
        InService();
        Invoke("UpdateEndpointWeightsAndCapacities", new JsonObject
        {
            ["EndpointName"] = "endpoint",
            ["DesiredWeightsAndCapacities"] = new JsonArray(new JsonObject { ["VariantName"] = "AllTraffic", ["DesiredInstanceCount"] = 3 }),
        });
        Step(TimeSpan.FromMinutes(4));
        Invoke("UpdateEndpoint", new JsonObject { ["EndpointName"] = "endpoint", ["EndpointConfigName"] = "second", ["RetainAllVariantProperties"] = true });
        Step(TimeSpan.FromMinutes(4));
        Count().ShouldBe(3);

        Update("first");
        Step(TimeSpan.FromMinutes(4));
        Count().ShouldBe(1);

        Invoke("UpdateEndpointWeightsAndCapacities", new JsonObject
        {
            ["EndpointName"] = "endpoint",
            ["DesiredWeightsAndCapacities"] = new JsonArray(new JsonObject { ["VariantName"] = "AllTraffic", ["DesiredInstanceCount"] = 3, ["DesiredWeight"] = 2 }),
        });
        Step(TimeSpan.FromMinutes(4));
        Invoke("UpdateEndpoint", new JsonObject
        {
            ["EndpointName"] = "endpoint", ["EndpointConfigName"] = "second", ["RetainAllVariantProperties"] = true,
            ["ExcludeRetainedVariantProperties"] = new JsonArray(new JsonObject { ["VariantPropertyType"] = "DesiredInstanceCount" }),
        });
        Step(TimeSpan.FromMinutes(4));
        Count().ShouldBe(1);
        Describe()["ProductionVariants"]![0]!["DesiredWeight"]!.GetValue<int>().ShouldBe(2);

        int Count() => Describe()["ProductionVariants"]![0]!["CurrentInstanceCount"]!.GetValue<int>();
    }

    private sealed class OneAlarm : IAlarmStore
    {
        public string? StateOf(string alarm) => alarm == "errors" ? "ALARM" : null;
    }
}
