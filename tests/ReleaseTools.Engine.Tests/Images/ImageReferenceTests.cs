using FsCheck;
using FsCheck.Fluent;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images;

namespace ReleaseTools.Engine.Tests.Images;

public sealed class ImageReferenceTests
{
    private const string Digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Fact]
    public void What_is_put_together_by_the_grammar_is_read_back_part_by_part()
    {
        var label = Gen.Elements("a", "ecr", "x-1", "dkr", "b2");
        var host = from labels in Gen.NonEmptyListOf(label)
                   from port in Gen.Elements("", ":5000", ":443")
                   select string.Join('.', labels.Take(4).Append("com")) + port;
        var part = from head in Gen.Elements("a", "web", "0", "team2")
                   from joint in Gen.Elements("", ".", "_", "__", "-", "---")
                   from tail in Gen.Elements("ui", "1")
                   select head + joint + tail;
        var path = Gen.NonEmptyListOf(part).Select(parts => string.Join('/', parts.Take(4)));
        var tag = Gen.Elements(null, "latest", "_x", "1.2.3-rc.1", new string('a', 128));
        var digest = Gen.Elements(null, Digest);
        var references = from h in host from p in path from t in tag from d in digest select (h, p, t, d);

        Prop.ForAll(references.ToArbitrary(), parts =>
        {
            var text = $"{parts.h}/{parts.p}{(parts.t is null ? "" : ":" + parts.t)}{(parts.d is null ? "" : "@" + parts.d)}";
            var read = ImageReference.Parse(text);
            return read.ToString() == text && (read.Host, read.Path, read.Tag, read.Digest) == parts;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Any_text_at_all_is_either_read_and_written_back_equal_or_has_a_problem() =>
        Prop.ForAll<string>(text => ImageReference.TryParse(text, out var reference, out var problem) ? reference.ToString() == text : problem.Length > 0)
            .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("", "empty")]
    [InlineData("web-ui", "no registry host")]
    [InlineData("team/web-ui", "is no registry host")]
    [InlineData("-a.com/web-ui", "is no registry host")]
    [InlineData("a.com:x/web-ui", "is no registry host")]
    [InlineData("https://a.com/web-ui", "is no registry host")]
    [InlineData("a.com/Web-UI", "lower case")]
    [InlineData("a.com/web//ui", "is no repository name")]
    [InlineData("a.com/web-", "is no repository name")]
    [InlineData("a.com/web___ui", "is no repository name")]
    [InlineData("a.com/web:.tag", "is no tag")]
    [InlineData("a.com/web:", "is no tag")]
    [InlineData("a.com/web@sha256:12", "is no digest")]
    [InlineData("a.com/web\n", "is no repository name")]
    public void What_is_wrong_is_said(string text, string problem) =>
        Should.Throw<ReleaseException>(() => ImageReference.Parse(text)).Message.ShouldContain(problem);

    [Fact]
    public void A_name_of_more_than_255_characters_is_refused() =>
        Should.Throw<ReleaseException>(() => ImageReference.Parse("a.com/" + new string('a', 250))).Message.ShouldContain("255");

    [Theory]
    [InlineData("a.com/web:1")]
    [InlineData("a.com/web@" + Digest)]
    public void A_repository_is_named_without_tag_and_digest(string text) =>
        Should.Throw<ReleaseException>(() => ImageReference.ParseRepository(text)).Id.ShouldBe(nameof(Messages.ImageReferenceInvalid));

    [Theory]
    [InlineData("localhost/web")]
    [InlineData("127.0.0.1:5000/web")]
    [InlineData("[::1]:5000/web")]
    [InlineData("123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/web-ui")]
    public void Hosts_that_docker_takes_for_hosts_are_taken(string text) => ImageReference.ParseRepository(text).ToString().ShouldBe(text);
}
