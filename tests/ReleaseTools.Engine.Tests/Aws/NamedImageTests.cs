using ReleaseTools.Engine.Aws.Ecr;

namespace ReleaseTools.Engine.Tests.Aws;

public sealed class NamedImageTests
{
    [Theory]
    [InlineData("nginx", "nginx", null, null)]
    [InlineData("nginx:1.27", "nginx", "1.27", null)]
    [InlineData("127.0.0.1:5000/web", "127.0.0.1:5000/web", null, null)]
    [InlineData("127.0.0.1:5000/web:latest", "127.0.0.1:5000/web", "latest", null)]
    [InlineData("host/team/web@sha256:ab", "host/team/web", null, "sha256:ab")]
    [InlineData("host/web:v1@sha256:ab", "host/web", "v1", "sha256:ab")]
    public void A_name_is_taken_apart(string text, string repository, string? tag, string? digest) => NamedImage.Parse(text).ShouldBe(new(repository, tag, digest));

    [Fact]
    public void Without_a_tag_latest_is_meant() => NamedImage.Parse("host/web").EffectiveTag.ShouldBe("latest");
}
