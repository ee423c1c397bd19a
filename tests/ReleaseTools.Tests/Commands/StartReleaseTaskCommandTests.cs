namespace ReleaseTools.Tests.Commands;

[Collection(SandboxedWorkspace.Collection)]
public sealed class StartReleaseTaskCommandTests : IDisposable
{
    private const string Group = "family:stereo-spot-web-ui";

    private readonly SandboxedWorkspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void An_image_runs_the_task_that_its_service_s_definition_has_before_its_rollout()
    {
        workspace.WithBeforeRollout();
        workspace.Run($"Add-ReleaseSandboxFault TaskCrash {Group} -ExitCode 0 -LogLine '3 migrations applied'");
        var image = workspace.Pushed("web-ui");
        var before = workspace.Changes().Count;

        var task = workspace.Run("$image | Start-ReleaseTask", ("image", image)).Single<ReleaseTask>();

        (task.Service, task.Status, task.ExitCode, task.Digest).ShouldBe(("web-ui", ReleaseTaskStatus.Succeeded, 0, image.Digest));
        task.Command.ShouldBe(["npm", "run", "migrate"]);
        task.LogLines.ShouldBe(["3 migrations applied"]);
        workspace.Changes().Skip(before).ShouldBe(["RegisterTaskDefinition", "RunTask", "DeregisterTaskDefinition"]);
    }

    [Fact]
    public void A_named_service_runs_the_command_that_is_given_with_the_image_that_comes_down_the_pipeline()
    {
        var image = workspace.Pushed("web-ui");

        var task = workspace.Run("$image | Start-ReleaseTask web-ui -Command rake, db:migrate -Environment @{ DRY_RUN = 1 }", ("image", image)).Single<ReleaseTask>();

        (task.Status, task.Digest, string.Join(' ', task.Command)).ShouldBe((ReleaseTaskStatus.Succeeded, image.Digest, "rake db:migrate"));
    }

    [Fact]
    public void By_service_and_cluster_it_needs_no_definition_and_runs_what_the_task_definition_names()
    {
        workspace.GoTo(Path.GetTempPath());

        var task = workspace.Run("Start-ReleaseTask web-ui -Cluster stereo-spot -Command ls -NoWait").Single<ReleaseTask>();

        (task.Status, task.TaskDefinition, task.Digest).ShouldBe((ReleaseTaskStatus.InProgress, "stereo-spot-web-ui:1", null));
        task.Reason!.ShouldContain("aws ecs stop-task --cluster stereo-spot --task ");
        workspace.Changes().ShouldBe(["RunTask"]);
    }

    [Fact]
    public void A_service_that_comes_down_the_pipeline_runs_its_task()
    {
        workspace.WithBeforeRollout();
        workspace.PutImage("web-ui", "latest");

        workspace.Run("Get-ReleaseService web-ui | Start-ReleaseTask").Single<ReleaseTask>().Status.ShouldBe(ReleaseTaskStatus.Succeeded);
    }

    [Fact]
    public void An_exit_code_is_an_error_about_its_record()
    {
        workspace.Run($"Add-ReleaseSandboxFault TaskCrash {Group} -ExitCode 7 -LogLine 'no table'");

        var ran = workspace.Run("$image | Start-ReleaseTask web-ui -Command migrate", ("image", workspace.Pushed("web-ui")));

        ran.Error("ReleaseTaskFailed").TargetObject.ShouldBeOfType<ReleaseTask>().ExitCode.ShouldBe(7);
        ran.All<ReleaseTask>().ShouldHaveSingleItem().Status.ShouldBe(ReleaseTaskStatus.Failed);
    }

    [Fact]
    public void WhatIf_says_what_would_run_and_only_reads()
    {
        var image = workspace.Pushed("web-ui");
        var before = workspace.Changes().Count;

        var task = workspace.Run("$image | Start-ReleaseTask web-ui -Command npm, run, migrate -WhatIf", ("image", image)).Single<ReleaseTask>();

        task.Status.ShouldBe(ReleaseTaskStatus.Planned);
        task.Reason!.ShouldStartWith("Runs npm run migrate in container web-ui of stereo-spot-web-ui:1 with sha256:");
        workspace.Changes().Skip(before).ShouldBeEmpty();
    }

    [Fact]
    public void A_No_runs_nothing_and_passes_nothing_on()
    {
        workspace.WithLatest("web-ui");
        workspace.Host.Answer = "&No";

        workspace.Run("Start-ReleaseTask web-ui -Command migrate -Confirm").Output.ShouldBeEmpty();

        workspace.Changes().ShouldBeEmpty();
    }

