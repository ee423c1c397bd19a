using System.Text.Json.Nodes;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Inference.Endpoints;

namespace ReleaseTools.Engine.Tests.Inference.Endpoints;

/// <summary>Changes besides the image, and endpoints of every make.</summary>
public sealed class EndpointChangesInSandboxTests : IAsyncLifetime
{
    private static readonly EndpointChange LowVram = new() { Environment = new Dictionary<string, string> { ["IW3_LOW_VRAM"] = "1" } };

    private readonly EndpointScene scene = new();

    public async ValueTask InitializeAsync() => await scene.StartAsync();

    public ValueTask DisposeAsync() => scene.DisposeAsync();

    [Fact]
    public async Task An_environment_is_changed_with_the_image_that_is_served_though_its_tag_has_moved()
    {
        await scene.WithEndpointAsync();
        var served = (await scene.Sandbox.PushAsync("again", "first")).Digest;
        await scene.Sandbox.PushAsync("latest", "second");

        var update = await scene.ChangeAsync(LowVram with { RemoveEnvironment = ["IW3_VIDEO_CODEC"] });

        update.Status.ShouldBe(EndpointUpdateStatus.Updated, update.Reason);
        (update.Digest, update.PreviousDigest, update.PreviousEndpointConfigName).ShouldBe((served, served, "first"));
        var container = (await scene.DescribeModelAsync(update.ModelName!))["PrimaryContainer"]!;
        ((string?)container["Image"]).ShouldBe($"{scene.Sandbox.Repository}@{served}");
        container["Environment"]!.ToJsonString().ShouldBe("""{"PLATFORM":"gpu","IW3_LOW_VRAM":"1"}""");
    }

    [Fact]
    public async Task What_is_so_already_is_unchanged_and_with_Force_is_deployed_again()
    {
        await scene.WithEndpointAsync();
        var change = new EndpointChange { Environment = new Dictionary<string, string> { ["PLATFORM"] = "gpu" }, RemoveEnvironment = ["NOT_THERE"], InstanceType = "ml.g4dn.xlarge", InstanceCount = 1 };

        var update = await scene.ChangeAsync(change);

        (update.Status, update.EndpointConfigName).ShouldBe((EndpointUpdateStatus.Unchanged, "first"));
        (await scene.NamesAsync("ListModels", "Models", "ModelName")).ShouldBe(["m1"]);
        (await scene.UpdateAsync(image: null, new() { Force = true })).Status.ShouldBe(EndpointUpdateStatus.Updated);
    }

    [Fact]
    public async Task A_plan_tells_names_and_sizes_and_never_a_value()
    {
        await scene.WithEndpointAsync();
        var change = LowVram with { Environment = new Dictionary<string, string> { ["A_SECRET"] = "hush-4711" }, RemoveEnvironment = ["PLATFORM"], InstanceType = "ml.g5.xlarge", InstanceCount = 2 };

        var plan = await scene.Updates.PlanAsync("stereo", image: null, new() { Change = change }, default);

        plan.Reason.ShouldBe("Set A_SECRET. Remove PLATFORM. Instance type of AllTraffic: ml.g4dn.xlarge -> ml.g5.xlarge. Instances of AllTraffic: 1 -> 2.");
        plan.ToUpdate().ToString().ShouldNotContain("hush-4711");
    }

