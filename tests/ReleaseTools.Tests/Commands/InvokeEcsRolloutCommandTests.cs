namespace ReleaseTools.Tests.Commands;

[Collection(SandboxedWorkspace.Collection)]
public sealed class InvokeEcsRolloutCommandTests : IDisposable
{
    private readonly SandboxedWorkspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void An_image_is_rolled_out_to_its_services_and_proven()
    {
        var image = Pushed("web-ui");

        var rollout = workspace.Run("$image | Invoke-EcsRollout", ("image", image)).Single<ServiceRollout>();

        rollout.Status.ShouldBe(RolloutStatus.Verified);
        rollout.RunningDigests.ShouldBe([image.Digest!]);
    }

    [Fact]
    public void What_records_list_is_indexed_in_PowerShell()
    {
        workspace.WithBeforeRollout();
        var image = Pushed("web-ui");

        workspace.Run("$r = $image | Invoke-EcsRollout; $s = Get-ReleaseService web-ui", ("image", image)).Errors.ShouldBeEmpty();

        workspace.Run("$r.RunningDigests[0], $s.RunningDigests[-1], $r.BeforeRollout.Command[1], \"$($s.BeforeRollout)\"").Output
            .ShouldBe([image.Digest!, image.Digest!, "run", "npm run migrate"]);
    }

    [Fact]
    public void By_service_and_cluster_it_needs_no_definition()
    {
        workspace.GoTo(Path.GetTempPath());

        var rollout = workspace.Run("Invoke-EcsRollout -Service web-ui -Cluster stereo-spot -NoWait").Single<ServiceRollout>();

        rollout.Status.ShouldBe(RolloutStatus.InProgress);
        rollout.DeploymentId.ShouldNotBeNull();
        workspace.Changes().ShouldBe(["UpdateService"]);
    }

    [Fact]
    public void WhatIf_predicts_the_rollouts_and_only_reads()
    {
        workspace.WithLatest("web-ui");

        workspace.Run("Invoke-EcsRollout * -WhatIf").All<ServiceRollout>().Select(rollout => rollout.Status).ShouldBe(Enumerable.Repeat(RolloutStatus.Planned, 4));

        workspace.Changes().ShouldBeEmpty();
    }

    [Fact]
    public void Names_services_and_images_can_be_mixed_and_each_is_taken_once()
    {
        var ran = workspace.Run(
            "'job-worker', (Get-ReleaseService media-worker), 'job-worker', $image | Invoke-EcsRollout -WhatIf",
            ("image", new EcrImage { Name = "web-ui", Repository = $"{workspace.Sandbox.RegistryHost}/web-ui", Tag = "v1" }));

        ran.Errors.ShouldBeEmpty();
        ran.All<ServiceRollout>().Select(rollout => rollout.Service).Order(StringComparer.Ordinal).ShouldBe(["job-worker", "media-worker", "web-ui"]);
    }

    [Fact]
    public void A_service_by_name_and_by_ARN_is_one()
    {
        const string arn = "arn:aws:ecs:eu-west-1:000000000000:service/stereo-spot/web-ui";
        var ran = workspace.Run($"'web-ui', '{arn}' | Invoke-EcsRollout -Cluster stereo-spot -NoWait");

        ran.Errors.ShouldBeEmpty();
        ran.All<ServiceRollout>().ShouldHaveSingleItem().Service.ShouldBe("web-ui");
    }

    [Fact]
    public void A_service_that_is_not_there_is_an_error_and_nothing_is_changed()
    {
        var ran = workspace.Run("'nope', 'web-ui' | Invoke-EcsRollout -Cluster stereo-spot -NoWait");

        ran.Error("ServiceNotFound").TargetObject.ShouldBeOfType<ServiceRollout>().Service.ShouldBe("nope");
        ran.All<ServiceRollout>().Select(rollout => (rollout.Service, rollout.Status)).ShouldBe([("nope", RolloutStatus.Failed), ("web-ui", RolloutStatus.NotRun)]);
        workspace.Changes().ShouldBeEmpty();
    }

    [Fact]
    public void Services_of_one_name_in_two_clusters_are_two_and_a_missing_cluster_stops_both()
    {
        var ran = workspace.Run(
            "$services | Invoke-EcsRollout -NoWait",
            ("services", new[] { "nowhere", "stereo-spot" }.Select(cluster => new ReleaseService { Service = "web-ui", Cluster = cluster }).ToArray()));

        ran.Error("ClusterNotFound").TargetObject.ShouldBeOfType<ServiceRollout>().Cluster.ShouldBe("nowhere");
        ran.All<ServiceRollout>().Select(rollout => (rollout.Cluster, rollout.Status)).ShouldBe([("nowhere", RolloutStatus.Failed), ("stereo-spot", RolloutStatus.NotRun)]);
    }

