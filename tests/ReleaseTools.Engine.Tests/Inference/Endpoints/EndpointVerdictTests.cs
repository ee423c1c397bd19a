using ReleaseTools.Engine.Aws.SageMaker;
using ReleaseTools.Engine.Inference.Endpoints;

namespace ReleaseTools.Engine.Tests.Inference.Endpoints;

public sealed class EndpointVerdictTests
{
    private static readonly EndpointExpectation Expected = new(
        "stereo", "ours", "former", [new("AllTraffic", "repo/inference@sha256:new", ["sha256:new", "sha256:platform"])]);

    [Theory]
    [InlineData("InService", "ours", "sha256:new", false, false, EndpointUpdateStatus.Updated)]
    [InlineData("InService", "ours", "sha256:platform", true, false, EndpointUpdateStatus.Updated)]
    [InlineData("InService", "ours", "sha256:old", true, false, EndpointUpdateStatus.InProgress)]
    [InlineData("InService", "ours", "sha256:old", true, true, EndpointUpdateStatus.Failed)]
    [InlineData("InService", "ours", null, true, true, EndpointUpdateStatus.Failed)]
    [InlineData("InService", "former", "sha256:old", false, false, EndpointUpdateStatus.InProgress)]
    [InlineData("InService", "former", "sha256:old", true, false, EndpointUpdateStatus.RolledBack)]
    [InlineData("InService", "former", "sha256:old", false, true, EndpointUpdateStatus.Failed)]
    [InlineData("InService", "former", "sha256:new", true, false, EndpointUpdateStatus.RolledBack)]
    [InlineData("InService", "theirs", "sha256:new", false, false, EndpointUpdateStatus.InProgress)]
    [InlineData("InService", "theirs", "sha256:new", true, false, EndpointUpdateStatus.Failed)]
    [InlineData("Updating", "former", "sha256:old", true, true, EndpointUpdateStatus.InProgress)]
    [InlineData("SystemUpdating", "ours", "sha256:new", true, true, EndpointUpdateStatus.InProgress)]
    [InlineData("RollingBack", "former", "sha256:old", true, true, EndpointUpdateStatus.InProgress)]
    [InlineData("OfTheFuture", "ours", "sha256:new", true, true, EndpointUpdateStatus.InProgress)]
    [InlineData("Failed", "ours", null, true, false, EndpointUpdateStatus.Failed)]
    [InlineData("OutOfService", "ours", null, true, false, EndpointUpdateStatus.Failed)]
    [InlineData("UpdateRollbackFailed", "ours", null, true, false, EndpointUpdateStatus.Failed)]
    [InlineData("Deleting", "ours", null, true, false, EndpointUpdateStatus.Failed)]
    public void An_update_is_judged_by_status_configuration_and_digest(string status, string config, string? digest, bool wasSeen, bool late, EndpointUpdateStatus verdict) =>
        EndpointVerdict.Of(Endpoint(status, config, digest), Expected, wasSeen, late).Status.ShouldBe(verdict);

    [Fact]
    public void A_rollback_without_a_reason_says_so_and_where_to_look()
    {
        var verdict = EndpointVerdict.Of(Endpoint("InService", "former", "sha256:old"), Expected, wasSeen: true, late: false);
        verdict.Reason.ShouldBe("SageMaker put the configuration former back. SageMaker gave no reason; its log group /aws/sagemaker/Endpoints/stereo may hold one.");
    }

    [Fact]
    public void A_rollback_with_a_reason_repeats_it() =>
        EndpointVerdict.Of(Endpoint("InService", "former", null) with { FailureReason = "The primary container did not pass the ping health check." }, Expected, wasSeen: true, late: false)
            .Reason.ShouldContain("did not pass the ping health check");

    [Fact]
    public void Without_a_digest_to_prove_the_configuration_is_all_that_is_asked() =>
        EndpointVerdict.Of(Endpoint("InService", "ours", null), Expected with { Goals = [] }, wasSeen: true, late: false)
            .ShouldBe(new EndpointVerdict(EndpointUpdateStatus.Updated, "It is InService on ours."));

    [Theory]
    [InlineData("ours", "theirs", EndpointUpdateStatus.Failed)]
    [InlineData("former", "theirs", EndpointUpdateStatus.Failed)]
    [InlineData("former", "ours", EndpointUpdateStatus.InProgress)]
    [InlineData("ours", "ours", EndpointUpdateStatus.InProgress)] // a change of counts
    public void Somebody_else_s_update_is_not_waited_for(string config, string pending, EndpointUpdateStatus verdict) =>
        EndpointVerdict.Of(Endpoint("Updating", config, "sha256:new") with { PendingDeploymentSummary = new(pending, null) }, Expected, wasSeen: true, late: false).Status.ShouldBe(verdict);

    private static DescribeEndpointResponse Endpoint(string status, string config, string? digest) => new(
        "stereo", "arn", config, status, null, null, null,
        [new("AllTraffic", digest is null ? [] : [new("repo/inference:latest", $"repo/inference@{digest}", null)], 1, 1, null)], null);
}
