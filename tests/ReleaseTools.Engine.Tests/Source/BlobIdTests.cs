using ReleaseTools.Engine.Releases.Source;

namespace ReleaseTools.Engine.Tests.Source;

public sealed class BlobIdTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData("sha1", 0)]
    [InlineData("sha1", 6)]
    [InlineData("sha1", 300_000)]
    [InlineData("sha256", 300_000)]
    public async Task It_is_the_id_that_git_gives(string format, int length)
    {
        await GitFixture.RunGitAsync(directory.Root, "init", "-q", $"--object-format={format}");
        var file = directory.Write("file", new string('x', length));
        var given = (await GitFixture.RunGitAsync(directory.Root, "hash-object", "file")).Trim();

        var ids = BlobId.Like(given);

        ids.OfFile(new FileInfo(file)).ShouldBe(given);
        ids.Of(new string('x', length)).ShouldBe(given);
    }
}
