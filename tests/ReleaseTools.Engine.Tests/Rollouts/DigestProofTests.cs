using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Rollouts;

namespace ReleaseTools.Engine.Tests.Rollouts;

public sealed class DigestProofTests
{
    [Fact]
    public void Tasks_that_all_run_the_digest_prove_it()
    {
        var proof = Prove([Task("sha256:new"), Task("sha256:new")], desired: 2);
        (proof.Status, proof.IsFinal, proof.Running).ShouldBe((RolloutStatus.Verified, true, 2));
        proof.Digests.ShouldBe(["sha256:new"]);
    }

    [Fact]
    public void A_manifest_that_the_pushed_index_lists_proves_it_too() =>
        Prove([Task("sha256:platform")], desired: 1, accepted: ["sha256:new", "sha256:platform"]).Status.ShouldBe(RolloutStatus.Verified);

    [Fact]
    public void One_task_with_another_digest_is_a_mismatch_and_asked_again()
    {
        var proof = Prove([Task("sha256:new"), Task("sha256:old", "ecs-svc/1")], desired: 2);
        (proof.Status, proof.IsFinal).ShouldBe((RolloutStatus.Mismatch, false));
        proof.Reason.ShouldContain("(of ecs-svc/1) runs sha256:old, not sha256:new");
    }

    [Fact]
    public void A_digest_that_is_not_told_proves_nothing_and_is_no_other_one()
    {
        var proof = Prove([Task(null)], desired: 1);
        (proof.Status, proof.IsFinal).ShouldBe((RolloutStatus.Deployed, false));
        proof.Reason.ShouldContain("does not tell the digest");
    }

    [Fact]
    public void Fewer_tasks_than_desired_prove_nothing_yet() => Prove([Task("sha256:new")], desired: 2).Status.ShouldBe(RolloutStatus.InProgress);

    [Fact]
    public void A_task_that_does_not_run_yet_proves_nothing_yet() => Prove([Task("sha256:new") with { LastStatus = "PENDING" }], desired: 1).Status.ShouldBe(RolloutStatus.InProgress);

    [Theory]
    [InlineData("sha256:new", RolloutStatus.Verified)]
    [InlineData(null, RolloutStatus.Verified)] // it may have ended
    [InlineData("sha256:old", RolloutStatus.Mismatch)]
    public void Every_container_that_names_the_image_is_compared(string? worker, RolloutStatus expected)
    {
        var task = Task("sha256:new");
        task = task with { Containers = [.. task.Containers!, new("worker", "repo:latest", worker, "RUNNING", null, null)] };
        var proof = DigestProof.Of([task], ["app", "worker"], "sha256:new", ["sha256:new"], desired: 1, "ecs-svc/2");
        proof.Status.ShouldBe(expected);
        if (expected == RolloutStatus.Mismatch)
            proof.Reason.ShouldContain(", in container worker, runs sha256:old");
    }

    [Fact]
    public void Desired_0_is_deployed_and_not_verified() => Prove([], desired: 0).Status.ShouldBe(RolloutStatus.Deployed);

    [Fact]
    public void A_task_left_over_at_desired_0_is_not_overlooked() => Prove([Task("sha256:old")], desired: 0).Status.ShouldBe(RolloutStatus.Mismatch);

    [Fact]
    public void Without_a_digest_it_is_deployed_and_not_verified() =>
        DigestProof.Of([Task("sha256:new")], ["app"], digest: null, accepted: [], desired: 1, "ecs-svc/2").Status.ShouldBe(RolloutStatus.Deployed);

    [Fact]
    public void A_sidecar_s_digest_is_not_compared()
    {
        var task = Task("sha256:new");
        task = task with { Containers = [new("sidecar", "other", "sha256:side", "RUNNING", null, null), .. task.Containers!] };
        Prove([task], desired: 1).Status.ShouldBe(RolloutStatus.Verified);
    }

    private static DigestProof Prove(IReadOnlyList<EcsTask> tasks, int desired, string[]? accepted = null) =>
        DigestProof.Of(tasks, ["app"], "sha256:new", accepted ?? ["sha256:new"], desired, "ecs-svc/2");

    private static EcsTask Task(string? digest, string startedBy = "ecs-svc/2") =>
        new("arn:task/1", null, "RUNNING", "RUNNING", startedBy, null, null, null, null, null, [new("app", "repo:latest", digest, "RUNNING", null, null)]);
}
