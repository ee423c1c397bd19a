using System.Text.RegularExpressions;
using ReleaseTools.Engine.Inference.Endpoints;

namespace ReleaseTools.Engine.Tests.Inference.Endpoints;

public sealed partial class EndpointNamesTests
{
    private static readonly DateTimeOffset Time = new(2026, 5, 4, 10, 20, 30, TimeSpan.Zero);

    [Fact]
    public void A_name_tells_endpoint_release_and_time() => EndpointNames.For("stereo", "4f2c9e1", Time).ShouldBe("stereo-4f2c9e1-20260504T102030Z");

    [Fact]
    public void A_release_that_is_not_known_is_left_out() => EndpointNames.For("stereo", "", Time).ShouldBe("stereo-20260504T102030Z");

    [Fact]
    public void The_models_of_several_variants_are_numbered() => EndpointNames.For("stereo", "4f2c9e1", Time, 2).ShouldBe("stereo-4f2c9e1-20260504T102030Z-2");

    [Theory]
    [InlineData("stereo", "4f2c9e1a0b1c-dirty.0123456789ab")]
    [InlineData("an-endpoint-with-the-longest-name-that-sagemaker-would-ever-allow-63", "4f2c9e1")]
    [InlineData("an-endpoint-with-the-longest-name-that-sagemaker-would-ever-allow-63", "a_tag.with/everything--and_as_long_as_a_tag_of_an_image_can_be_made_by_people")]
    [InlineData("e", "___")]
    public void Every_name_is_one_that_SageMaker_takes(string endpoint, string tag)
    {
        var name = EndpointNames.For(endpoint, tag, Time, 10);
        name.Length.ShouldBeLessThanOrEqualTo(63);
        Allowed().IsMatch(name).ShouldBeTrue(name);
        name.ShouldContain("20260504T102030Z");
    }

    [GeneratedRegex("^[a-zA-Z0-9](-*[a-zA-Z0-9])*$")]
    private static partial Regex Allowed();
}
