using System.Text.Json.Nodes;
using ReleaseTools.Engine.Inference.Recovery.Recreations;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Inference.Recovery;

public sealed class EndpointScalingTests
{
    private const string Of = """
        "ServiceNamespace":"sagemaker","ResourceId":"endpoint/stereo/variant/AllTraffic","ScalableDimension":"sagemaker:variant:DesiredInstanceCount"
        """;

    private readonly ScriptedAws aws = new();
    private readonly RecordingObserver observer = new();
    private readonly JumpingTime time = new();

    public EndpointScalingTests()
    {
        aws.On("DescribeScalableTargets", """{"ScalableTargets":[]}""");
        foreach (var operation in new[] { "RegisterScalableTarget", "PutScalingPolicy", "PutScheduledAction" })
            aws.On(operation, "{}");
    }

    private EndpointScaling Scaling => new(aws.Session, observer, time);

    [Fact]
    public async Task What_was_described_is_registered_with_every_member_but_those_that_only_a_description_has()
    {
        var state = new EndpointScalingState(
            [Json($$"""{{{Of}},"MinCapacity":1,"RoleARN":"arn:aws:iam::1:role/own","SuspendedState":{"DynamicScalingInSuspended":true},"New":[1],"PredictedCapacity":3,"CreationTime":1.5,"ScalableTargetARN":"arn"}""")],
            [Json($$"""{{{Of}},"PolicyName":"queue","PolicyType":"TargetTrackingScaling","New":{"a":null},"PolicyARN":"arn","Alarms":[],"CreationTime":1.5}""")],
            [Json($$"""{{{Of}},"ScheduledActionName":"night","Schedule":"rate(1 day)","New":"x","ScheduledActionARN":"arn","CreationTime":1.5}""")]);

        await Scaling.RestoreAsync("stereo", state, default);

        Sent("RegisterScalableTarget").ShouldBe(Json($$"""{{{Of}},"MinCapacity":1,"RoleARN":"arn:aws:iam::1:role/own","SuspendedState":{"DynamicScalingInSuspended":true},"New":[1]}""").ToJsonString());
        Sent("PutScalingPolicy").ShouldBe(Json($$"""{{{Of}},"PolicyName":"queue","PolicyType":"TargetTrackingScaling","New":{"a":null} }""").ToJsonString());
        Sent("PutScheduledAction").ShouldBe(Json($$"""{{{Of}},"ScheduledActionName":"night","Schedule":"rate(1 day)","New":"x"}""").ToJsonString());
    }

    [Fact]
    public async Task A_service_linked_role_is_the_service_s_to_choose()
    {
        var role = "arn:aws:iam::1:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint";
        await Scaling.RestoreAsync("stereo", new([Json($$"""{{{Of}},"RoleARN":"{{role}}"}""")], [], []), default);
        Sent("RegisterScalableTarget").ShouldNotContain("RoleARN");
    }

    [Fact]
    public async Task What_is_there_is_left_alone()
    {
        aws.On("DescribeScalableTargets", $$"""{"ScalableTargets":[{{{Of}},"MinCapacity":2}]}""");
        aws.On("DescribeScalingPolicies", $$"""{"ScalingPolicies":[{{{Of}},"PolicyName":"queue"}]}""");
        aws.On("DescribeScheduledActions", """{"ScheduledActions":[]}""");

        await Scaling.RestoreAsync("stereo", new([Json($$"""{{{Of}},"MinCapacity":1}""")], [Json($$"""{{{Of}},"PolicyName":"queue"}"""), Json($$"""{{{Of}},"PolicyName":"other"}""")], []), default);

        aws.Operations.ShouldNotContain("RegisterScalableTarget");
        Sent("PutScalingPolicy").ShouldContain("other");
    }

    [Fact]
    public async Task A_policy_waits_for_its_target_to_be_seen()
    {
        var tries = 0;
        aws.On("PutScalingPolicy", _ => ++tries < 4 ? throw ScriptedAws.Error("ObjectNotFoundException") : new JsonObject());
        await Scaling.RestoreAsync("stereo", new([Json($"{{{Of}}}")], [Json($$"""{{{Of}},"PolicyName":"queue"}""")], []), default);
        tries.ShouldBe(4);
    }

    [Fact]
    public async Task Alarms_of_step_policies_are_said_to_name_what_is_gone()
    {
        var policy = Json($$"""{{{Of}},"PolicyName":"steps","PolicyType":"StepScaling","Alarms":[{"AlarmName":"backlog","AlarmARN":"arn"}]}""");
        await Scaling.RestoreAsync("stereo", new([Json($"{{{Of}}}")], [policy], []), default);
        observer.Of<Warned>().ShouldHaveSingleItem().Message.ShouldContain("backlog");
    }

    [Fact]
    public async Task All_pages_are_read_and_of_an_endpoint_without_variants_none()
    {
        aws.On("DescribeScalableTargets", $$"""{"ScalableTargets":[{{{Of}}}]}""");
        aws.On("DescribeScalingPolicies", request => (string?)request["NextToken"] is null
            ? Json($$"""{"ScalingPolicies":[{{{Of}},"PolicyName":"one"}],"NextToken":"n"}""") : Json($$"""{"ScalingPolicies":[{{{Of}},"PolicyName":"two"}]}"""));
        aws.On("DescribeScheduledActions", "{}");

        (await Scaling.ReadAsync("stereo", ["AllTraffic"], default)).Policies.Select(policy => (string?)policy["PolicyName"]).ShouldBe(["one", "two"]);
        aws.RequestsOf("DescribeScalableTargets").Single().ToJsonString().ShouldBe("""{"ServiceNamespace":"sagemaker","ResourceIds":["endpoint/stereo/variant/AllTraffic"]}""");
        (await Scaling.ReadAsync("stereo", [], default)).IsEmpty.ShouldBeTrue();
    }

    private string Sent(string operation) => aws.RequestsOf(operation).ShouldHaveSingleItem().ToJsonString();

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}