    [Fact]
    public void Without_a_command_and_without_a_beforeRollout_there_is_nothing_to_run()
    {
        workspace.Run("Start-ReleaseTask web-ui").Error("ReleaseTaskCommandMissing").TargetObject.ShouldBeOfType<ReleaseTask>().Service.ShouldBe("web-ui");

        workspace.Changes().ShouldBeEmpty();
    }

    [Fact]
    public void A_command_for_whatever_service_runs_an_image_is_refused()
    {
        var image = new EcrImage { Name = "web-ui", Repository = $"{workspace.Sandbox.RegistryHost}/web-ui", Tag = "v1" };

        workspace.Run("$image | Start-ReleaseTask -Command migrate", ("image", image)).End("ReleaseTaskServiceMissing");

        workspace.Run("Get-ReleaseSandboxCall").Output.ShouldBeEmpty();
    }

    [Fact]
    public void An_image_whose_services_have_no_task_is_warned_of_and_an_empty_pipeline_is_not()
    {
        var image = new EcrImage { Name = "web-ui", Repository = $"{workspace.Sandbox.RegistryHost}/web-ui", Tag = "v1" };

        workspace.Run("$image | Start-ReleaseTask; @() | Start-ReleaseTask", ("image", image)).Output.ShouldBeEmpty();

        workspace.Host.Lines.Count(line => line.StartsWith("WARNING: web-ui: no service that runs it has a \"beforeRollout\"", StringComparison.Ordinal)).ShouldBe(1);
        workspace.Changes().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("$failed | Start-ReleaseTask web-ui -Command migrate", "web-ui, which failed")]
    [InlineData("Start-ReleaseTask web-ui -Command migrate -Image $failed", "web-ui, which failed")]
    [InlineData("$other | Start-ReleaseTask web-ui -Command migrate", "brought job-worker")]
    [InlineData("@() | Start-ReleaseTask web-ui -Command migrate", "brought none")]
    public void A_service_whose_image_was_to_come_and_did_not_runs_nothing_rather_than_the_old_image(string script, string brought)
    {
        workspace.WithLatest("web-ui");
        var other = Image("job-worker");

        var ran = workspace.Run(script, ("failed", Image("web-ui") with { Status = ImagePushStatus.Failed }), ("other", other));

        ran.Error("ReleaseTaskImageMissing").Exception.Message.ShouldContain(brought);
        ran.Output.ShouldBeEmpty();
        workspace.Changes().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("$failed | Start-ReleaseTask web-ui -Cluster stereo-spot -Command migrate", "web-ui, which failed")]
    [InlineData("$other, $image | Start-ReleaseTask web-ui -Cluster stereo-spot -Command migrate", "job-worker, web-ui")]
    [InlineData("$failed, $image | Start-ReleaseTask web-ui -Cluster stereo-spot -Command migrate", "web-ui, which failed, web-ui")]
    [InlineData("@() | Start-ReleaseTask web-ui -Cluster stereo-spot -Command migrate", "none")]
    public void By_cluster_exactly_one_image_comes_or_nothing_is_run(string script, string brought)
    {
        workspace.WithLatest("web-ui");

        var ran = workspace.Run(script, ("failed", Image("web-ui") with { Status = ImagePushStatus.Failed }), ("other", Image("job-worker")), ("image", Image("web-ui")));

        ran.Error("ReleaseTaskImageNotOne").Exception.Message.ShouldEndWith($"it brought {brought}.");
        workspace.Changes().ShouldBeEmpty();
    }

    private EcrImage Image(string name) => new() { Name = name, Repository = $"{workspace.Sandbox.RegistryHost}/{name}", Tag = "v1" };

    [Fact]
    public void An_image_that_is_not_in_ECR_yet_is_predicted_and_not_run()
    {
        var image = new EcrImage { Name = "web-ui", Repository = $"{workspace.Sandbox.RegistryHost}/web-ui", Tag = "v1" };

        workspace.Run("$image | Start-ReleaseTask web-ui -Command migrate -WhatIf", ("image", image)).Single<ReleaseTask>().Status.ShouldBe(ReleaseTaskStatus.Planned);
        workspace.Run("$image | Start-ReleaseTask web-ui -Command migrate", ("image", image)).Error("ImageNotInEcrYet");

        workspace.Changes().ShouldBeEmpty();
    }
}
