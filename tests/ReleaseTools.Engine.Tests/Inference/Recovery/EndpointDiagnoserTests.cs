using System.Text.Json.Nodes;
using ReleaseTools.Engine.Aws.SageMaker;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Inference.Recovery.Diagnosis;

namespace ReleaseTools.Engine.Tests.Inference.Recovery;

public sealed class EndpointDiagnoserTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    private readonly HistoricConfig terraform = Config("first", 0) with { Tags = [] };
    private readonly HistoricConfig proven = Config("c1", 1, previous: "first", proven: true);
    private readonly HistoricConfig attempt = Config("c2", 2, previous: "c1");

    [Theory]
    [InlineData("InService", EndpointNextStep.None, null)]
    [InlineData("Creating", EndpointNextStep.Wait, "Wait-SageMakerEndpoint stereo")]
    [InlineData("Updating", EndpointNextStep.Wait, "Wait-SageMakerEndpoint stereo")]
    [InlineData("RollingBack", EndpointNextStep.Wait, "Wait-SageMakerEndpoint stereo")]
    [InlineData("SystemUpdating", EndpointNextStep.Wait, "Wait-SageMakerEndpoint stereo")]
    [InlineData("OfTheFuture", EndpointNextStep.Wait, "Wait-SageMakerEndpoint stereo")]
    [InlineData("UpdateRollbackFailed", EndpointNextStep.Update, "Repair-SageMakerEndpoint stereo")]
    [InlineData("OutOfService", EndpointNextStep.Update, "Repair-SageMakerEndpoint stereo")]
    [InlineData("Failed", EndpointNextStep.Recreate, "Repair-SageMakerEndpoint stereo -AllowRecreate")]
    [InlineData("Deleting", EndpointNextStep.Wait, "Repair-SageMakerEndpoint stereo")]
    [InlineData("Missing", EndpointNextStep.Create, "Repair-SageMakerEndpoint stereo")]
    public void Each_status_has_its_next_step_and_its_command(string status, EndpointNextStep next, string? command)
    {
        var diagnosis = Diagnose(Facts(status, on: "c1"));

        (diagnosis.Status, diagnosis.NextStep, diagnosis.NextCommand).ShouldBe((status, next, command));
        diagnosis.IsHealthy.ShouldBe(status == "InService");
        diagnosis.LastGoodEndpointConfigName.ShouldBe("c1");
    }

    [Fact]
    public void What_serves_is_told_with_its_release_models_and_digests()
    {
        var diagnosis = Diagnose(Facts("InService", on: "c1"));

        (diagnosis.EndpointConfigName, diagnosis.Release, diagnosis.IntendedEndpointConfigName).ShouldBe(("c1", "r1", "c2"));
        diagnosis.ModelNames.ShouldBe(["m-c1"]);
        diagnosis.ImageUris.ShouldBe(["r/inference@sha256:1"]);
        diagnosis.Digests.ShouldBe(["sha256:1"]);
    }

    [Fact]
    public void What_was_intended_is_what_is_being_deployed()
    {
        var facts = Facts("Updating", on: "c1");
        facts = facts with { Endpoint = facts.Endpoint! with { PendingDeploymentSummary = new("c3", Now) } };
        var diagnosis = Diagnose(facts);
        (diagnosis.PendingEndpointConfigName, diagnosis.IntendedEndpointConfigName).ShouldBe(("c3", "c3"));
    }

    [Fact]
    public void An_endpoint_that_moves_for_hours_is_told_since_when_and_that_nothing_else_can_be_done()
    {
        var problem = Diagnose(Facts("Updating", on: "c1")).Problem!;
        problem.ShouldStartWith("Since 2026-05-04 08:30:00Z, for 3h 30m: It is Updating;");
        problem.ShouldContain("refuses to update or delete it meanwhile");
    }

    [Fact]
    public void The_last_good_is_what_was_so_last_and_not_what_was_made_last()
    {
        // c2 was proven, c1 restored after it, and c3 tried from there.
        var history = new[] { Config("c3", 3, previous: "c1"), attempt with { Tags = [.. attempt.Tags, EndpointTags.ProvenAt(Now.AddHours(-9.5))] }, proven, terraform };
        Diagnose(Facts("UpdateRollbackFailed", on: "c3", history)).LastGoodEndpointConfigName.ShouldBe("c1");
    }

    [Fact]
    public void A_machine_whose_clock_is_slow_makes_nothing_older_than_what_came_before_it()
    {
        var slow = Config("c2", 2, previous: "c1") with { Tags = [new(EndpointTags.Endpoint, "stereo"), new(EndpointTags.PreviousConfig, "c1"), EndpointTags.ProvenAt(Now.AddDays(-7))] };
        Diagnose(Facts("InService", on: "c2", [slow, proven, terraform])).LastGoodEndpointConfigName.ShouldBe("c2");
    }

    [Fact]
    public void What_was_in_use_when_an_update_began_is_good_whoever_made_it() =>
        Diagnose(Facts("UpdateRollbackFailed", on: "c1", [Config("c1", 1, previous: "first"), terraform])).LastGoodEndpointConfigName.ShouldBe("first");

    [Fact]
    public void What_is_good_but_not_whole_is_passed_over() =>
        Diagnose(Facts("UpdateRollbackFailed", on: "c2", [attempt, Lacking(proven), terraform])).LastGoodEndpointConfigName.ShouldBe("first");

    [Fact]
    public void A_mix_of_configurations_without_one_that_is_good_is_left_to_the_operator()
    {
        var diagnosis = Diagnose(Facts("UpdateRollbackFailed", on: "c1", [Config("c1", 1)]));
        (diagnosis.NextStep, diagnosis.NextCommand).ShouldBe((EndpointNextStep.Unknown, "Restore-SageMakerEndpoint stereo -To c1"));
        diagnosis.Problem!.ShouldContain("known to be good");
    }

    [Fact]
    public void Out_of_service_without_one_that_is_good_it_is_created_again_from_its_own()
    {
        var finding = EndpointDiagnoser.Of(Facts("OutOfService", on: "c1", [Config("c1", 1)]));
        (finding.Diagnosis.NextStep, finding.TargetConfigName).ShouldBe((EndpointNextStep.Recreate, "c1"));
    }

    [Theory]
    [InlineData("c1", "c1")]
    [InlineData("c2", "c1")]
    public void A_failed_endpoint_is_created_again_from_its_own_configuration_unless_another_is_known_to_be_better(string on, string from) =>
        EndpointDiagnoser.Of(Facts("Failed", on)).TargetConfigName.ShouldBe(from);

    [Fact]
    public void A_failed_endpoint_that_can_be_created_from_nothing_is_left_to_terraform()
    {
        var diagnosis = Diagnose(Facts("Failed", on: "gone", []) with { Terraform = new(IsThere: true, null) });
        diagnosis.NextStep.ShouldBe(EndpointNextStep.Unknown);
        diagnosis.NextCommand.ShouldBe("aws sagemaker delete-endpoint --endpoint-name stereo; aws sagemaker wait endpoint-deleted --endpoint-name stereo; Invoke-TerraformApply");
        diagnosis.Problem!.ShouldContain("Its configuration gone was deleted");
    }

    [Fact]
    public void A_configuration_that_was_deleted_in_use_is_made_again_where_there_is_one_like_it()
    {
        var facts = Facts("InService", on: "gone", [proven]);
        Diagnose(facts).NextStep.ShouldBe(EndpointNextStep.Unknown);
        var finding = EndpointDiagnoser.Of(facts with { Pattern = proven });
        (finding.Diagnosis.NextStep, finding.TargetConfigName, finding.Diagnosis.NextCommand).ShouldBe((EndpointNextStep.RecreateConfiguration, "gone", "Repair-SageMakerEndpoint stereo"));
        finding.Diagnosis.Problem!.ShouldContain("gone was deleted while in use");
    }

    [Fact]
    public void A_model_that_was_deleted_in_use_is_made_again()
    {
        var own = proven with { Content = proven.Content! with { Models = new Dictionary<string, JsonObject?> { ["m-c1"] = null }, Lacks = "names the model m-c1, which was deleted" } };
        var diagnosis = Diagnose(Facts("InService", on: "c1", [own, terraform]) with { Pattern = terraform });
        diagnosis.NextStep.ShouldBe(EndpointNextStep.RecreateConfiguration);
        diagnosis.Problem!.ShouldContain("model m-c1");
    }

    [Fact]
    public void An_image_that_is_gone_keeps_an_endpoint_that_serves_from_nothing() =>
        Diagnose(Facts("InService", on: "c1", [Lacking(proven), terraform])).IsHealthy.ShouldBeTrue();

    [Fact]
    public void Where_nothing_was_made_for_it_a_missing_endpoint_is_terraform_s()
    {
        var diagnosis = Diagnose(Facts("Missing", on: "", []));
        (diagnosis.NextStep, diagnosis.NextCommand).ShouldBe((EndpointNextStep.Unknown, "terraform apply"));
    }

    [Fact]
    public void A_missing_endpoint_whose_re_creation_was_begun_is_created_from_what_was_recorded()
    {
        var finding = EndpointDiagnoser.Of(Facts("Missing", on: "") with { Interrupted = new() { EndpointName = "stereo", EndpointConfigName = "c2", Begun = Now.AddHours(-1) } });
        (finding.Diagnosis.NextStep, finding.TargetConfigName).ShouldBe((EndpointNextStep.Create, "c2"));
        finding.Diagnosis.Problem!.ShouldContain("2026-05-04 11:00:00Z");
    }

    [Fact]
    public void A_re_creation_that_was_not_finished_is_finished()
    {
        var diagnosis = Diagnose(Facts("InService", on: "c1") with { Interrupted = new() { EndpointName = "stereo", EndpointConfigName = "c1", Begun = Now.AddHours(-1) } });
        (diagnosis.NextStep, diagnosis.IsHealthy).ShouldBe((EndpointNextStep.Create, false));
    }

    [Fact]
    public void Drift_is_told_from_terraform_s_state()
    {
        var diagnosis = Diagnose(Facts("InService", on: "c1") with { Terraform = new(IsThere: true, "other") });
        diagnosis.TerraformEndpointConfigName.ShouldBe("other");
        diagnosis.Drift!.ShouldContain("a terraform apply would put it back on that");
        Diagnose(Facts("InService", on: "c1") with { Terraform = new(IsThere: true, "c1") }).Drift.ShouldBeNull();
    }

    [Fact]
    public void Without_a_state_it_is_what_was_in_use_before_the_first_update()
    {
        var diagnosis = Diagnose(Facts("InService", on: "c2"));
        diagnosis.TerraformEndpointConfigName.ShouldBe("first");
        diagnosis.Drift!.ShouldContain("It was on first before this module's first update");
        Diagnose(Facts("InService", on: "first")).Drift.ShouldBeNull();
        Diagnose(Facts("InService", on: "c2", [attempt, proven])).TerraformEndpointConfigName.ShouldBeNull();
    }

    private static EndpointDiagnosis Diagnose(EndpointFacts facts) => EndpointDiagnoser.Of(facts).Diagnosis;

    private EndpointFacts Facts(string status, string on, IReadOnlyList<HistoricConfig>? history = null) => new()
    {
        EndpointName = "stereo",
        ReadAt = Now,
        History = history ?? [attempt, proven, terraform],
        Endpoint = status == "Missing" ? null : new DescribeEndpointResponse(
            "stereo", "arn", on, status, null, Now.AddDays(-2), Now.AddMinutes(-210), [new("AllTraffic", [new("r/inference:one", "r/inference@sha256:1", null)], 1, 1, null)], null),
    };

    private static HistoricConfig Config(string name, int hour, string? previous = null, bool proven = false)
    {
        var tags = new List<Tag> { new(EndpointTags.Endpoint, "stereo"), new(EndpointTags.Release, "r" + hour) };
        if (previous is not null)
            tags.Add(new(EndpointTags.PreviousConfig, previous));
        if (proven)
            tags.Add(EndpointTags.ProvenAt(Now.AddHours(hour - 12)));
        var config = JsonNode.Parse($$"""{"EndpointConfigName":"{{name}}","ProductionVariants":[{"VariantName":"AllTraffic","ModelName":"m-{{name}}"}]}""")!.AsObject();
        return new(name, "arn:" + name, Now.AddHours(hour - 12), tags) { Content = new(config, new Dictionary<string, JsonObject?> { ["m-" + name] = [] }, Lacks: null) };
    }

    private static HistoricConfig Lacking(HistoricConfig config) => config with { Content = config.Content! with { Lacks = "names an image that is gone" } };
}
