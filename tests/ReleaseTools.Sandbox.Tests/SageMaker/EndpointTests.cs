using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using ReleaseTools.Sandbox.SageMaker;

namespace ReleaseTools.Sandbox.Tests.SageMaker;

public sealed class EndpointTests
{
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly SandboxWorld world;
    private readonly SageMakerService sageMaker;

    public EndpointTests()
    {
        world = new SandboxWorld(new SandboxOptions { Clock = clock }) { Host = "127.0.0.1:5000", Images = new TwoImages() };
        sageMaker = new SageMakerService(world);
        Deployable("first", "127.0.0.1:5000/inference:one");
        Deployable("second", "127.0.0.1:5000/inference:two");
        Deployable("broken", "127.0.0.1:5000/inference:three");
    }

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
    public void An_endpoint_whose_configuration_was_deleted_cannot_be_updated()
    {
        InService();
        sageMaker.Invoke("DeleteEndpointConfig", new JsonObject { ["EndpointConfigName"] = "first" });

        Should.Throw<SandboxException>(() => Update("second")).Message.ShouldContain("Could not find endpoint configuration");
        Status().ShouldBe("InService");
    }

    [Fact]
    public void A_rolled_back_update_ends_in_service_on_the_old_configuration_without_a_word()
    {
        InService();
        world.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.EndpointRollback, Target = "endpoint" });
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
        world.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.EndpointFailure, Target = "endpoint", Reason = "out of capacity" });
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
        world.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.EndpointRollback, Target = "endpoint", Reason = "alarm" });
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
        sageMaker.ForceEndpointStatus("endpoint", status);

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
    public void Fields_that_the_sandbox_does_not_know_are_given_back()
    {
        Invoke("CreateModel", new JsonObject { ["ModelName"] = "odd", ["PrimaryContainer"] = new JsonObject { ["Image"] = "x" }, ["NewThing"] = new JsonObject { ["A"] = 1 } });

        Invoke("DescribeModel", new JsonObject { ["ModelName"] = "odd" })["NewThing"]!["A"]!.GetValue<int>().ShouldBe(1);
    }

    [Fact]
    public void Tags_go_with_what_they_are_of()
    {
        var model = new JsonObject { ["ModelName"] = "tagged", ["PrimaryContainer"] = new JsonObject { ["Image"] = "x" }, ["Tags"] = Tags("a") };
        var arn = Invoke("CreateModel", model.DeepClone().AsObject())["ModelArn"]!.GetValue<string>();
        TagsOf(arn).Count.ShouldBe(1);
        Invoke("DeleteModel", new JsonObject { ["ModelName"] = "tagged" });
        Should.Throw<SandboxException>(() => TagsOf(arn)).Code.ShouldBe("ValidationException");

        model.Remove("Tags");
        Invoke("CreateModel", model);
        TagsOf(arn).ShouldBeEmpty();
    }

    [Fact]
    public void Tags_of_an_endpoint_go_when_its_deletion_is_done()
    {
        InService();
        var arn = Describe()["EndpointArn"]!.GetValue<string>();
        Invoke("AddTags", new JsonObject { ["ResourceArn"] = arn, ["Tags"] = Tags("a") });
        Invoke("DeleteEndpoint", new JsonObject { ["EndpointName"] = "endpoint" });
        TagsOf(arn).Count.ShouldBe(1);
        Step(TimeSpan.FromMinutes(1));
        InService();

        TagsOf(arn).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("AddTags")]
    [InlineData("ListTags")]
    [InlineData("DeleteTags")]
    public void What_is_not_there_has_no_tags(string operation) =>
        Should.Throw<SandboxException>(() => Invoke(operation, new JsonObject { ["ResourceArn"] = "arn:aws:sagemaker:eu-west-1:000000000000:model/none", ["Tags"] = Tags("a"), ["TagKeys"] = new JsonArray("a") }))
            .Code.ShouldBe("ValidationException");

    [Fact]
    public void Bad_tags_create_nothing()
    {
        var request = new JsonObject { ["ModelName"] = "tagged", ["PrimaryContainer"] = new JsonObject { ["Image"] = "x" }, ["Tags"] = new JsonArray(new JsonObject { ["Value"] = "keyless" }) };

        Should.Throw<SandboxException>(() => Invoke("CreateModel", request)).Code.ShouldBe("ValidationException");
        Should.Throw<SandboxException>(() => Invoke("DescribeModel", new JsonObject { ["ModelName"] = "tagged" }));
    }

    [Theory]
    [InlineData("""{ "VariantName": "AllTraffic", "ModelName": "first" }""")]
    [InlineData("""{ "VariantName": "AllTraffic", "ModelName": "first", "InstanceType": "ml.m5.large" }""")]
    [InlineData("""{ "VariantName": "AllTraffic", "ModelName": "first", "InitialInstanceCount": 1 }""")]
    [InlineData("""{ "ModelName": "first", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1 }""")]
    public void A_variant_says_on_what_it_runs(string variant)
    {
        var request = new JsonObject { ["EndpointConfigName"] = "odd", ["ProductionVariants"] = new JsonArray(JsonNode.Parse(variant)) };

        Should.Throw<SandboxException>(() => Invoke("CreateEndpointConfig", request)).Code.ShouldBe("ValidationException");
    }

    [Theory]
    [InlineData("""{ }""", false)]
    [InlineData("""{ "BlueGreenUpdatePolicy": { "TrafficRoutingConfiguration": { "Type": "ALL_AT_ONCE" }, "MaximumExecutionTimeoutInSeconds": 599 } }""", false)]
    [InlineData("""{ "BlueGreenUpdatePolicy": { "TrafficRoutingConfiguration": { "Type": "CANARY", "CanarySize": { "Type": "CAPACITY_PERCENT", "Value": 51 } } } }""", false)]
    [InlineData("""{ "BlueGreenUpdatePolicy": { "TrafficRoutingConfiguration": { "Type": "LINEAR", "LinearStepSize": { "Type": "CAPACITY_PERCENT", "Value": 9 } } } }""", false)]
    [InlineData("""{ "RollingUpdatePolicy": { "MaximumBatchSize": { "Type": "CAPACITY_PERCENT", "Value": 60 } } }""", false)]
    [InlineData("""{ "RollingUpdatePolicy": { "MaximumBatchSize": { "Type": "CAPACITY_PERCENT", "Value": 50 } }, "AutoRollbackConfiguration": { "Alarms": [] } }""", false)]
    [InlineData("""{ "BlueGreenUpdatePolicy": { "TrafficRoutingConfiguration": { "Type": "CANARY", "CanarySize": { "Type": "CAPACITY_PERCENT", "Value": 50 } }, "MaximumExecutionTimeoutInSeconds": 600 } }""", true)]
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

        int Count() => Describe()["ProductionVariants"]![0]!["CurrentInstanceCount"]!.GetValue<int>();
    }

    [Fact]
    public void Its_state_is_taken_up_as_it_was_kept()
    {
        InService();
        Update("second");
        var kept = sageMaker.Save();
        var reborn = new SageMakerService(world);
        reborn.Load(JsonNode.Parse(kept.ToJsonString())!.AsObject());

        reborn.Save().ToJsonString().ShouldBe(kept.ToJsonString());
        clock.Advance(TimeSpan.FromMinutes(4));
        reborn.Advance(world.Now);
        reborn.Invoke("DescribeEndpoint", new JsonObject { ["EndpointName"] = "endpoint" })["EndpointConfigName"]!.GetValue<string>().ShouldBe("second");
    }

    private static JsonArray Tags(string key) => new(new JsonObject { ["Key"] = key, ["Value"] = "x" });

    private JsonArray TagsOf(string arn) => Invoke("ListTags", new JsonObject { ["ResourceArn"] = arn })["Tags"]!.AsArray();

    private void Deployable(string name, string image)
    {
        Invoke("CreateModel", new JsonObject { ["ModelName"] = name, ["ExecutionRoleArn"] = "arn:aws:iam::000000000000:role/x", ["PrimaryContainer"] = new JsonObject { ["Image"] = image } });
        Invoke("CreateEndpointConfig", new JsonObject
        {
            ["EndpointConfigName"] = name,
            ["ProductionVariants"] = new JsonArray(new JsonObject { ["VariantName"] = "AllTraffic", ["ModelName"] = name, ["InitialInstanceCount"] = 1, ["InstanceType"] = "ml.g4dn.xlarge" }),
        });
    }

    private void Create() => Invoke("CreateEndpoint", new JsonObject { ["EndpointName"] = "endpoint", ["EndpointConfigName"] = "first" });

    private void InService()
    {
        Create();
        Step(TimeSpan.FromMinutes(5));
    }

    private void Update(string config) => Invoke("UpdateEndpoint", new JsonObject { ["EndpointName"] = "endpoint", ["EndpointConfigName"] = config });

    private JsonObject Describe() => Invoke("DescribeEndpoint", new JsonObject { ["EndpointName"] = "endpoint" });

    private string Status() => Describe()["EndpointStatus"]!.GetValue<string>();

    private JsonNode Image() => Describe()["ProductionVariants"]![0]!["DeployedImages"]![0]!;

    private void Step(TimeSpan time)
    {
        clock.Advance(time);
        sageMaker.Advance(world.Now);
    }

    private JsonObject Invoke(string operation, JsonObject request) => sageMaker.Invoke(operation, request);

    private sealed class TwoImages : IImageStore
    {
        public string? Resolve(string imageReference) =>
            imageReference.EndsWith(":one", StringComparison.Ordinal) ? "sha256:1" : imageReference.EndsWith(":two", StringComparison.Ordinal) ? "sha256:2" : null;

        public string Push(string imageReference, string mediaType, ReadOnlyMemory<byte> manifest, IReadOnlyList<ReadOnlyMemory<byte>> blobs, CancellationToken cancellation) => throw new NotSupportedException();
    }
}
