using System.Text.Json.Nodes;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Inference.Endpoints;

public sealed class EndpointUpdatesTests : ScriptedUpdates
{
    [Fact]
    public async Task An_endpoint_that_serves_the_digest_is_left_alone_and_nothing_is_created()
    {
        Aws.On("DescribeEndpoint", _ => Endpoint("InService", "former", New));
        var update = await UpdateAsync();
        (update.Status, update.EndpointConfigName, update.PreviousDigest).ShouldBe((EndpointUpdateStatus.Unchanged, "former", New));
        Aws.Operations.ShouldAllBe(operation => operation.StartsWith("Describe", StringComparison.Ordinal) || operation == "ListTags");
    }

    [Fact]
    public async Task A_platform_s_manifest_of_the_pushed_index_is_the_digest_too()
    {
        Registry.Indexes[New] = ["sha256:amd64"];
        Aws.On("DescribeEndpoint", _ => Endpoint("InService", "former", "sha256:amd64"));
        (await UpdateAsync()).Status.ShouldBe(EndpointUpdateStatus.Unchanged);
    }

    [Fact]
    public async Task Another_digest_is_an_update_by_a_cloned_model_and_configuration()
    {
        Aws.InTurn(
            "DescribeEndpoint", Before, Before, () => Endpoint("Updating", "former", Old), () => Endpoint("InService", OurConfig, New));

        var update = await UpdateAsync();

        update.Status.ShouldBe(EndpointUpdateStatus.Updated, update.Reason);
        (update.PreviousDigest, update.Digest, update.PreviousEndpointConfigName, update.EndpointConfigName, update.ModelName, update.VariantName)
            .ShouldBe((Old, New, "former", OurConfig, OurConfig, "AllTraffic"));
        var model = Aws.RequestsOf("CreateModel").Single();
        ((string?)model["ModelName"], (string?)model["PrimaryContainer"]!["Image"]).ShouldBe((OurConfig, $"{Repository}@{New}"));
        var config = Aws.RequestsOf("CreateEndpointConfig").Single();
        ((string?)config["EndpointConfigName"], (string?)config["ProductionVariants"]![0]!["ModelName"]).ShouldBe((OurConfig, OurConfig));
        config["Tags"]!.AsArray().Select(tag => $"{tag!["Key"]}={tag["Value"]}").ShouldBe(["team=video", "stage=prod", "releasetools:endpoint=stereo", "releasetools:release=t1", "releasetools:previous-config=former"]);
        Aws.RequestsOf("UpdateEndpoint").Single().ToJsonString().ShouldBe($$"""{"EndpointName":"stereo","EndpointConfigName":"{{OurConfig}}","RetainAllVariantProperties":true}""");
        Aws.Operations.ShouldNotContain("DeleteEndpointConfig");
    }

    [Fact]
    public async Task A_read_that_lags_behind_the_update_is_not_a_rollback()
    {
        Aws.InTurn(
            "DescribeEndpoint", Before, Before, Before, Before,
            () => Endpoint("Updating", "former", Old), () => Endpoint("InService", "former", Old), () => Endpoint("InService", OurConfig, Old), () => Endpoint("InService", OurConfig, New));
        (await UpdateAsync()).Status.ShouldBe(EndpointUpdateStatus.Updated);
    }

    [Fact]
    public async Task A_busy_endpoint_is_waited_for_and_then_found_to_serve_the_digest()
    {
        Aws.InTurn("DescribeEndpoint", () => Endpoint("Updating", "former", Old), () => Endpoint("Updating", "former", Old), () => Endpoint("InService", "first-attempt", New));
        var update = await UpdateAsync();
        (update.Status, update.EndpointConfigName).ShouldBe((EndpointUpdateStatus.Unchanged, "first-attempt"));
    }

