using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Builds;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Tests.Images.Pushes;
using ReleaseTools.Engine.Tests.Images.Registries;
using static ReleaseTools.Engine.Tests.Images.Builds.BuildTesting;

namespace ReleaseTools.Engine.Tests.Images.Builds;

public sealed class BuildFeaturesTests
{
    private static readonly ReleaseImage Plain = Image("/w");
    private static readonly ReleaseImage WithSecret = Plain with { Secrets = [new BuildSecret { Id = "npm", EnvironmentVariable = "NPM" }] };

    [Fact]
    public void The_classic_builder_has_no_secrets_and_no_cache_to_leave()
    {
        Lacks(WithSecret, DockerBuilder.Classic).ShouldContain("build secrets");
        Lacks(Plain with { CacheTo = ["type=inline"] }, DockerBuilder.Classic).ShouldContain("type=inline");
    }

    [Fact]
    public void Without_buildx_a_cache_can_only_be_left_in_the_image()
    {
        Lacks(Plain with { CacheTo = ["type=registry,ref=host/cache"] }, DockerBuilder.BuiltInBuildKit).ShouldContain("type=registry");
        Lacks(Plain with { CacheTo = ["type=inline"] }, DockerBuilder.BuiltInBuildKit).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(DockerBuilder.BuiltInBuildKit, "0.12.1")]
    [InlineData(DockerBuilder.Buildx, "0.9.1")]
    public void Attestations_need_a_buildx_that_knows_them(DockerBuilder builder, string buildx) =>
        Should.Throw<ReleaseException>(() => BuildFeatures.Check(Plain, new ImageBuildOptions { Sbom = true }, Cli(builder, buildx))).Message.ShouldContain("-Sbom");

    [Fact]
    public void What_the_builder_can_do_is_no_error() =>
        BuildFeatures.Check(WithSecret with { CacheTo = ["type=gha"] }, new ImageBuildOptions { Provenance = true, Sbom = true }, Cli(DockerBuilder.Buildx));

    [Fact]
    public async Task An_index_needs_an_engine_that_can_hold_it()
    {
        var engine = new FakeEngine(new MemoryEcr(TimeProvider.System));
        var options = new ImageBuildOptions { Provenance = true };

        (await Should.ThrowAsync<ReleaseException>(() => BuildFeatures.CheckAsync(Plain, options, engine, default))).Id.ShouldBe(nameof(Messages.EngineLacksImageStore));
        engine.HoldsIndexes = true;
        await BuildFeatures.CheckAsync(Plain, options, engine, default);
    }

    private static string Lacks(ReleaseImage image, DockerBuilder builder)
    {
        try
        {
            BuildFeatures.Check(image, new ImageBuildOptions(), Cli(builder));
            return string.Empty;
        }
        catch (ReleaseException error)
        {
            error.Id.ShouldBe(nameof(Messages.BuilderLacksFeature));
            return error.Message;
        }
    }
}
