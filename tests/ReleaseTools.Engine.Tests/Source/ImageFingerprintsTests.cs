using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Releases.Workspace;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Tests.Source;

public sealed class ImageFingerprintsTests : IDisposable
{
    private readonly GitFixture fixture = new();
    private readonly RecordingGit git = new();

    private ReleaseImage Api => fixture.Image with { Name = "api", Dockerfile = fixture.PathOf("other/Dockerfile"), Inputs = [fixture.PathOf("other"), fixture.PathOf("shared")] };

    public void Dispose()
    {
        fixture.Dispose();
        git.Dispose();
    }

    [Fact]
    public async Task Images_that_are_expected_are_looked_at_together()
    {
        using var workspace = await OpenAsync();
        var fingerprints = new ImageFingerprints(workspace, await workspace.ReadDefinitionAsync(default), (image, _) => Task.FromResult(image));
        fingerprints.Expect([fixture.Image, Api]);

        var web = await fingerprints.OfAsync(fixture.Image, default);
        var api = await fingerprints.OfAsync(Api, default);

        web.ShouldBe(await fixture.FingerprintAsync());
        api.ShouldBe(await fixture.FingerprintAsync(Api));
        git.Runs().Order(StringComparer.Ordinal).ShouldBe(["ls-files", "rev-parse", "status"]);
    }

    [Theory]
    [InlineData("web/src/library")]
    [InlineData("web/src/library/inner")]
    [InlineData("web/src/library/file")]
    [InlineData("shared/nested")]
    [InlineData("shared/nested/src")]
    [InlineData("dist/nested/src")]
    public async Task Images_that_share_files_of_another_repository_have_the_fingerprints_that_each_has_alone(string input)
    {
        using var workspace = await OpenAsync();
        using var library = await fixture.WithSubmoduleAsync("web/src/library");
        await fixture.WithRepositoryAsync("shared/nested");
        await fixture.WithRepositoryAsync("dist/nested"); // which git ignores
        foreach (var (repository, folder) in ((string, string)[])[("web/src/library", "inner"), ("shared/nested", "src"), ("dist/nested", "src")])
        {
            fixture.Write($"{repository}/.gitattributes", "* text=auto\n");
            fixture.Write($"{repository}/.gitignore", "made\n");
            fixture.Write($"{repository}/{folder}/converted", "1\r\n");
            await GitFixture.CommitAsync(fixture.PathOf(repository));
            fixture.Write($"{repository}/{folder}/made", "1"); // which git ignores
        }

        fixture.Write(".dockerignore", "**/src\n**/inner\n"); // so that a command gets what Docker does not
        BuildCommand[] before = [new() { Command = ["make"], Directory = fixture.Workspace }];
        var (web, api) = (fixture.Image with { Inputs = [.. fixture.Image.Inputs, fixture.PathOf("dist")], Before = before }, Api with { Inputs = [fixture.PathOf(input)], Before = before });

        foreach (var images in (ReleaseImage[][])[[web, api], [api, web]])
        {
            var fingerprints = new ImageFingerprints(workspace, await workspace.ReadDefinitionAsync(default), (image, _) => Task.FromResult(image));
            fingerprints.Expect(images);
            foreach (var image in images)
                (await fingerprints.OfAsync(image, default)).ShouldBe(await fixture.FingerprintAsync(image), image.Name);
        }
    }

    [Fact]
    public async Task Two_images_of_the_same_files_of_another_repository_are_looked_at_once()
    {
        using var workspace = await OpenAsync();
        await fixture.WithRepositoryAsync("shared/nested");
        var fingerprints = new ImageFingerprints(workspace, await workspace.ReadDefinitionAsync(default), (image, _) => Task.FromResult(image));
        var one = Api with { Inputs = [fixture.PathOf("shared/nested/src")] };
        await fingerprints.OfAsync(one, default);
        git.Runs();

        (await fingerprints.OfAsync(one with { Name = "second", Target = "other" }, default)).ShouldNotBeNull();

        git.Runs().ShouldBeEmpty();
    }

    [Fact]
    public async Task An_image_that_was_not_expected_is_looked_at_when_it_is_asked_for()
    {
        using var workspace = await OpenAsync();
        var fingerprints = new ImageFingerprints(workspace, await workspace.ReadDefinitionAsync(default), (image, _) => Task.FromResult(image));
        await fingerprints.OfAsync(fixture.Image, default);

        (await fingerprints.OfAsync(Api, default)).ShouldBe(await fixture.FingerprintAsync(Api));

        git.Runs().Count(run => run == "status").ShouldBe(2);
    }

    [Fact]
    public async Task A_base_images_sources_are_an_images_own()
    {
        using var workspace = await OpenAsync();
        var definition = await workspace.ReadDefinitionAsync(default) with { Images = [fixture.Image] };
        var onWeb = Api with { BaseImages = new Dictionary<string, string>(StringComparer.Ordinal) { ["BASE"] = "web" } };
        var before = await OfAsync();

        fixture.Write("web/src/main", "changed");
        var changed = await OfAsync();
        definition = definition with { Images = [fixture.Image with { Inputs = [] }] };

        changed.ShouldNotBe(before);
        (await OfAsync()).ShouldBeNull();

        async Task<string?> OfAsync() => await new ImageFingerprints(workspace, definition, (image, _) => Task.FromResult(image)).OfAsync(onWeb, default);
    }

    [Fact]
    public async Task An_image_without_inputs_is_not_looked_at()
    {
        using var workspace = await OpenAsync();
        var fingerprints = new ImageFingerprints(workspace, await workspace.ReadDefinitionAsync(default), (image, _) => Task.FromResult(image));

        (await fingerprints.OfAsync(fixture.Image with { Inputs = [] }, default)).ShouldBeNull();

        git.Runs().ShouldBeEmpty();
    }

    /// <summary>The workspace, with a git that writes down what it is asked.</summary>
    private async Task<ReleaseWorkspace> OpenAsync()
    {
        await fixture.CommittedAsync();
        fixture.Write("other/Dockerfile", "FROM scratch\n");
        fixture.Write("release.json", "{}");
        await fixture.CommitAsync();
        return await ReleaseWorkspace.OpenAsync(fixture.Workspace, new AwsSessionOptions { Environment = git.Environment }, NullObserver.Instance, TimeProvider.System, default);
    }
}
