using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.AutoScaling;

namespace ReleaseTools.Sandbox.Tests.AutoScaling;

public sealed class AutoScalingServiceTests
{
    private const string Resource = "endpoint/stereo/variant/AllTraffic";
    private const string Dimension = "sagemaker:variant:DesiredInstanceCount";

    private readonly Variants variants = new();
    private readonly SandboxWorld world;
    private readonly AutoScalingService scaling;

    public AutoScalingServiceTests()
    {
        world = new SandboxWorld(new SandboxOptions()) { Endpoints = variants };
        scaling = new AutoScalingService(world);
    }

    [Fact]
    public void A_variant_is_registered_with_its_policies_and_scheduled_actions_and_described_with_every_member()
    {
        Register(max: 4);
        Put("PutScalingPolicy", ("PolicyName", "queue"), ("PolicyType", "TargetTrackingScaling"));
        Put("PutScheduledAction", ("ScheduledActionName", "night"), ("Schedule", "cron(0 22 * * ? *)"));

        Single("DescribeScalableTargets", "ScalableTargets").ToJsonString().ShouldContain("AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint");
        ((string?)Single("DescribeScalingPolicies", "ScalingPolicies")["PolicyType"]).ShouldBe("TargetTrackingScaling");
        ((string?)Single("DescribeScheduledActions", "ScheduledActions")["Schedule"]).ShouldBe("cron(0 22 * * ? *)");
    }

    [Fact]
    public void Registering_again_changes_what_is_given_and_nothing_else()
    {
        Register(max: 4);
        scaling.Invoke("RegisterScalableTarget", Request(("MaxCapacity", 6)));
        var target = Single("DescribeScalableTargets", "ScalableTargets");
        ((int)target["MinCapacity"]!, (int)target["MaxCapacity"]!).ShouldBe((1, 6));
    }

    [Fact]
    public void A_policy_needs_a_target_and_a_target_needs_a_variant()
    {
        Should.Throw<SandboxException>(() => Put("PutScalingPolicy", ("PolicyName", "queue"))).Code.ShouldBe("ObjectNotFoundException");
        variants.IsThere = false;
        Should.Throw<SandboxException>(() => Register(max: 4)).Code.ShouldBe("ValidationException");
    }

    [Fact]
    public void The_deletion_of_an_endpoint_deregisters_its_variants_and_all_that_belongs_to_them()
    {
        Register(max: 4);
        Put("PutScalingPolicy", ("PolicyName", "queue"));
        variants.IsThere = false;
        scaling.Advance(world.Now);

        List("DescribeScalableTargets", "ScalableTargets").ShouldBeEmpty();
        List("DescribeScalingPolicies", "ScalingPolicies").ShouldBeEmpty();
    }

    [Fact]
    public void Policies_come_ten_a_page()
    {
        Register(max: 4);
        for (var i = 0; i < 11; i++)
            Put("PutScalingPolicy", ("PolicyName", $"queue-{i}"));

        var first = scaling.Invoke("DescribeScalingPolicies", Request());
        first["ScalingPolicies"]!.AsArray().Count.ShouldBe(10);
        scaling.Invoke("DescribeScalingPolicies", Request(("NextToken", (string)first["NextToken"]!)))["ScalingPolicies"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public void A_state_that_was_saved_is_taken_up()
    {
        Register(max: 4);
        Put("PutScalingPolicy", ("PolicyName", "queue"));
        var another = new AutoScalingService(world);
        another.Load(scaling.Save());
        another.Save().ToJsonString().ShouldBe(scaling.Save().ToJsonString());
    }

    private void Register(int max) => scaling.Invoke("RegisterScalableTarget", Request(("MinCapacity", 1), ("MaxCapacity", max)));

    private void Put(string operation, params (string Name, JsonNode Value)[] members) => scaling.Invoke(operation, Request(members));

    private JsonNode Single(string operation, string member) => List(operation, member).ShouldHaveSingleItem()!;

    private JsonArray List(string operation, string member) => scaling.Invoke(operation, Request())[member]!.AsArray();

    private static JsonObject Request(params (string Name, JsonNode Value)[] members)
    {
        var request = new JsonObject { ["ServiceNamespace"] = "sagemaker", ["ResourceId"] = Resource, ["ScalableDimension"] = Dimension };
        foreach (var (name, value) in members)
            request[name] = value;
        return request;
    }

    private sealed class Variants : IEndpointStore
    {
        public bool IsThere { get; set; } = true;

        public bool HasVariant(string endpoint, string variant) => IsThere;
    }
}
