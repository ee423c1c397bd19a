using ReleaseTools.Engine.Releases.Source;

namespace ReleaseTools.Engine.Tests.Source;

public sealed class GitRemoteTests
{
    [Theory]
    [InlineData("https://git.example.com/team/app.git", "https://git.example.com/team/app.git")]
    [InlineData("https://token@git.example.com/team/app", "https://git.example.com/team/app")]
    [InlineData("https://user:s%40cret@git.example.com:8443/app", "https://git.example.com:8443/app")]
    [InlineData("https://user:p@ss@git.example.com/app", null)]
    [InlineData("http://git.example.com/app?access_token=secret#x", "http://git.example.com/app")]
    [InlineData("https://git.example.com/@team/app", "https://git.example.com/@team/app")]
    [InlineData("ssh://git@git.example.com:2222/app", "ssh://git@git.example.com:2222/app")]
    [InlineData("ssh://git:secret@git.example.com/app", "ssh://git@git.example.com/app")]
    [InlineData("git@git.example.com:team/app.git", "git@git.example.com:team/app.git")]
    [InlineData("git.example.com:team/app.git", "git.example.com:team/app.git")]
    [InlineData("ftp://user:secret@git.example.com/app", "ftp://git.example.com/app")]
    [InlineData("https://user:se/cret@git.example.com/app", null)]
    [InlineData("user:secret@git.example.com:app", null)]
    [InlineData("ext::sh -c secret", null)]
    [InlineData("codecommit::eu-west-1://profile@app", null)]
    [InlineData("file:///srv/app.git", null)]
    [InlineData("/srv/app.git", null)]
    [InlineData("../app.git", null)]
    [InlineData(@"C:\repositories\app", null)]
    [InlineData("C:/repositories/app", null)]
    [InlineData("", null)]
    public void A_url_is_shown_without_what_lets_somebody_in_and_a_path_is_not_shown(string url, string? shown) =>
        GitRemote.WithoutCredentials(url).ShouldBe(shown);

    [Fact]
    public void The_first_url_of_a_remote_is_taken_and_names_may_hold_dots() =>
        GitRemote.PublicUrl("core.bare\nfalse\0remote.my.mirror.url\nhttps://a.example.com/x\0remote.my.mirror.url\nhttps://b.example.com/x\0remote.my.mirror.fetch\n+refs/*\0")
            .ShouldBe("https://a.example.com/x");
}
