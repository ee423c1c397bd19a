using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Builds;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Tests.Images.Builds;

public sealed class BeforeCommandsTests : IAsyncDisposable
{
    private readonly TemporaryFolder workspace = new();
    private readonly Recorder recorder = new();
    private readonly BeforeCommands commands = new(new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = "/usr/bin:/bin", ["GREETING"] = "hello" });
    private readonly BuildLog log;

    public BeforeCommandsTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are those of a POSIX shell.");
        log = BuildLog.Create(workspace.Path, "web-ui", DateTimeOffset.UnixEpoch);
    }

    public async ValueTask DisposeAsync()
    {
        await log.DisposeAsync();
        workspace.Dispose();
    }

    [Fact]
    public async Task They_run_in_order_in_their_folders_and_environment_and_what_they_write_is_told()
    {
        var folder = workspace.Folder("ui");

        await RunAsync(Image(Command(folder, "sh", "-c", "pwd; echo $GREETING > made"), Command(folder, "cat", "made")));

        recorder.Of<BuildOutput>().Select(output => output.Line).ShouldBe([folder, "hello"]);
        recorder.Of<BuildProgress>().Select(step => (step.Number, step.Total)).ShouldBe([(1, 2), (2, 2)]);
    }

    [Fact]
    public async Task One_that_several_images_have_runs_once()
    {
        var command = Command(workspace.Path, "sh", "-c", "echo x >> runs");

        await Task.WhenAll(RunAsync(Image(command)), RunAsync(Image(command) with { Name = "worker" }));

        (await File.ReadAllTextAsync(Path.Combine(workspace.Path, "runs"))).ShouldBe("x\n");
    }

    [Fact]
    public async Task One_that_several_images_have_fails_each_by_its_own_name()
    {
        var command = Command(workspace.Path, "false");

        foreach (var name in new[] { "web-ui", "worker" })
            (await Should.ThrowAsync<ReleaseException>(() => RunAsync(Image(command) with { Name = name }))).Message.ShouldContain($"'{name}'");
    }

    [Fact]
    public async Task A_secret_that_one_prints_is_masked_wherever_it_would_be_told()
    {
        secret = "s3cr3t-v4lue";
        var image = Image(Command(workspace.Path, "sh", "-c", "echo the token is s3cr3t-v4lue; exit 1")) with { Secrets = Secrets };

        var error = await Should.ThrowAsync<ReleaseException>(() => RunAsync(image));

        await log.DisposeAsync();
        string[] told =
        [
            error.Message, error.RecommendedAction, await File.ReadAllTextAsync(log.Path),
            .. recorder.Of<BuildOutput>().Select(output => output.Line), .. recorder.Of<BuildProgress>().Select(step => step.Name),
        ];
        told.ShouldAllBe(text => !text.Contains("s3cr3t-v4lue", StringComparison.Ordinal));
        told.Length.ShouldBe(5);
    }

    [Fact]
    public async Task A_secret_of_an_image_whose_own_commands_come_later_or_never_is_masked_too()
    {
        secret = "s3cr3t-v4lue";
        commands.Know(Image() with { Name = "worker", Secrets = Secrets }, _ => secret);

        await RunAsync(Image(Command(workspace.Path, "echo", "the token is s3cr3t-v4lue")));

        recorder.Of<BuildOutput>().Single().Line.ShouldNotContain("s3cr3t-v4lue");
    }

    [Fact]
    public async Task A_secret_that_is_not_there_keeps_no_command_of_another_image_from_running()
    {
        commands.Know(Image() with { Name = "worker", Secrets = [new BuildSecret { Id = "file", File = Path.Combine(workspace.Path, "none") }, .. Secrets] }, _ => null);

        await RunAsync(Image(Command(workspace.Path, "echo", "hello")));

        recorder.Of<BuildOutput>().Single().Line.ShouldBe("hello");
    }

    private static readonly BuildSecret[] Secrets = [new() { Id = "npm", EnvironmentVariable = "TOKEN" }];
    private string? secret;

    [Fact]
    public async Task No_shell_reads_the_words()
    {
        await RunAsync(Image(Command(workspace.Path, "echo", "$GREETING; exit 1", "*")));

        recorder.Of<BuildOutput>().Single().Line.ShouldBe("$GREETING; exit 1 *");
    }

    [Fact]
    public async Task One_that_fails_is_an_error_with_its_exit_code_and_last_lines()
    {
        var error = await Should.ThrowAsync<ReleaseException>(() => RunAsync(Image(Command(workspace.Path, "sh", "-c", "i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo line $i; done; exit 4"))));

        error.Id.ShouldBe(nameof(Messages.BuildCommandFailed));
        error.Message.ShouldContain("exit code 4");
        error.Message.ShouldContain("line 30");
        error.Message.ShouldNotContain("line 10" + Environment.NewLine);
        error.RecommendedAction.ShouldContain(log.Path);
    }

    [Fact]
    public void One_that_cannot_be_found_is_known_before_anything_runs()
    {
        Should.Throw<ReleaseException>(() => commands.Check(Image(Command(workspace.Path, "no-such-program")))).Id.ShouldBe(nameof(Messages.BuildCommandNotFound));
        Should.Throw<ReleaseException>(() => commands.Check(Image(Command(workspace.Path, "./no-such-script")))).Id.ShouldBe(nameof(Messages.BuildCommandNotFound));
        commands.Check(Image(Command(workspace.Path, "sh")));
    }

    private Task RunAsync(ReleaseImage image) => commands.RunAsync(image, _ => secret, log, recorder, default);

    private ReleaseImage Image(params BuildCommand[] before) => BuildTesting.Image(workspace.Path) with { Before = before };

    private static BuildCommand Command(string folder, params string[] words) => new() { Command = words, Directory = folder };
}