    [Fact]
    public void Tasks_that_crash_fail_the_rollout_and_their_last_words_are_in_the_record()
    {
        workspace.Run("Add-ReleaseSandboxFault TaskCrash web-ui -Count 0 -ExitCode 3 -LogLine 'no table stereo-spot-jobs'");

        var ran = workspace.Run("$image | Invoke-EcsRollout", ("image", Pushed("web-ui")));

        var error = ran.Error("RolloutFailed").Exception.Message;
        error.ShouldContain("exited with 3");
        error.ShouldContain("no table stereo-spot-jobs");
        var rollout = ran.Output.ShouldHaveSingleItem().ShouldBeOfType<ServiceRollout>();
        rollout.Status.ShouldBe(RolloutStatus.Failed);
        rollout.StoppedTasks.ShouldNotBeEmpty();
        rollout.StoppedTasks[0].ExitCode.ShouldBe(3);
        rollout.StoppedTasks[0].LogLines.ShouldContain("no table stereo-spot-jobs");
    }

    [Fact]
    public void Under_ErrorAction_Stop_every_record_comes_before_the_first_error()
    {
        workspace.Run("Add-ReleaseSandboxFault TaskCrash web-ui -Count 0 -ExitCode 3");

        var ran = workspace.Run("try { $image, 'job-worker' | Invoke-EcsRollout -ErrorAction Stop } catch { }", ("image", Pushed("web-ui")));

        ran.All<ServiceRollout>().Select(rollout => (rollout.Service, rollout.Status)).Order().ShouldBe([("job-worker", RolloutStatus.Deployed), ("web-ui", RolloutStatus.Failed)]);
    }

    [Fact]
    public void An_image_that_no_service_runs_is_an_error()
    {
        var image = new EcrImage { Name = "stereo-inference", Repository = $"{workspace.Sandbox.RegistryHost}/inference", Tag = "v1" };

        workspace.Run("$image | Invoke-EcsRollout", ("image", image)).Error("ImageWithoutService").TargetObject.ShouldBeOfType<EcrImage>();
    }

    [Fact]
    public void An_image_that_is_not_pushed_and_an_empty_pipeline_deploy_nothing()
    {
        var failed = new EcrImage { Name = "web-ui", Repository = $"{workspace.Sandbox.RegistryHost}/web-ui", Tag = "v1", Status = ImagePushStatus.Failed };

        workspace.Run("$failed | Invoke-EcsRollout; @() | Invoke-EcsRollout", ("failed", failed)).Output.ShouldBeEmpty();

        workspace.Run("Get-ReleaseSandboxCall").Output.ShouldBeEmpty();
    }

    [Fact]
    public void A_No_deploys_nothing_and_passes_nothing_on()
    {
        workspace.WithLatest("web-ui");
        workspace.Host.Answer = "&No";

        workspace.Run("Invoke-EcsRollout web-ui -Confirm").Output.ShouldBeEmpty();

        workspace.Changes().ShouldBeEmpty();
    }

    [Fact]
    public void A_pinned_digest_is_deployed_as_a_new_revision_and_no_tag_is_moved()
    {
        var image = Pushed("web-ui");
        var before = workspace.Changes().Count;

        var rollout = workspace.Run("$image | Invoke-EcsRollout -PinDigest", ("image", image)).Single<ServiceRollout>();

        rollout.Status.ShouldBe(RolloutStatus.Verified, rollout.Reason);
        workspace.Changes().Skip(before).ShouldBe(["RegisterTaskDefinition", "UpdateService"]);
    }

    [Fact]
    public void WhatIf_says_that_a_revision_would_be_registered_and_registers_none()
    {
        var image = Pushed("web-ui");
        var before = workspace.Changes().Count;

        workspace.Run("$image | Invoke-EcsRollout -PinDigest -WhatIf", ("image", image)).Single<ServiceRollout>().Reason!.ShouldStartWith("Registers a revision of ");

        workspace.Changes().Skip(before).ShouldBeEmpty();
    }

    [Fact]
    public void A_name_alone_gives_no_digest_to_pin()
    {
        workspace.WithLatest("web-ui");
        workspace.Run("Invoke-EcsRollout web-ui -PinDigest").Error("ImageToPinNotGiven").TargetObject.ShouldBeOfType<ServiceRollout>().Service.ShouldBe("web-ui");

        workspace.Changes().ShouldBeEmpty();
    }

    [Fact]
    public void One_task_of_a_worker_at_zero_can_be_forced()
    {
        var rollout = workspace.Run("$image | Invoke-EcsRollout -DesiredCount 1", ("image", Pushed("job-worker"))).Single<ServiceRollout>();

        (rollout.Status, rollout.DesiredCount, rollout.RunningCount).ShouldBe((RolloutStatus.Verified, 1, 1), rollout.Reason);
    }