    [Fact]
    public async Task A_change_of_instances_takes_the_count_asked_for_and_leaves_weights_and_other_variants_as_they_are()
    {
        await scene.ModelAsync("m1", """ "PrimaryContainer":{"Image":"REPO:latest"} """);
        await scene.EndpointAsync("""
            "ProductionVariants":[{"VariantName":"A","ModelName":"m1","InitialInstanceCount":1,"InstanceType":"ml.m5.large"},{"VariantName":"B","ModelName":"m1","InitialInstanceCount":1,"InstanceType":"ml.m5.large"}]
            """);
        await scene.CallAsync("UpdateEndpointWeightsAndCapacities", """
            {"EndpointName":"stereo","DesiredWeightsAndCapacities":[{"VariantName":"A","DesiredWeight":3,"DesiredInstanceCount":4},{"VariantName":"B","DesiredInstanceCount":5}]}
            """);
        scene.Sandbox.Time.Advance(TimeSpan.FromMinutes(5));

        (await scene.ChangeAsync(new() { InstanceType = "ml.g5.xlarge", InstanceCount = 2 }, "A")).Status.ShouldBe(EndpointUpdateStatus.Updated);

        var endpoint = await scene.DescribeAsync();
        Variants(endpoint, "DesiredInstanceCount").ShouldBe([2, 5]);
        Variants(endpoint, "DesiredWeight").ShouldBe([3, 1]);
        var config = await scene.DescribeConfigAsync((string)endpoint["EndpointConfigName"]!);
        config["ProductionVariants"]!.AsArray().Select(one => (string?)one!["InstanceType"]).ShouldBe(["ml.g5.xlarge", "ml.m5.large"]);
    }

    [Fact]
    public async Task An_update_without_a_count_leaves_what_autoscaling_made_of_it()
    {
        await scene.WithEndpointAsync();
        await scene.CallAsync("UpdateEndpointWeightsAndCapacities", """{"EndpointName":"stereo","DesiredWeightsAndCapacities":[{"VariantName":"AllTraffic","DesiredInstanceCount":4}]}""");
        scene.Sandbox.Time.Advance(TimeSpan.FromMinutes(5));

        await scene.ChangeAsync(LowVram);

        Variants(await scene.DescribeAsync(), "DesiredInstanceCount").ShouldBe([4]);
    }

    [Fact]
    public async Task In_a_pipeline_the_container_named_is_changed_and_every_image_stays_what_is_served()
    {
        var served = (await scene.Sandbox.PushAsync("pre", "one")).Digest;
        await scene.ModelAsync("m1", """ "Containers":[{"Image":"REPO:pre","ContainerHostname":"pre"},{"Image":"REPO:latest","ContainerHostname":"main","Environment":{"A":"1"}}],"InferenceExecutionConfig":{"Mode":"Serial"} """);
        await scene.EndpointAsync(""" "ProductionVariants":[{"VariantName":"V","ModelName":"m1","InitialInstanceCount":1,"InstanceType":"ml.m5.large"}] """);
        await scene.Sandbox.PushAsync("pre", "two");

        (await Should.ThrowAsync<ReleaseException>(() => scene.ChangeAsync(LowVram))).Id.ShouldBe(nameof(Messages.EndpointContainerAmbiguous));
        (await Should.ThrowAsync<ReleaseException>(() => scene.ChangeAsync(LowVram, container: "post"))).Message.ShouldContain("it has pre, main");
        var update = await scene.ChangeAsync(LowVram, container: "main");

        update.Status.ShouldBe(EndpointUpdateStatus.Updated, update.Reason);
        var containers = (await scene.DescribeModelAsync(update.ModelName!))["Containers"]!;
        ((string?)containers[0]!["Image"]).ShouldBe($"{scene.Sandbox.Repository}@{served}");
        containers[0]!["Environment"].ShouldBeNull();
        containers[1]!["Environment"]!.ToJsonString().ShouldBe("""{"A":"1","IW3_LOW_VRAM":"1"}""");
    }

