using ReleaseTools.Hosting;

namespace ReleaseTools.Tests.Views;

public sealed class ViewTextTests
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private static readonly ReleaseStep Build = Step("build:web-ui", ReleaseStage.Build, "web-ui", ReleaseAction.Build, "Inputs changed: there is no src-0123456789ab.");

    private static readonly ReleaseStep Update = Step("endpoint:video", ReleaseStage.Endpoint, "video-inference", ReleaseAction.Unchanged, "It serves sha256:0123456789ab already.");

    private static readonly ReleaseStep Rollout = Step("rollout:web-ui", ReleaseStage.Rollout, "web-ui", ReleaseAction.Rollout, "Deploys the tag 4f2c9e1, once the tag latest is on it.");

    [Fact]
    public void A_scan_is_its_counts_and_its_worst_findings() =>
        ViewText.Scan(new ImageScan
        {
            Status = ImageScanStatus.Complete,
            Findings = [.. Enumerable.Range(1, 12).Select(number => new ImageFinding { Name = $"CVE-{number}", Severity = number == 1 ? FindingSeverity.Critical : FindingSeverity.Low })],
        }).Split('\n').ShouldBe(["Complete: 1 Critical, 11 Low", "  CVE-1 (Critical)", .. Enumerable.Range(2, 9).Select(number => $"  CVE-{number} (Low)"), "  and 2 more"]);

    [Fact]
    public void A_scan_without_findings_says_how_it_stands()
    {
        ViewText.Scan(null).ShouldBeEmpty();
        ViewText.Scan(new ImageScan { Status = ImageScanStatus.Complete }).ShouldBe("Complete: nothing");
        ViewText.Scan(new ImageScan { Status = ImageScanStatus.Off, Description = "nobody scans" }).ShouldBe("Off: nobody scans");
    }

    [Fact]
    public void A_plan_is_a_table_of_what_is_done_to_what_and_why() => ViewText.Of(Plan, 120).ShouldBe(Text(
        """
        Plan of release shop 4f2c9e1 to eu-west-1, account 111122223333

        Stage     Name             Action     Reason
        --------  ---------------  ---------  ------
        Build     web-ui           Build      Inputs changed: there is no src-0123456789ab
        Endpoint  video-inference  Unchanged  It serves sha256:0123456789ab already
        Rollout   web-ui           Rollout    Deploys the tag 4f2c9e1, once the tag latest is on it
        """));

    [Fact]
    public void A_reason_wraps_beside_its_row_where_there_is_room() => ViewText.Of(Plan, 79).ShouldBe(Text(
        """
        Plan of release shop 4f2c9e1 to eu-west-1, account 111122223333

        Stage     Name             Action     Reason
        --------  ---------------  ---------  ------
        Build     web-ui           Build      Inputs changed: there is no
                                              src-0123456789ab
        Endpoint  video-inference  Unchanged  It serves sha256:0123456789ab already
        Rollout   web-ui           Rollout    Deploys the tag 4f2c9e1, once the tag
                                              latest is on it
        """));

    [Fact]
    public void A_release_says_what_became_of_each_step_and_each_service() => ViewText.Of(Succeeded, 120).ShouldBe(Text(
        """
        Release shop 4f2c9e1 to eu-west-1, account 111122223333: Succeeded in 1m 12s

        Stage     Name             Action     Status     Took  Reason
        --------  ---------------  ---------  ---------  ----  ------
        Build     web-ui           Build      Succeeded  12s   Docker built 12.4 MB
        Endpoint  video-inference  Unchanged  Succeeded        It serves sha256:0123456789ab already
        Rollout   web-ui           Rollout    Succeeded  45s   2 of 2 running tasks run sha256:0123456789ab

        Service  Status    Running  Digest
        -------  --------  -------  ------
        web-ui   Verified  2 of 2   sha256:0123456789ab
        """));

    [Fact]
    public void A_release_that_failed_ends_with_the_log_and_what_to_type_next() => ViewText.Of(Failed, 120).ShouldBe(Text(
        """
        Release shop 4f2c9e1 to eu-west-1, account 111122223333: Failed in 1m 12s

        Stage    Name    Action   Status     Took  Reason
        -------  ------  -------  ---------  ----  ------
        Build    web-ui  Build    Succeeded  12s   Docker built 12.4 MB
        Rollout  web-ui  Rollout  Failed     45s   ECS put web-ui:7 back (ecs-svc/1)

        Service  Status      Running  Digest
        -------  ----------  -------  ------
        web-ui   RolledBack  0 of 2   sha256:9876543210fe

        The rollout of service 'web-ui' failed and is rolled back.

        web-ui: task 9f3c stopped, container app, exit code 3: Essential container in task exited
            listening on 8080
            Error: no DATABASE_URL

        Next: Invoke-EcsRollout -Service web-ui
        """));

    [Theory]
    [InlineData(120)]
    [InlineData(79)]
    public void No_line_is_wider_than_the_screen(int width)
    {
        var lines = new[] { ViewText.Of(Plan, width), ViewText.Of(Succeeded, width), ViewText.Of(Failed, width) }.SelectMany(text => text.Split(Environment.NewLine));

        lines.ShouldAllBe(line => line.Length <= width);
    }

    [Fact]
    public void A_reason_goes_under_its_row_where_the_other_columns_leave_it_no_room() => ViewText.Of(Plan with { Steps = [Rollout] }, 48).ShouldBe(Text(
        """
        Plan of release shop 4f2c9e1 to eu-west-1, account 111122223333

        Stage    Name    Action
        -------  ------  -------
        Rollout  web-ui  Rollout
            Deploys the tag 4f2c9e1, once the tag latest
            is on it
        """));

    private static ReleasePlan Plan => new() { Project = "shop", Tag = "4f2c9e1", Region = "eu-west-1", Account = "111122223333", Steps = [Build, Update, Rollout] };

    private static Release Succeeded => new()
    {
        Id = "20260101T000000Z-4f2c9e1",
        Project = "shop",
        Tag = "4f2c9e1",
        Region = "eu-west-1",
        Account = "111122223333",
        Status = ReleaseStatus.Succeeded,
        Duration = TimeSpan.FromSeconds(72),
        Steps =
        [
            Build with { Status = ReleaseStepStatus.Succeeded, Duration = TimeSpan.FromSeconds(12), Reason = "Docker built 12.4 MB." },
            Update with { Status = ReleaseStepStatus.Succeeded },
            Rollout with { Status = ReleaseStepStatus.Succeeded, Duration = TimeSpan.FromSeconds(45), Reason = "2 of 2 running tasks run sha256:0123456789ab." },
        ],
        Services = [new() { Service = "web-ui", Cluster = "main", Status = RolloutStatus.Verified, RunningCount = 2, DesiredCount = 2, Digest = Digest }],
    };

    private static Release Failed => Succeeded with
    {
        Status = ReleaseStatus.Failed,
        Reason = "The rollout of service 'web-ui' failed and is rolled back.",
        NextCommand = "Invoke-EcsRollout -Service web-ui",
        Steps = [Succeeded.Steps[0], Succeeded.Steps[2] with { Status = ReleaseStepStatus.Failed, Reason = "ECS put web-ui:7 back (ecs-svc/1)." }],
        Services =
        [
            Succeeded.Services[0] with
            {
                Status = RolloutStatus.RolledBack,
                RunningCount = 0,
                RunningDigests = ["sha256:9876543210fe0123456789abcdef0123456789abcdef0123456789abcdef0123"],
                StoppedTasks =
                [
                    new() { TaskArn = "arn:aws:ecs:eu-west-1:111122223333:task/main/77aa", Container = "app", ExitCode = 3, LogLines = ["an earlier try"] },
                    new() { TaskArn = "arn:aws:ecs:eu-west-1:111122223333:task/main/9f3c", Container = "app", ExitCode = 3, Reason = "Essential container in task exited", LogLines = ["listening on 8080", "Error: no DATABASE_URL"] },
                ],
            },
        ],
    };

    private static ReleaseStep Step(string id, ReleaseStage stage, string name, ReleaseAction action, string reason) =>
        new() { Id = id, Stage = stage, Name = name, Action = action, Reason = reason };

    private static string Text(string expected) => expected.ReplaceLineEndings(Environment.NewLine);
}