    [Fact]
    public void A_service_whose_predecessor_cannot_be_rolled_out_is_not_touched()
    {
        workspace.WithLatest("web-ui");
        workspace.Run("Add-ReleaseSandboxFault AccessDenied -Service ecs -Operation UpdateService");
        var definition = Path.Combine(workspace.Folder, "release.json");
        File.WriteAllText(definition, File.ReadAllText(definition)
            .Replace("\"job-worker\": { \"image\": \"job-worker\" }", "\"job-worker\": { \"image\": \"job-worker\", \"after\": [\"web-ui\"] }", StringComparison.Ordinal));

        var ran = workspace.Run("Invoke-EcsRollout web-ui, job-worker");

        ran.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]).ShouldBe(["AwsAccessDenied", "ServiceBeforeNotHealthy"]);
        var after = ran.All<ServiceRollout>().Single(rollout => rollout.Service == "job-worker");
        (after.Status, after.Reason).ShouldBe((RolloutStatus.NotRun, "Service 'job-worker' was not touched: it comes after 'web-ui', whose rollout failed."));
        workspace.Changes().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Invoke-EcsRollout web-ui, nope, 'x*', '['", "nope, x*, [")]
    [InlineData("Restore-EcsService web-ui, nope, 'x*', '[' -To stereo-spot-web-ui:1", "nope, x*, [")]
    [InlineData("Wait-EcsRollout nope, 'x*', '['", "nope, x*, [")]
    [InlineData("Get-ReleaseService nope, 'x*', '['", "nope, x*, [")]
    public void A_name_or_wildcard_that_fits_nothing_is_an_error_and_nothing_is_changed(string command, string named)
    {
        workspace.WithLatest("web-ui");

        var ran = workspace.Run(command);

        ran.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]).ShouldBe(Enumerable.Repeat("ServiceNotDefined", 3));
        string.Join(", ", ran.Errors.Select(error => error.TargetObject)).ShouldBe(named);
        ran.Errors.ShouldAllBe(error => error.ErrorDetails.RecommendedAction.Contains("-Cluster") == !command.StartsWith("Get", StringComparison.Ordinal));
        ran.All<ServiceRollout>().ShouldAllBe(rollout => rollout.Status == RolloutStatus.NotRun);
        workspace.Changes().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("$other | Invoke-EcsRollout")]
    [InlineData("$other, 'web-ui' | Invoke-EcsRollout -Cluster stereo-spot")]
    [InlineData("$other, 'web-ui' | Restore-EcsService -To stereo-spot-web-ui:1")]
    [InlineData("Restore-EcsService -Service $other, 'web-ui' -To stereo-spot-web-ui:1")]
    [InlineData("$other | Wait-EcsRollout")]
    public void An_object_that_is_no_service_is_an_error_and_nothing_is_changed(string command)
    {
        // Its text has brackets, which as a wildcard would fit names of one letter.
        var other = new ReleaseTask { Service = "web-ui", Cluster = "stereo-spot" };

        var error = workspace.Run(command, ("other", other)).Error("NotAService");

        error.TargetObject.ShouldBe(other);
        error.ErrorDetails.RecommendedAction.ShouldEndWith(command.Contains("Invoke") ? "| Invoke-EcsRollout" : command.Contains("Wait") ? "| Wait-EcsRollout" : "| Restore-EcsService");
        workspace.Changes().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("$image | Restore-EcsService")]
    [InlineData("$image | Wait-EcsRollout")]
    public void An_image_is_no_service(string command) =>
        workspace.Run(command, ("image", new EcrImage { Name = "web-ui", Repository = "web-ui", Tag = "v1" })).Error("NotAService").TargetObject.ShouldBeOfType<EcrImage>();

    [Fact]
    public void The_task_of_the_definition_runs_before_the_rollout_and_is_in_its_record()
    {
        workspace.WithBeforeRollout();
        var image = Pushed("web-ui");
        var before = workspace.Changes().Count;

        workspace.Run("$image | Invoke-EcsRollout -WhatIf", ("image", image)).Single<ServiceRollout>().Reason!.ShouldStartWith("Runs npm run migrate first. Deploys ");
        workspace.Changes().Count.ShouldBe(before);
        var rollout = workspace.Run("$image | Invoke-EcsRollout", ("image", image)).Single<ServiceRollout>();

        (rollout.Status, rollout.BeforeRollout!.Status).ShouldBe((RolloutStatus.Verified, ReleaseTaskStatus.Succeeded), rollout.Reason);
        workspace.Changes().Skip(before).ShouldBe(["RegisterTaskDefinition", "RunTask", "DeregisterTaskDefinition", "PutImage", "UpdateService"]);
    }

    [Fact]
    public void A_task_that_fails_is_an_error_and_nothing_is_deployed_unless_it_is_left_out()
    {
        workspace.WithBeforeRollout();
        workspace.Run("Add-ReleaseSandboxFault TaskCrash family:stereo-spot-web-ui -Count 0 -ExitCode 3 -LogLine 'no table'");
        var image = Pushed("web-ui");

        var ran = workspace.Run("$image | Invoke-EcsRollout", ("image", image));

        ran.Error("BeforeRolloutFailed").TargetObject.ShouldBeOfType<ServiceRollout>().BeforeRollout!.ExitCode.ShouldBe(3);
        workspace.Changes().ShouldNotContain("UpdateService");
        var rollout = workspace.Run("$image | Invoke-EcsRollout -SkipBeforeRollout", ("image", image)).Single<ServiceRollout>();
        (rollout.Status, rollout.BeforeRollout).ShouldBe((RolloutStatus.Verified, null), rollout.Reason);
    }

    private EcrImage Pushed(string name) => workspace.Pushed(name);
}
