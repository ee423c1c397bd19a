using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.SageMaker;

namespace ReleaseTools.Sandbox.Tests.SageMaker;

public sealed class EndpointTests : SageMakerScenario
{
    [Fact]
    public void An_endpoint_is_in_service_after_its_creation_with_the_image_by_digest()
    {
        Create();
        Status().ShouldBe("Creating");
        Describe()["ProductionVariants"].ShouldBeNull();

        Step(TimeSpan.FromMinutes(5));

        Status().ShouldBe("InService");
        Image()["ResolvedImage"]!.GetValue<string>().ShouldBe("127.0.0.1:5000/inference@sha256:1");
        Image()["SpecifiedImage"]!.GetValue<string>().ShouldBe("127.0.0.1:5000/inference:one");
    }

    [Fact]
    public void An_update_serves_the_old_configuration_until_it_is_done()
    {
        InService();
        Update("second");

        Status().ShouldBe("Updating");
        Describe()["EndpointConfigName"]!.GetValue<string>().ShouldBe("first");
        Describe()["PendingDeploymentSummary"]!["EndpointConfigName"]!.GetValue<string>().ShouldBe("second");

        Step(TimeSpan.FromMinutes(4));
        Status().ShouldBe("InService");
        Describe()["EndpointConfigName"]!.GetValue<string>().ShouldBe("second");
        Image()["ResolvedImage"]!.GetValue<string>().ShouldBe("127.0.0.1:5000/inference@sha256:2");
        Describe()["PendingDeploymentSummary"].ShouldBeNull();
    }

    [Fact]
    public void A_rollback_that_fails_leaves_an_endpoint_that_an_update_puts_right()
    {
        InService();
        World.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.EndpointRollbackFailure, Target = "endpoint", Reason = "no capacity" });
        Update("second");
        Step(TimeSpan.FromMinutes(6));
        Status().ShouldBe("UpdateRollbackFailed");
        Describe()["FailureReason"]!.GetValue<string>().ShouldBe("no capacity");

        Update("second");
        Step(TimeSpan.FromMinutes(4));
        Status().ShouldBe("InService");
    }

    [Fact]
    public void An_outage_befalls_an_endpoint_once_it_serves()
    {
        World.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.EndpointOutOfService, Target = "endpoint" });
        Create();
        Status().ShouldBe("Creating");
        Step(TimeSpan.FromMinutes(5));
        Status().ShouldBe("OutOfService");
    }

    [Fact]
    public void An_endpoint_whose_configuration_was_deleted_cannot_be_updated()
    {
        InService();
        SageMaker.Invoke("DeleteEndpointConfig", new JsonObject { ["EndpointConfigName"] = "first" });

        Should.Throw<SandboxException>(() => Update("second")).Message.ShouldContain("Could not find endpoint configuration");
        Status().ShouldBe("InService");
    }

    [Fact]
    public void A_rolled_back_update_ends_in_service_on_the_old_configuration_without_a_word()
    {
        InService();
        World.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.EndpointRollback, Target = "endpoint" });
        Update("second");

        Step(TimeSpan.FromMinutes(4));
        Status().ShouldBe("RollingBack");
        Step(TimeSpan.FromMinutes(2));
        Status().ShouldBe("InService");
        Describe()["EndpointConfigName"]!.GetValue<string>().ShouldBe("first");
        Describe()["FailureReason"].ShouldBeNull();
    }

    [Fact]
    public void An_image_that_is_not_in_ECR_rolls_the_update_back_with_a_reason()
    {
        InService();
        Update("broken");
        Step(TimeSpan.FromMinutes(6));

        Status().ShouldBe("InService");
        Describe()["EndpointConfigName"]!.GetValue<string>().ShouldBe("first");
        Describe()["FailureReason"]!.GetValue<string>().ShouldContain("inference:three");
    }

    [Fact]
    public void A_failed_update_leaves_an_endpoint_that_can_only_be_deleted()
    {
        InService();
        World.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.EndpointFailure, Target = "endpoint", Reason = "out of capacity" });
        Update("second");
        Step(TimeSpan.FromMinutes(4));

        Status().ShouldBe("Failed");
        Describe()["FailureReason"]!.GetValue<string>().ShouldBe("out of capacity");
        Should.Throw<SandboxException>(() => Update("second")).Code.ShouldBe("ValidationException");
        Invoke("DeleteEndpoint", new JsonObject { ["EndpointName"] = "endpoint" });
        Step(TimeSpan.FromMinutes(1));
        Should.Throw<SandboxException>(Describe).Message.ShouldStartWith("Could not find endpoint");
    }

    [Fact]
    public void An_endpoint_whose_creation_failed_is_described_until_its_deletion_is_done()
    {
        Invoke("CreateEndpoint", new JsonObject { ["EndpointName"] = "endpoint", ["EndpointConfigName"] = "broken" });
        Step(TimeSpan.FromMinutes(5));
        Status().ShouldBe("Failed");

        Invoke("DeleteEndpoint", new JsonObject { ["EndpointName"] = "endpoint" });
        Status().ShouldBe("Deleting");
        Describe()["EndpointConfigName"]!.GetValue<string>().ShouldBe("broken");
    }

    [Fact]
    public void A_long_step_of_the_clock_goes_through_every_status_in_between()
    {
        InService();
        World.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.EndpointRollback, Target = "endpoint", Reason = "alarm" });
        Update("second");
        Step(TimeSpan.FromDays(1));

        Status().ShouldBe("InService");
        Describe()["LastModifiedTime"]!.GetValue<double>().ShouldBe(new DateTimeOffset(2030, 1, 1, 0, 11, 0, TimeSpan.Zero).ToUnixTimeSeconds());
    }

    [Theory]
    [InlineData("Creating")]
    [InlineData("Updating")]
    [InlineData("RollingBack")]
    [InlineData("SystemUpdating")]
    public void An_update_is_refused_while_the_endpoint_changes(string status)
    {
        InService();
        SageMaker.ForceEndpointStatus("endpoint", status);

        Should.Throw<SandboxException>(() => Update("second")).Message.ShouldStartWith("Cannot update in-progress endpoint");
    }

    [Fact]
    public void A_configuration_in_use_can_be_deleted_and_a_missing_one_cannot_be_deployed()
    {
        InService();
        Invoke("DeleteEndpointConfig", new JsonObject { ["EndpointConfigName"] = "second" });

        Should.Throw<SandboxException>(() => Update("second")).Message.ShouldStartWith("Could not find endpoint configuration");
    }

    [Fact]
    public void Its_state_is_taken_up_as_it_was_kept()
    {
        InService();
        Update("second");
        var kept = SageMaker.Save();
        var reborn = new SageMakerService(World);
        reborn.Load(JsonNode.Parse(kept.ToJsonString())!.AsObject());

        reborn.Save().ToJsonString().ShouldBe(kept.ToJsonString());
        Clock.Advance(TimeSpan.FromMinutes(4));
        reborn.Advance(World.Now);
        reborn.Invoke("DescribeEndpoint", new JsonObject { ["EndpointName"] = "endpoint" })["EndpointConfigName"]!.GetValue<string>().ShouldBe("second");
    }
}