    [Fact]
    public async Task An_image_goes_to_the_container_of_its_repository_in_each_variant_that_runs_it()
    {
        await scene.Sandbox.CallAsync("ecr", "CreateRepository", """{"repositoryName":"other"}""");
        await scene.Sandbox.PushAsync("1", "other", repository: "other");
        var other = scene.Sandbox.RepositoryOf("other") + ":1";
        await scene.ModelAsync("a", $$""" "Containers":[{"Image":"{{other}}"},{"Image":"REPO:latest"}] """);
        await scene.ModelAsync("b", $$""" "PrimaryContainer":{"Image":"{{other}}"} """);
        await scene.ModelAsync("c", """ "PrimaryContainer":{"Image":"REPO:latest"} """);
        await scene.EndpointAsync($$""" "ProductionVariants":[{{Variant("A", "a")}},{{Variant("B", "b")}},{{Variant("C", "c")}},{{Variant("D", "c")}}] """);
        var image = await scene.Sandbox.PushAsync("v2", "second");

        var update = await scene.UpdateAsync(image, new());

        (update.Status, update.VariantName).ShouldBe((EndpointUpdateStatus.Updated, "A, C, D"), update.Reason);
        var config = await scene.DescribeConfigAsync(update.EndpointConfigName!);
        var models = config["ProductionVariants"]!.AsArray().Select(one => (string)one!["ModelName"]!).ToList();
        models.ShouldBe([update.EndpointConfigName + "-1", "b", update.EndpointConfigName + "-2", update.EndpointConfigName + "-2"]);
        (await scene.DescribeModelAsync(models[0]))["Containers"]!.AsArray().Select(one => (string)one!["Image"]!).ShouldBe([other, image.ImageUri!]);
    }

    [Fact]
    public async Task A_shadow_variant_is_left_alone_unless_it_is_named_and_then_proven()
    {
        await scene.ModelAsync("m1", """ "PrimaryContainer":{"Image":"REPO:latest"} """);
        await scene.ModelAsync("m2", """ "PrimaryContainer":{"Image":"REPO:latest"} """);
        await scene.EndpointAsync("""
            "ProductionVariants":[{"VariantName":"Main","ModelName":"m1","InitialInstanceCount":1,"InstanceType":"ml.m5.large"}],
            "ShadowProductionVariants":[{"VariantName":"Shadow","ModelName":"m2","InitialInstanceCount":1,"InstanceType":"ml.m5.large"}]
            """);
        var image = await scene.Sandbox.PushAsync("v2", "second");

        var main = await scene.UpdateAsync(image, new());
        (main.Status, main.VariantName).ShouldBe((EndpointUpdateStatus.Updated, "Main"), main.Reason);
        ((string?)(await scene.DescribeConfigAsync(main.EndpointConfigName!))["ShadowProductionVariants"]![0]!["ModelName"]).ShouldBe("m2");

        var shadow = await scene.UpdateAsync(image, new() { VariantName = "Shadow" });
        (shadow.Status, shadow.VariantName).ShouldBe((EndpointUpdateStatus.Updated, "Shadow"), shadow.Reason);
    }

    [Fact]
    public async Task A_serverless_endpoint_is_updated_and_has_no_instances_to_change()
    {
        await scene.ModelAsync("m1", """ "PrimaryContainer":{"Image":"REPO:latest"} """);
        await scene.EndpointAsync(""" "ProductionVariants":[{"VariantName":"V","ModelName":"m1","ServerlessConfig":{"MemorySizeInMB":2048,"MaxConcurrency":5} }] """);

        var update = await scene.UpdateAsync(await scene.Sandbox.PushAsync("v2", "second"), new());

        update.Status.ShouldBe(EndpointUpdateStatus.Updated, update.Reason);
        (await scene.DescribeConfigAsync(update.EndpointConfigName!))["ProductionVariants"]![0]!["ServerlessConfig"]!.ToJsonString().ShouldBe("""{"MemorySizeInMB":2048,"MaxConcurrency":5}""");
        (await Should.ThrowAsync<ReleaseException>(() => scene.ChangeAsync(new() { InstanceCount = 2 }))).Id.ShouldBe(nameof(Messages.EndpointVariantNotResizable));
    }

