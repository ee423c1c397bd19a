using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Builds;
using ReleaseTools.Engine.Images.Docker;

namespace ReleaseTools.Engine.Tests.Images.Integration;

/// <summary>What a real BuildKit makes of what it is given: inputs alone, commands before, secrets.</summary>
public sealed class BuildInputsTests : IDisposable
{
    private readonly TemporaryFolder workspace = new();
    private readonly Recorder recorder = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public async Task A_build_gets_its_inputs_alone_whatever_lies_beside_them_is_called()
    {
        using var engine = await TestEngine.ConnectAsync();
        string[] names = ["plain", "a+b", "c (d)", "e[f]", "g{h}|i^j$", "#k", "!l", " m", "n ", "o\\p", "q*", "r?", "s.t", "ü", "u'v\"w"];
        foreach (var name in names)
        {
            workspace.Write($"app/{name}/in", name);
            workspace.Write($"beside/{name}/out", name);
            workspace.Write($"{name}/out", name);
        }

        var image = Image("COPY . /all/\n") with { Inputs = [Path.Combine(workspace.Path, "app")] };
        var built = (await BuildAsync(engine, image)).ShouldBeBuilt();

        (await EngineFiles.ListAsync(built.ImageId!)).ShouldBe(names.Select(name => $"all/app/{name}/in"), ignoreOrder: true);
    }

    [Fact]
    public async Task A_build_of_the_whole_workspace_as_its_input_gets_nothing_of_git()
    {
        using var engine = await TestEngine.ConnectAsync();
        foreach (var file in new[] { "app/a", ".git/HEAD", "app/module/.git", "app/inner/.git/HEAD" })
            workspace.Write(file, file);

        var built = (await BuildAsync(engine, Image("COPY app /app/\nCOPY . /all/\n") with { Inputs = [workspace.Path] })).ShouldBeBuilt();

        (await EngineFiles.ListAsync(built.ImageId!)).ShouldAllBe(file => !file.Contains(".git", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_that_is_no_input_fails_the_build_with_the_line_to_add()
    {
        using var engine = await TestEngine.ConnectAsync();
        workspace.Write("app/a", "a");
        workspace.Write("shared/b", "b");

        var (_, error) = await BuildAsync(engine, Image("COPY app /app\nCOPY shared/b /b\n") with { Inputs = [Path.Combine(workspace.Path, "app")] });

        error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.BuildInputNotNamed));
        error.RecommendedAction.ShouldContain("\"shared/b\"");
    }

    [Fact]
    public async Task The_logs_of_builds_do_not_change_what_is_built()
    {
        using var engine = await TestEngine.ConnectAsync();
        workspace.Write("app/a", "a");
        var image = Image("COPY . /\n");

        var first = (await BuildAsync(engine, image)).ShouldBeBuilt();

        (await BuildAsync(engine, image)).ShouldBeBuilt().ImageId.ShouldBe(first.ImageId);
    }

    [Fact]
    public async Task What_a_command_makes_first_is_in_the_image()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The command is one of a POSIX shell.");
        using var engine = await TestEngine.ConnectAsync();
        workspace.Write("app/a", "a");
        var image = Image("COPY app dist /\n") with
        {
            Inputs = [Path.Combine(workspace.Path, "app")],
            Before = [new BuildCommand { Command = ["sh", "-c", "mkdir dist && echo made > dist/made"], Directory = workspace.Path, Outputs = [Path.Combine(workspace.Path, "dist")] }],
        };

        (await EngineFiles.ListAsync((await BuildAsync(engine, image)).ShouldBeBuilt().ImageId!)).ShouldBe(["a", "made"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_secret_reaches_its_step_and_nothing_that_can_be_read_afterwards()
    {
        EngineFiles.NeedRunSteps();
        using var engine = await TestEngine.ConnectAsync();
        File.Copy(EngineFiles.BusyBox, Path.Combine(workspace.Path, "busybox"));
        var file = workspace.Write("npmrc", "from-a-file-7\n");
        var image = Image("""
            COPY busybox /bin/busybox
            RUN --mount=type=secret,id=one --mount=type=secret,id=two ["/bin/busybox", "sh", "-c", "/bin/busybox cat /run/secrets/one /run/secrets/two && [ \"$(/bin/busybox cat /run/secrets/one)\" = from-a-variable-7 ]"]

            """) with
        {
            Secrets = [new BuildSecret { Id = "one", EnvironmentVariable = "TOKEN" }, new BuildSecret { Id = "two", File = file }],
        };

        var built = (await BuildAsync(engine, image, new ImageBuildOptions { Variable = name => name == "TOKEN" ? "from-a-variable-7" : null })).ShouldBeBuilt();

        var said = string.Join('\n', recorder.Events) + await File.ReadAllTextAsync(built.LogFile!);
        said.ShouldContain("********");
        said.ShouldNotContain("from-a-variable-7");
        said.ShouldNotContain("from-a-file-7");
    }

    private async Task<ImageBuildResult> BuildAsync(DockerEngine engine, ReleaseImage image, ImageBuildOptions? options = null)
    {
        options ??= new ImageBuildOptions();
        using var builds = new ImageBuilds(engine, registry: null, TestEngine.Environment, TimeProvider.System, throttleLimit: 1);
        return await builds.BuildAsync(await builds.PlanAsync(image, "v1", fingerprint: null, options, default), new Dictionary<string, AppImage>(), options, recorder, default);
    }

    private ReleaseImage Image(string instructions) => new()
    {
        Name = "web-ui",
        Repository = "127.0.0.1:1/test-inputs",
        Workspace = workspace.Path,
        Context = workspace.Path,
        Dockerfile = workspace.Write("docker/Dockerfile", "FROM scratch\n" + instructions),
    };
}
