using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Tests.Reporting;

public sealed class WordsTests
{
    [Theory]
    [InlineData(0.04, "0.0s")]
    [InlineData(2.39, "2.3s")]
    [InlineData(9.99, "9.9s")]
    [InlineData(59.9, "59s")]
    [InlineData(72, "1m 12s")]
    [InlineData(5400, "1h 30m")]
    [InlineData(90_000, "25h 0m")]
    public void A_duration_is_said_in_its_two_greatest_units(double seconds, string expected) =>
        Words.Duration(TimeSpan.FromSeconds(seconds)).ShouldBe(expected);

    [Theory]
    [InlineData(999, "999 B")]
    [InlineData(1_000, "1.0 kB")]
    [InlineData(12_400_000, "12.4 MB")]
    [InlineData(1_500_000_000, "1.5 GB")]
    public void A_size_is_said_in_decimal_units(long bytes, string expected) => Words.Size(bytes).ShouldBe(expected);

    [Theory]
    [InlineData("sha256:0123456789abcdef0123456789abcdef", "sha256:0123456789ab")]
    [InlineData("src-0123456789abcdef", "src-0123456789ab")]
    [InlineData("sha256:new", "sha256:new")]
    public void A_digest_keeps_its_algorithm_and_twelve_characters(string digest, string expected) => Words.Digest(digest).ShouldBe(expected);
}