    [Fact]
    public async Task An_endpoint_of_inference_components_gets_other_instances_and_no_image()
    {
        await scene.EndpointAsync(""" "ProductionVariants":[{"VariantName":"V","InitialInstanceCount":1,"InstanceType":"ml.g5.xlarge"}],"ExecutionRoleArn":"arn:aws:iam::000000000000:role/x" """);

        var update = await scene.ChangeAsync(new() { InstanceCount = 2 });

        update.Status.ShouldBe(EndpointUpdateStatus.Updated);
        (await scene.TagsAsync(update.EndpointConfigName!)).ShouldNotContainKey("releasetools:proven"); // no digest was there to prove
        Variants(await scene.DescribeAsync(), "DesiredInstanceCount").ShouldBe([2]);
        (await Should.ThrowAsync<ReleaseException>(() => scene.ChangeAsync(LowVram))).Id.ShouldBe(nameof(Messages.EndpointVariantWithoutModel));
    }

    [Fact]
    public async Task A_change_keeps_the_release_of_the_image_and_is_marked_as_proven()
    {
        await scene.WithEndpointAsync();
        var release = await scene.UpdateAsync(await scene.Sandbox.PushAsync("4f2c9e1", "second"), new());
        var change = await scene.ChangeAsync(LowVram);

        var tags = await scene.TagsAsync(change.EndpointConfigName!);

        tags["releasetools:proven"].ShouldMatch(@"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$");
        tags.Where(tag => tag.Key != "releasetools:proven").Select(tag => $"{tag.Key}={tag.Value}").Order().ShouldBe(
            ["releasetools:endpoint=stereo", $"releasetools:previous-config={release.EndpointConfigName}", "releasetools:release=4f2c9e1", "team=video"]);
        change.EndpointConfigName.ShouldStartWith("stereo-4f2c9e1-");
    }

    [Fact]
    public async Task Every_documented_field_and_invented_ones_come_back_from_SageMaker_as_they_were()
    {
        var model = DocumentedFields.Of("CreateModel", invented: true);
        model.Remove("Containers");
        model["ModelName"] = "m1";
        model["PrimaryContainer"]!["Image"] = $"{scene.Sandbox.Repository}:latest";
        model["PrimaryContainer"]!.AsObject().Remove("ModelPackageName"); // a package decides the image itself
        await scene.CallAsync("CreateModel", model.ToJsonString());
        var config = DocumentedFields.Of("CreateEndpointConfig", invented: true);
        foreach (var (variants, name) in new[] { ("ProductionVariants", "Main"), ("ShadowProductionVariants", "Shadow") })
            (config[variants]![0]!["VariantName"], config[variants]![0]!["ModelName"]) = (name, "m1");
        await scene.EndpointAsync(config.ToJsonString()[1..^1].Replace("\"EndpointConfigName\":\"EndpointConfigName\",", ""));
        var image = await scene.Sandbox.PushAsync("v2", "second");

        var update = await scene.UpdateAsync(image, new());

        update.Status.ShouldBe(EndpointUpdateStatus.Updated, update.Reason);
        config["ProductionVariants"]![0]!["ModelName"] = update.ModelName;
        model["PrimaryContainer"]!["Image"] = image.ImageUri;
        ShouldBeAlike(await scene.DescribeConfigAsync(update.EndpointConfigName!), config, "EndpointConfigName", "EndpointConfigArn", "CreationTime");
        ShouldBeAlike(await scene.DescribeModelAsync(update.ModelName!), model, "ModelName", "ModelArn", "CreationTime");
    }

    private static void ShouldBeAlike(JsonObject described, JsonObject expected, params string[] but)
    {
        foreach (var member in but)
        {
            described.Remove(member);
            expected.Remove(member);
        }

        JsonNode.DeepEquals(described, expected).ShouldBeTrue(described.ToJsonString());
    }

    private static string Variant(string name, string model) => $$"""{"VariantName":"{{name}}","ModelName":"{{model}}","InitialInstanceCount":1,"InstanceType":"ml.m5.large"}""";

    private static IEnumerable<double> Variants(JsonNode endpoint, string member) => endpoint["ProductionVariants"]!.AsArray().Select(one => (double)one![member]!);
}
