using System.Text.Json.Nodes;

namespace ReleaseTools.Sandbox.Tests.SageMaker;

public sealed class ResourceTests : SageMakerScenario
{
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
}
