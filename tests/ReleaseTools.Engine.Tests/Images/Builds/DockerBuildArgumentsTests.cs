using ReleaseTools.Engine.Images.Builds;
using ReleaseTools.Engine.Images.Docker;
using static ReleaseTools.Engine.Tests.Images.Builds.BuildTesting;

namespace ReleaseTools.Engine.Tests.Images.Builds;

public sealed class DockerBuildArgumentsTests
{
    private readonly ReleaseImage image = Image("/w");

    [Fact]
    public void Buildx_adds_no_attestation_and_loads_what_it_built()
    {
        var arguments = For(image, DockerBuilder.Buildx);

        arguments.Take(2).ShouldBe(["buildx", "build"]);
        arguments.ShouldContain("--provenance=false");
        arguments.ShouldContain("--sbom=false");
        arguments.ShouldContain("--load");
    }

    [Fact]
    public void Attestations_are_made_when_they_are_asked_for()
    {
        var arguments = For(image, DockerBuilder.Buildx, new ImageBuildOptions { Provenance = true });

        arguments.ShouldContain("--provenance=true");
        arguments.ShouldContain("--sbom=false");
    }

    [Fact]
    public void A_buildx_that_knows_no_attestations_is_not_told_of_them() =>
        DockerBuildArguments.For(image.Plan(), Cli(DockerBuilder.Buildx, "0.9.1"), new ImageBuildOptions(), Input(image)).ShouldNotContain(argument => argument.StartsWith("--provenance", StringComparison.Ordinal));

    [Fact]
    public void The_classic_builder_is_given_no_option_that_it_does_not_know() =>
        For(image, DockerBuilder.Classic).ShouldNotContain(argument => argument.StartsWith("--progress", StringComparison.Ordinal) || argument.StartsWith("--provenance", StringComparison.Ordinal));

    [Fact]
    public void The_platform_is_always_said() => For(image).Skip(1).ShouldContain("linux/amd64");

    [Fact]
    public void Base_images_are_build_arguments_and_stand_among_them() =>
        Values(For(image with { BuildArgs = Words(("Z", "1"), ("A", "x=y")) }, bases: new BaseImage("BASE", "base", "host/base:v1", "sha256:b")), "--build-arg").ShouldBe(["A=x=y", "BASE=host/base:v1", "Z=1"]);

    [Fact]
    public void What_it_was_built_on_is_a_label_beside_the_others() => Values(
        For(image, options: new ImageBuildOptions { Labels = Words(("z", "1")) }, bases: [new("BASE", "base", "host/base:v1", "sha256:b"), new("OTHER", "base", "host/base:v1", "sha256:b")]), "--label")
        .ShouldBe(["releasetools.base.base=sha256:b", "z=1"]);

    [Fact]
    public void Caches_are_passed_on_as_they_are()
    {
        var cached = image with { CacheFrom = ["type=gha", "host/app:cache"], CacheTo = ["type=gha,mode=max"] };

        Values(For(cached, DockerBuilder.Buildx), "--cache-from").ShouldBe(["type=gha", "host/app:cache"]);
        Values(For(cached, DockerBuilder.Buildx), "--cache-to").ShouldBe(["type=gha,mode=max"]);
    }

    [Fact]
    public void Without_buildx_an_inline_cache_is_asked_for_by_its_build_argument()
    {
        var arguments = For(image with { CacheTo = ["type=inline"] });

        arguments.ShouldNotContain("--cache-to");
        Values(arguments, "--build-arg").ShouldBe(["BUILDKIT_INLINE_CACHE=1"]);
    }

    [Fact]
    public void A_newer_base_image_is_asked_for_when_the_user_wants_it_or_the_last_one_has_aged()
    {
        For(image, options: new ImageBuildOptions { Pull = true }).ShouldContain("--pull");
        DockerBuildArguments.For(image.Plan() with { HasAged = true }, Cli(DockerBuilder.BuiltInBuildKit), new ImageBuildOptions(), Input(image)).ShouldContain("--pull");
        For(image).ShouldNotContain("--pull");
    }

    [Fact]
    public void A_base_image_of_the_definition_is_not_asked_of_the_registry() =>
        For(image with { BaseImages = Words(("BASE", "base")) }, options: new ImageBuildOptions { Pull = true }).ShouldNotContain("--pull");

    [Fact]
    public void The_context_comes_last_and_cannot_be_taken_for_an_option() => For(image).TakeLast(2).ShouldBe(["--", "/w"]);

    private static IReadOnlyList<string> For(
        ReleaseImage image, DockerBuilder builder = DockerBuilder.BuiltInBuildKit, ImageBuildOptions? options = null, params BaseImage[] bases) =>
        DockerBuildArguments.For(image.Plan(), Cli(builder), options ?? new ImageBuildOptions(), Input(image, bases));

    private static DockerBuildInput Input(ReleaseImage image, params BaseImage[] bases) =>
        new(BuildFolder.Plain(image), "/t/id", bases, BuildSecrets.Of(image, _ => null));

    private static IEnumerable<string> Values(IReadOnlyList<string> arguments, string option) => arguments.Index().Where(one => one.Index > 0 && arguments[one.Index - 1] == option).Select(one => one.Item);
}
