using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Builds;
using static ReleaseTools.Engine.Tests.Images.Builds.BuildTesting;

namespace ReleaseTools.Engine.Tests.Images.Builds;

public sealed class BuildOverridesTests
{
    private static readonly ReleaseImage Defined = Image("/w") with
    {
        BuildArgs = Words(("A", "1"), ("B", "2")), Target = "final", Platform = "linux/amd64", CacheFrom = ["type=gha"],
        Secrets = [new BuildSecret { Id = "npm", EnvironmentVariable = "NPM" }],
    };

    [Fact]
    public void Nothing_said_leaves_all_as_defined()
    {
        var image = Apply(new BuildOverrides());

        image.BuildArgs.ShouldBe(Defined.BuildArgs, ignoreOrder: true);
        image.Secrets.ShouldBe(Defined.Secrets);
        (image with { BuildArgs = Defined.BuildArgs, Secrets = Defined.Secrets }).ShouldBe(Defined);
    }

    [Fact]
    public void What_is_said_goes_over_the_definition_and_the_rest_stays()
    {
        var image = Apply(new BuildOverrides { BuildArgs = ["A=x=y", "C="], Target = "test", Platform = "linux/arm64", CacheFrom = ["host/cache"] });

        image.BuildArgs.ShouldBe(Words(("A", "x=y"), ("B", "2"), ("C", "")), ignoreOrder: true);
        (image.Target, image.Platform).ShouldBe(("test", "linux/arm64"));
        image.CacheFrom.ShouldBe(["host/cache"]);
    }

    [Fact]
    public void A_build_argument_without_a_value_takes_the_variable_of_its_name() => Apply(new BuildOverrides { BuildArgs = ["HTTP_PROXY"] }).BuildArgs["HTTP_PROXY"].ShouldBe("http://proxy");

    [Fact]
    public void A_build_argument_that_a_base_image_is_given_by_is_an_error() =>
        Should.Throw<ReleaseException>(() => new BuildOverrides { BuildArgs = ["BASE=x"] }.ApplyTo(
            new ReleaseImage { Name = "web", Repository = "r/web", Workspace = "/w", BaseImages = new Dictionary<string, string> { ["BASE"] = "runtime" } }, _ => null))
            .Id.ShouldBe(nameof(Messages.BuildArgIsBaseImage));

    [Fact]
    public void Base_images_that_are_built_along_share_the_platform_alone()
    {
        var shared = new BuildOverrides { BuildArgs = ["A=1"], Target = "final", Platform = "linux/arm64", CacheFrom = ["c"] }.ForBaseImages;

        (shared.Platform, shared.Target, shared.BuildArgs.Count, shared.CacheFrom.Count).ShouldBe(("linux/arm64", null, 0, 0));
    }

    [Fact]
    public void A_build_argument_without_value_and_variable_is_an_error_that_says_what_to_set()
    {
        var error = Should.Throw<ReleaseException>(() => Apply(new BuildOverrides { BuildArgs = ["GONE"] }));

        error.Id.ShouldBe(nameof(Messages.BuildArgWithoutValue));
        error.RecommendedAction.ShouldContain("-BuildArg GONE=VALUE");
    }

    [Fact]
    public void Secrets_are_taken_as_docker_takes_them_and_one_of_the_same_id_goes_over_the_definitions()
    {
        var secrets = Apply(new BuildOverrides { Secrets = ["id=npm,src=.npmrc", "type=env,id=pip,env=PIP_TOKEN"], Folder = "/home/ops" }).Secrets;

        secrets.ShouldBe([new BuildSecret { Id = "npm", File = "/home/ops/.npmrc" }, new BuildSecret { Id = "pip", EnvironmentVariable = "PIP_TOKEN" }]);
    }

    [Theory]
    [InlineData("s3cr3t-value")]
    [InlineData("id=npm,value=s3cr3t-value")]
    [InlineData("id=npm,s3cr3t-value")]
    [InlineData("id=npm")]
    [InlineData("id=npm,env=A,src=b")]
    [InlineData("id=s3cr3t value,env=A")]
    [InlineData("id=npm,env=s3cr3t-value")]
    public void What_is_no_secret_is_an_error_that_does_not_repeat_it(string text)
    {
        var error = Should.Throw<ReleaseException>(() => Apply(new BuildOverrides { Secrets = [text] }));

        error.Id.ShouldBe(nameof(Messages.BuildSecretInvalid));
        $"{error.Message}{error.RecommendedAction}{error.Target}".ShouldNotContain("s3cr3t");
    }

    [Fact]
    public void A_platform_or_stage_that_is_none_is_an_error()
    {
        Should.Throw<ReleaseException>(() => Apply(new BuildOverrides { Platform = "linux/amd64,linux/arm64" })).Id.ShouldBe(nameof(Messages.BuildPlatformInvalid));
        Should.Throw<ReleaseException>(() => Apply(new BuildOverrides { Target = "--help" })).Id.ShouldBe(nameof(Messages.BuildTargetInvalid));
    }

    private static ReleaseImage Apply(BuildOverrides overrides) => overrides.ApplyTo(Defined, name => name == "HTTP_PROXY" ? "http://proxy" : null);
}