    [Fact]
    public async Task An_endpoint_that_stays_busy_is_an_error_and_nothing_was_changed()
    {
        Aws.On("DescribeEndpoint", _ => Endpoint("SystemUpdating", "former", Old));
        (await Should.ThrowAsync<ReleaseException>(UpdateAsync)).Id.ShouldBe(nameof(Messages.EndpointBusy));
        Aws.Operations.ShouldAllBe(operation => operation == "DescribeEndpoint");
    }

    [Theory]
    [InlineData("Failed")]
    [InlineData("OutOfService")]
    [InlineData("UpdateRollbackFailed")]
    [InlineData("Deleting")]
    public async Task An_endpoint_that_an_update_cannot_help_is_refused_with_the_command_to_run(string status)
    {
        Aws.On("DescribeEndpoint", _ => Endpoint(status, "former", null));
        var error = await Should.ThrowAsync<ReleaseException>(UpdateAsync);
        (error.Id, error.Kind).ShouldBe((nameof(Messages.EndpointNotUpdatable), ErrorKind.InvalidState));
        error.RecommendedAction.ShouldContain("Repair-SageMakerEndpoint stereo");
    }

    [Fact]
    public async Task An_endpoint_that_is_not_there_is_an_error()
    {
        Aws.On("DescribeEndpoint", _ => throw ScriptedAws.Error("ValidationException", "Could not find endpoint \"stereo\"."));
        (await Should.ThrowAsync<ReleaseException>(UpdateAsync)).Id.ShouldBe(nameof(Messages.EndpointNotFound));
    }

    [Fact]
    public async Task A_configuration_deleted_while_in_use_is_found_before_anything_is_created()
    {
        Aws.On("DescribeEndpointConfig", _ => throw ScriptedAws.Error("ValidationException", "Could not find endpoint configuration \"former\"."));
        (await Should.ThrowAsync<ReleaseException>(UpdateAsync)).Id.ShouldBe(nameof(Messages.EndpointConfigMissing));
    }

    [Fact]
    public async Task A_variant_that_is_not_there_is_an_error_that_names_those_that_are()
    {
        var error = await Should.ThrowAsync<ReleaseException>(() => Updates.PlanAsync("stereo", Image(), new() { VariantName = "Canary" }, default));
        error.Id.ShouldBe(nameof(Messages.EndpointVariantNotFound));
        error.Message.ShouldContain("AllTraffic");
    }

    [Fact]
    public async Task Somebody_else_s_update_that_takes_the_place_of_ours_is_not_waited_for_and_ours_stays()
    {
        var theirs = Endpoint("Updating", OurConfig, New);
        theirs["PendingDeploymentSummary"] = new JsonObject { ["EndpointConfigName"] = "theirs" };
        Aws.InTurn("DescribeEndpoint", Before, Before, () => Endpoint("Updating", "former", Old), () => theirs.DeepClone());

        var update = await UpdateAsync();

        (update.Status, update.Reason).ShouldBe((EndpointUpdateStatus.Failed, "Somebody else's update, to theirs, took its place."));
        Aws.Operations.ShouldNotContain("DeleteEndpointConfig");
    }

    [Fact]
    public async Task Progress_tells_what_serves_and_what_is_coming()
    {
        var updating = Endpoint("Updating", "former", Old);
        updating["PendingDeploymentSummary"] = new JsonObject
        {
            ["EndpointConfigName"] = OurConfig,
            ["ProductionVariants"] = new JsonArray(new JsonObject
            {
                ["VariantName"] = "AllTraffic", ["CurrentInstanceCount"] = 0, ["DesiredInstanceCount"] = 1, ["VariantStatus"] = new JsonArray(new JsonObject { ["Status"] = "Baking", ["StatusMessage"] = "2 minutes left" }),
            }),
        };
        Aws.InTurn("DescribeEndpoint", Before, Before, () => updating.DeepClone(), () => Endpoint("InService", OurConfig, New));

        await UpdateAsync();

        Observer.Of<EndpointProgress>().ShouldContain(progress => progress.Detail == "AllTraffic: 1 of 1 instances; new AllTraffic: 0 of 1 instances, Baking (2 minutes left)");
    }
}
