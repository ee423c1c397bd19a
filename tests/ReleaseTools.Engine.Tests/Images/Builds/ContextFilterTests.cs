using FsCheck;
using FsCheck.Fluent;
using ReleaseTools.Engine.Images.Builds;
using ReleaseTools.Engine.Releases.Source;

namespace ReleaseTools.Engine.Tests.Images.Builds;

public sealed class ContextFilterTests : IDisposable
{
    private readonly TemporaryFolder workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void A_build_gets_its_inputs_and_nothing_beside_them()
    {
        Write("packages/web-ui/index.html", "packages/worker/main.py", "shared/a", "README.md", "packages/web-ui.md");
        var image = Image("packages/web-ui", "shared");

        Sent(image).ShouldBe(["packages/web-ui/index.html", "shared/a"], ignoreOrder: true);
    }

    [Fact]
    public void What_the_workspace_leaves_out_stays_left_out_of_the_inputs_and_what_it_takes_back_beside_them_does_not_come_in()
    {
        Write("app/src/a", "app/node_modules/x", "app/node_modules/keep/y", "other/z");
        workspace.Write(".dockerignore", "**/node_modules\n!app/node_modules/keep\n!other/z\n");

        Sent(Image("app")).ShouldBe(["app/src/a", "app/node_modules/keep/y"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("*\n!app\n!other/z\n")]
    [InlineData("other\n!other/z\n")]
    [InlineData("**\n!**/a\n!**/z\n")]
    public void What_is_taken_back_of_a_folder_that_is_no_input_does_not_come_in(string rules)
    {
        Write("app/a", "other/z");
        workspace.Write(".dockerignore", rules);

        Sent(Image("app")).ShouldBe(["app/a"]);
    }

    [Fact]
    public void The_Dockerfiles_own_ignore_file_goes_before_the_contexts()
    {
        Write("a", "b");
        workspace.Write(".dockerignore", "a\n");
        workspace.Write("Dockerfile.dockerignore", "b\n");

        Sent(BuildTesting.Image(workspace.Path)).ShouldNotContain("b");
        Sent(BuildTesting.Image(workspace.Path)).ShouldContain("a");
    }

    [Fact]
    public void Outputs_of_commands_that_come_first_are_sent_too()
    {
        Write("app/a", "ui/dist/b", "ui/src/c");
        var image = Image("app") with { Before = [new BuildCommand { Command = ["make"], Directory = workspace.Path, Outputs = [Path.Combine(workspace.Path, "ui/dist")] }] };

        Sent(image).ShouldBe(["app/a", "ui/dist/b"], ignoreOrder: true);
    }

    [Fact]
    public void Without_inputs_or_with_the_whole_context_all_is_sent_but_our_own_folder()
    {
        Write("app/a", "other/b", ".releasetools/logs/web-ui-build.log");

        Sent(BuildTesting.Image(workspace.Path)).ShouldBe(["app/a", "other/b"], ignoreOrder: true);
        Sent(Image("app") with { WholeContext = true }).ShouldBe(["app/a", "other/b"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("!**/.git\n!.git/HEAD\n")]
    public void What_is_gits_own_is_not_sent_with_the_inputs_at_any_depth(string rules)
    {
        Write("app/a", ".git/HEAD", ".git/refs/heads/main", "app/module/.git", "app/module/b", "app/inner/.git/HEAD", "app/.gitattributes");
        workspace.Write(".dockerignore", rules);

        Sent(Image(".")).ShouldBe(["app/a", "app/module/b", "app/.gitattributes"], ignoreOrder: true);
        Sent(Image("app")).ShouldBe(["app/a", "app/module/b", "app/.gitattributes"], ignoreOrder: true);
        Sent(Image(".") with { WholeContext = true }).ShouldContain(".git/HEAD");
    }

    [Fact]
    public void An_input_over_a_link_keeps_the_link_and_what_it_leads_to()
    {
        Write("real/a", "other/b");
        Directory.CreateSymbolicLink(Path.Combine(workspace.Path, "link"), Path.Combine(workspace.Path, "real"));
        var ignore = DockerIgnore.Parse(ContextFilter.Text(Image("link")));

        new[] { "link", "real/a", "other/b" }.Select(ignore.Excludes).ShouldBe([false, false, true]);
    }

    [Theory]
    [InlineData("other/b", true)]
    [InlineData("other", true)]
    [InlineData("packages/app/x", false)]
    [InlineData("packages", false)]
    public void Whether_a_path_is_no_input_is_known(string path, bool isNoInput) => ContextFilter.IsNoInput(Image("packages/app"), path).ShouldBe(isNoInput);

    /// <summary>Any tree, any rules, any inputs: what is sent is what the rules leave of the inputs.</summary>
    [Fact]
    public void What_is_sent_is_what_the_rules_leave_of_the_inputs()
    {
        var part = Gen.Elements("a", "b", "src", "x.y", "#c", "!d", " e", "f ", "g[1]", "h*", "i?", "j\\k", "ü");
        var path = Gen.NonEmptyListOf(part).Select(parts => string.Join('/', parts.Take(3)));
        var rule = from back in Gen.Elements("", "", "!") from head in Gen.Elements("", "**/", "*/") from name in Gen.Elements("a", "src", "*.y", "b", "src/a") select back + head + name;
        var cases = from files in Gen.NonEmptyListOf(path) from rules in Gen.ListOf(rule) from inputs in Gen.NonEmptyListOf(Gen.Elements<string>([.. files]))
                    from depth in Gen.Choose(1, 3) select (Files: files.ToList(), Rules: rules.ToList(), Inputs: inputs.Select(input => string.Join('/', input.Split('/').Take(depth))).ToList());

        Prop.ForAll(cases.ToArbitrary(), one =>
        {
            using var folder = new TemporaryFolder();
            var written = one.Files.Where(file => TryWrite(folder, file)).Distinct(StringComparer.Ordinal).ToList();
            var rules = string.Join('\n', one.Rules);
            folder.Write(".dockerignore", rules);
            var image = BuildTesting.Image(folder.Path) with { Inputs = [.. one.Inputs.Select(input => Path.Combine(folder.Path, input)).Where(Path.Exists)] };
            if (image.Inputs.Count == 0)
                return true;

            var (own, filter) = (DockerIgnore.Parse(rules), DockerIgnore.Parse(ContextFilter.Text(image)));
            return written.TrueForAll(file => filter.Excludes(file) == (own.Excludes(file) || !one.Inputs.Exists(input => file == input || file.StartsWith($"{input}/", StringComparison.Ordinal))));
        }).QuickCheckThrowOnFailure();
    }

    private static bool TryWrite(TemporaryFolder folder, string file)
    {
        try
        {
            folder.Write(file, file);
            return true;
        }
        catch (Exception taken) when (taken is IOException or UnauthorizedAccessException)
        {
            return false; // a file stands where a folder is wanted, or the other way round
        }
    }

    private void Write(params string[] files)
    {
        foreach (var file in files)
            workspace.Write(file, file);
    }

    private ReleaseImage Image(params string[] inputs) => BuildTesting.Image(workspace.Path) with { Inputs = [.. inputs.Select(input => Path.Combine(workspace.Path, input))] };

    private List<string> Sent(ReleaseImage image)
    {
        var ignore = DockerIgnore.Parse(ContextFilter.Text(image));
        return [.. Directory.EnumerateFiles(workspace.Path, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(workspace.Path, file).Replace('\\', '/'))
            .Where(file => !file.EndsWith(".dockerignore", StringComparison.Ordinal) && !ignore.Excludes(file))];
    }
}
