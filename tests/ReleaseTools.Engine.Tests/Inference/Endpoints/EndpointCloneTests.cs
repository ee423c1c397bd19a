using System.Text.Json.Nodes;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Inference.Endpoints;

namespace ReleaseTools.Engine.Tests.Inference.Endpoints;

public sealed class EndpointCloneTests
{
    private const string Repository = "1.dkr.ecr.eu-west-1.amazonaws.com/inference";

    // Every member of DescribeEndpointConfig that CreateEndpointConfig takes, and members nobody knows yet.
    private const string ConfigMembers = """
        "ProductionVariants": [{
            "VariantName": "AllTraffic", "ModelName": "m1", "InitialInstanceCount": 1, "InstanceType": "ml.g4dn.xlarge", "InitialVariantWeight": 0.5, "AcceleratorType": "ml.eia1.medium",
            "CoreDumpConfig": {"DestinationS3Uri": "s3://b/c", "KmsKeyId": "k"}, "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5, "ProvisionedConcurrency": 1},
            "VolumeSizeInGB": 30, "ModelDataDownloadTimeoutInSeconds": 600, "ContainerStartupHealthCheckTimeoutInSeconds": 700, "EnableSSMAccess": true,
            "ManagedInstanceScaling": {"Status": "ENABLED", "MinInstanceCount": 1, "MaxInstanceCount": 3}, "RoutingConfig": {"RoutingStrategy": "LEAST_OUTSTANDING_REQUESTS"},
            "InferenceAmiVersion": "al2-ami-sagemaker-inference-gpu-2", "OfTheFuture": {"Deep": [1, {"er": true}]}}],
          "DataCaptureConfig": {"EnableCapture": true, "InitialSamplingPercentage": 10, "DestinationS3Uri": "s3://b/d", "CaptureOptions": [{"CaptureMode": "Input"}]},
          "KmsKeyId": "key", "AsyncInferenceConfig": {"ClientConfig": {"MaxConcurrentInvocationsPerInstance": 1},
            "OutputConfig": {"S3OutputPath": "s3://b/out", "S3FailurePath": "s3://b/failed", "NotificationConfig": {"SuccessTopic": "arn:t"}}},
          "ExplainerConfig": {"ClarifyExplainerConfig": {"ShapConfig": {"ShapBaselineConfig": {}}}},
          "ShadowProductionVariants": [{"VariantName": "Shadow", "ModelName": "m2", "InitialInstanceCount": 1}],
          "ExecutionRoleArn": "arn:role", "VpcConfig": {"Subnets": ["s"], "SecurityGroupIds": ["g"]}, "EnableNetworkIsolation": true, "InventedForTheTest": ["x", 1.25, null]
        """;

    private const string ModelMembers = """
        "ExecutionRoleArn": "arn:role", "VpcConfig": {"Subnets": ["s"], "SecurityGroupIds": ["g"]}, "EnableNetworkIsolation": false,
          "InferenceExecutionConfig": {"Mode": "Serial"}, "InventedForTheTest": {"a": 1}
        """;

    [Fact]
    public void A_configuration_survives_whole_but_for_name_models_and_tags()
    {
        var clone = EndpointClone.Config(
            Json($$"""{"EndpointConfigName": "old", "EndpointConfigArn": "arn:old", "CreationTime": 1.5, {{ConfigMembers}} }"""),
            "new", new Dictionary<string, string> { ["AllTraffic"] = "m1-new" }, [new("team", "video")]);

        var expected = Json($$"""{"EndpointConfigName": "new", {{ConfigMembers}}, "Tags": [{"Key": "team", "Value": "video"}] }""");
        expected["ProductionVariants"]![0]!["ModelName"] = "m1-new";
        JsonNode.DeepEquals(clone, expected).ShouldBeTrue(clone.ToJsonString());
    }

    [Fact]
    public void A_model_survives_whole_but_for_name_image_and_tags()
    {
        var container = """ "Image": "IMAGE", "ModelDataUrl": "s3://b/m.tar.gz", "Environment": {"PLATFORM": "gpu", "HF_TOKEN_ARN": "arn:s"}, "Mode": "SingleModel", "ContainerHostname": "c", "New": [1] """;
        var clone = EndpointClone.Model(
            Json($$"""{"ModelName": "old", "ModelArn": "arn:m", "CreationTime": 1.5, "DeploymentRecommendation": {"RecommendationStatus": "COMPLETED"}, "PrimaryContainer": { {{container}} }, {{ModelMembers}} }"""),
            "new", container: 0, $"{Repository}@sha256:new", []);

        var expected = Json($$"""{"ModelName": "new", "PrimaryContainer": { {{container.Replace("IMAGE", $"{Repository}@sha256:new")}} }, {{ModelMembers}}, "Tags": [] }""");
        JsonNode.DeepEquals(clone, expected).ShouldBeTrue(clone.ToJsonString());
    }

    [Fact]
    public void The_description_itself_stays_as_it_was()
    {
        var described = Json($$"""{"EndpointConfigName": "old", {{ConfigMembers}} }""");
        var before = described.ToJsonString();
        EndpointClone.Config(described, "new", new Dictionary<string, string> { ["AllTraffic"] = "other" }, []);
        described.ToJsonString().ShouldBe(before);
    }

    [Fact]
    public void In_a_pipeline_only_the_repository_s_container_changes()
    {
        var model = Json($$$"""{"ModelName": "m", "Containers": [{"Image": "1.dkr/pre:1"}, {"Image": "{{{Repository}}}:latest", "Environment": {"A": "1"}}, {"Image": "1.dkr/post:1"}] }""");
        var container = EndpointClone.ContainerOf(model, Repository);
        container.ShouldBe(1);
        var images = EndpointClone.ContainersOf(EndpointClone.Model(model, "n", container!.Value, "img", [])).Select(one => (string?)one["Image"]);
        images.ShouldBe(["1.dkr/pre:1", "img", "1.dkr/post:1"]);
    }

    [Fact]
    public void The_only_container_is_meant_even_if_its_first_image_came_from_elsewhere() =>
        EndpointClone.ContainerOf(Json("""{"ModelName": "m", "PrimaryContainer": {"Image": "public/stub:1"}}"""), Repository).ShouldBe(0);

    [Fact]
    public void Of_several_containers_from_elsewhere_none_is_meant() =>
        EndpointClone.ContainerOf(Json("""{"ModelName": "m", "Containers": [{"Image": "a:1"}, {"Image": "b:1"}]}"""), Repository).ShouldBeNull();

    [Fact]
    public void A_model_package_is_an_error_that_names_it()
    {
        var error = Should.Throw<ReleaseException>(() => EndpointClone.ContainerOf(Json("""{"ModelName": "m", "PrimaryContainer": {"ModelPackageName": "arn:package/1"}}"""), Repository));
        error.Id.ShouldBe(nameof(Messages.EndpointModelWithoutImage));
        error.Message.ShouldContain("arn:package/1");
    }

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}
