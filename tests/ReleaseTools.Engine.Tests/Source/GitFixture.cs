using CliWrap;
using ReleaseTools.Engine.Infrastructure;
using ReleaseTools.Engine.Releases.Source;

namespace ReleaseTools.Engine.Tests.Source;

/// <summary>A real repository whose folder <c>apps</c> is the workspace.</summary>
internal sealed class GitFixture : IDisposable
{
    /// <summary>An environment in which git takes every repository for another user's (git's own means of testing that).</summary>
    public static IReadOnlyDictionary<string, string> OfAnotherUser =>
        new Dictionary<string, string>(ProcessEnvironment.Variables, StringComparer.Ordinal) { ["GIT_TEST_ASSUME_DIFFERENT_OWNER"] = "1" };

    public TemporaryDirectory Repository { get; } = new();

    public string Workspace => Repository.PathOf("apps");

    public ReleaseImage Image => new()
    {
        Name = "web",
        Repository = "host/web",
        Workspace = Workspace,
        Context = Workspace,
        Dockerfile = Path.Combine(Workspace, "web/Dockerfile"),
        Inputs = [Path.Combine(Workspace, "web/src"), Path.Combine(Workspace, "shared")],
    };

    public void Dispose() => Repository.Dispose();

    public async Task<GitFixture> CommittedAsync()
    {
        Assert.SkipUnless(ExecutableLookup.Find("git", ProcessEnvironment.Variables) is not null, "git is not installed");
        Write("web/Dockerfile", "FROM scratch\n");
        Write("web/src/main", "1\n");
        Write("shared/lib", "1\n");
        Write("other/file", "1\n");
        Write(".gitignore", "*.log\ndist/\n");
        await GitAsync("init", "-q");
        await CommitAsync();
        return this;
    }

    public void Write(string relative, string content) => Repository.Write($"apps/{relative}", content);

    public async Task CommitAsync()
    {
        await GitAsync("add", "-A");
        await GitAsync("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false", "commit", "-q", "-m", "t");
    }

    public async Task<GitSnapshot> SnapshotAsync() => (await GitSnapshot.TakeAsync(Workspace, ProcessEnvironment.Variables, default)).ShouldNotBeNull();

    public Task<string?> FingerprintAsync() => FingerprintAsync(Image);

    public async Task<string?> FingerprintAsync(ReleaseImage image) =>
        await SourceFingerprint.ComputeAsync(image, await SnapshotAsync(), new Dictionary<string, string>(StringComparer.Ordinal), default);

    private async Task GitAsync(params string[] arguments) =>
        await Cli.Wrap("git").WithArguments(arguments).WithWorkingDirectory(Repository.Root).ExecuteAsync();
}
