using CliWrap;
using CliWrap.Buffered;
using ReleaseTools.Engine.Infrastructure;
using ReleaseTools.Engine.Releases.Source;

namespace ReleaseTools.Engine.Tests.Source;

/// <summary>A real repository whose folder <c>apps</c> is the workspace.</summary>
/// <param name="workspace">A workspace that is there already; one of the fixture's own when left out.</param>
internal sealed class GitFixture(string? workspace = null) : IDisposable
{
    /// <summary>An environment in which git takes every repository for another user's (git's own means of testing that).</summary>
    public static IReadOnlyDictionary<string, string> OfAnotherUser =>
        new Dictionary<string, string>(ProcessEnvironment.Variables, StringComparer.Ordinal) { ["GIT_TEST_ASSUME_DIFFERENT_OWNER"] = "1" };

    public TemporaryDirectory Repository { get; } = new();

    public string Workspace => workspace ?? Repository.PathOf("apps");

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
        Write(".releasetools/.gitignore", "*\n"); // something was built here: what git told is kept
        await GitAsync("init", "-q");
        await CommitAsync();
        return this;
    }

    public void Write(string relative, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(relative))!);
        File.WriteAllText(PathOf(relative), content);
    }

    public string PathOf(string relative) => Path.Combine(Workspace, relative);

    /// <summary>Adds a submodule with a file <c>file</c>, not committed yet; gives the repository that it comes from.</summary>
    public async Task<TemporaryDirectory> WithSubmoduleAsync(string path)
    {
        var library = new TemporaryDirectory();
        library.Write("file", "1");
        await RunGitAsync(library.Root, "init", "-q");
        await CommitAsync(library.Root);
        await GitAsync("submodule", "--quiet", "add", library.Root, $"apps/{path}");
        return library;
    }

    /// <summary>Makes a repository that the fixture's own does not know, with a file <c>src/file</c>.</summary>
    public async Task WithRepositoryAsync(string path)
    {
        Write($"{path}/src/file", "1");
        await RunGitAsync(PathOf(path), "init", "-q");
        await CommitAsync(PathOf(path));
    }

    public Task CommitAsync() => CommitAsync(Repository.Root);

    /// <summary>Commits all that lies in a repository.</summary>
    public static async Task CommitAsync(string folder)
    {
        await RunGitAsync(folder, "add", "-A");
        await RunGitAsync(folder, "commit", "-q", "--allow-empty", "-m", "t");
    }

    public async Task<GitSnapshot> SnapshotAsync() => (await GitSnapshot.TakeAsync(Workspace, ProcessEnvironment.Variables, default)).ShouldNotBeNull();

    public async Task<string> TagAsync() => await (await SnapshotAsync()).GetTagAsync(default);

    public Task<string?> FingerprintAsync() => FingerprintAsync(Image);

    public async Task<string?> FingerprintAsync(ReleaseImage image) => await FingerprintAsync(image, await SnapshotAsync());

    public static Task<string?> FingerprintAsync(ReleaseImage image, GitSnapshot? git) =>
        SourceFingerprint.ComputeAsync(image, git, new Dictionary<string, string?>(StringComparer.Ordinal), default);

    /// <summary>The fingerprint, which must be the one that is made of nothing but the files on disk.</summary>
    public async Task<string> ShouldBeAsOnDiskAsync(ReleaseImage? image = null)
    {
        var fingerprint = (await FingerprintAsync(image ?? Image)).ShouldNotBeNull();
        fingerprint.ShouldBe(await FingerprintAsync(image ?? Image, git: null));
        return fingerprint;
    }

    /// <summary>Runs git in the repository's root.</summary>
    public Task<string> GitAsync(params string[] arguments) => RunGitAsync(Repository.Root, arguments);

    /// <summary>Runs git in a folder.</summary>
    public static async Task<string> RunGitAsync(string folder, params string[] arguments)
    {
        string[] settings = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false", "-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main"];
        var ran = await Cli.Wrap("git").WithArguments([.. settings, .. arguments]).WithWorkingDirectory(folder).ExecuteBufferedAsync();
        return ran.StandardOutput;
    }
}
