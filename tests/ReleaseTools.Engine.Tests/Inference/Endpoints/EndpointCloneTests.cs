using System.Text.Json.Nodes;
using ReleaseTools.Engine.Inference.Endpoints;

namespace ReleaseTools.Engine.Tests.Inference.Endpoints;

public sealed class EndpointCloneTests
{
    private const string Image = "1.dkr.ecr.eu-west-1.amazonaws.com/inference@sha256:new";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_configuration_with_every_documented_field_survives_whole_but_for_name_models_and_tags(bool invented)
    {
        var expected = DocumentedFields.Of("CreateEndpointConfig", invented);
        var described = Described(expected, "EndpointConfigArn");

        var clone = EndpointClone.Config(described, "new", new Dictionary<string, string> { [Variant(expected, "ProductionVariants")] = "m1-new" }, [new("team", "video")]);

        expected["EndpointConfigName"] = "new";
        expected["ProductionVariants"]![0]!["ModelName"] = "m1-new";
        expected["Tags"] = new JsonArray(new JsonObject { ["Key"] = "team", ["Value"] = "video" });
        JsonNode.DeepEquals(clone, expected).ShouldBeTrue(clone.ToJsonString());
        clone["ShadowProductionVariants"]![0]!.AsObject().Count.ShouldBeGreaterThanOrEqualTo(18);
    }

    [Theory]
    [InlineData("PrimaryContainer", false)]
    [InlineData("PrimaryContainer", true)]
    [InlineData("Containers", false)]
    [InlineData("Containers", true)]
    public void A_model_with_every_documented_field_survives_whole_but_for_name_image_and_tags(string containers, bool invented)
    {
        var expected = DocumentedFields.Of("CreateModel", invented);
        expected.Remove(containers == "Containers" ? "PrimaryContainer" : "Containers"); // SageMaker takes one of them
        var described = Described(expected, "ModelArn");
        described["DeploymentRecommendation"] = new JsonObject { ["RecommendationStatus"] = "COMPLETED" };

        var clone = EndpointClone.Model(new(described, new Dictionary<int, string> { [0] = Image }, 0, ["AllTraffic"]), "new", EndpointChange.None, []);

        expected["ModelName"] = "new";
        (containers == "Containers" ? expected[containers]![0]! : expected[containers]!)["Image"] = Image;
        expected["Tags"] = new JsonArray();
        JsonNode.DeepEquals(clone, expected).ShouldBeTrue(clone.ToJsonString());
    }

    [Fact]
    public void The_description_itself_stays_as_it_was()
    {
        var described = Described(DocumentedFields.Of("CreateEndpointConfig", invented: true), "EndpointConfigArn");
        var before = described.ToJsonString();
        EndpointClone.Config(described, "new", new Dictionary<string, string> { [Variant(described, "ProductionVariants")] = "other" }, []);
        described.ToJsonString().ShouldBe(before);
    }

    [Fact]
    public void An_environment_differs_in_what_was_asked_for_alone()
    {
        var model = Json("""{"ModelName":"m","PrimaryContainer":{"Image":"i","Environment":{"PLATFORM":"gpu","IW3_VIDEO_CODEC":"libx264","HF_TOKEN_ARN":"arn:s"} } }""");
        var change = new EndpointChange { Environment = new Dictionary<string, string> { ["IW3_VIDEO_CODEC"] = "h264_nvenc", ["IW3_LOW_VRAM"] = "1" }, RemoveEnvironment = ["HF_TOKEN_ARN"] };

        var clone = EndpointClone.Model(new(model, new Dictionary<int, string>(), 0, []), "n", change, []);

        clone["PrimaryContainer"]!["Environment"]!.ToJsonString().ShouldBe("""{"PLATFORM":"gpu","IW3_VIDEO_CODEC":"h264_nvenc","IW3_LOW_VRAM":"1"}""");
    }

    [Fact]
    public void A_container_without_an_environment_gets_one()
    {
        var change = new EndpointChange { Environment = new Dictionary<string, string> { ["A"] = "1" } };
        var clone = EndpointClone.Model(new(Json("""{"ModelName":"m","PrimaryContainer":{"Image":"i"} }"""), new Dictionary<int, string>(), 0, []), "n", change, []);
        clone["PrimaryContainer"]!["Environment"]!.ToJsonString().ShouldBe("""{"A":"1"}""");
    }

    private static JsonObject Described(JsonObject request, string arn)
    {
        var description = request.DeepClone().AsObject();
        description[arn] = "arn:old";
        description["CreationTime"] = 1.5;
        return description;
    }

    private static string Variant(JsonObject config, string variants) => (string)config[variants]![0]!["VariantName"]!;

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}
