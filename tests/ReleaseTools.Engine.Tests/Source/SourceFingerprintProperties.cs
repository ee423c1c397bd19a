using System.Security.Cryptography;
using CliWrap;
using FsCheck;
using FsCheck.Fluent;

namespace ReleaseTools.Engine.Tests.Source;

/// <summary>Over random edits the fingerprint is the same exactly when Docker gets the same files.</summary>
public sealed class SourceFingerprintProperties
{
    private static readonly string[] Files =
    [
        "web/Dockerfile", "web/src/main", "web/src/debug.log", "web/src/dist/app", "web/src/notes.tmp", "web/src/d/e", "web/src/left/out", "web/src/left/kept",
        "web/src/-dash", "web/src/qu\"o\\te\n", "web/src/\u00e9\u00e9 日本", "web/src/[x]", "shared/lib", "shared/lib/inner", "other/file", "web/README",
    ];

    private static readonly string[] Contents = ["1\n", "2\n", "3\n", "", "main"];

    private enum Edit
    {
        Write,
        WriteAsEarlier,
        Touch,
        Delete,
        Execute,
        Link,
        Move,
        Stage,
        StageAll,
        IntendToAdd,
        Unstage,
        RemoveFromIndex,
        Commit,
        CommitAll,
        Stash,
        Unstash,
        CheckOut,
        LookAway,
        LookAgain,
        SkipInTree,
    }

    [Fact]
    public async Task The_fingerprint_is_the_same_exactly_when_docker_gets_the_same_files()
    {
        using var probe = new GitFixture();
        await probe.CommittedAsync(); // skips where there is no git
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Modes, links and some of the names are not for Windows.");

        // A few files, so that what is done to one meets what was done to it before.
        var scripts = Gen.Shuffle(Files).SelectMany(files => Edits(files[..3]).ListOf(25));
        var property = Prop.ForAll(scripts.ToArbitrary(), script => RunAsync(script).GetAwaiter().GetResult());

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(12), property);
    }

    private static Gen<(Edit Edit, string File, string Content)> Edits(string[] files) =>
        Gen.Elements(Enum.GetValues<Edit>()).Zip(Gen.Elements(files)).Zip(Gen.Elements(Contents)).Select(drawn => (drawn.Item1.Item1, drawn.Item1.Item2, drawn.Item2));

    private static async Task RunAsync(IEnumerable<(Edit Edit, string File, string Content)> script)
    {
        using var fixture = new GitFixture();
        fixture.Write(".dockerignore", "**/*.tmp\nweb/src/left\n!web/src/left/kept\n");
        await fixture.CommittedAsync();
        var (ofFiles, ofFingerprint) = (new Dictionary<string, string>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var (edit, file, content) in script)
        {
            await ApplyAsync(fixture, edit, file, content);
            var files = WhatDockerGets(fixture);
            var fingerprint = (await fixture.FingerprintAsync()).ShouldNotBeNull();
            if (!ofFiles.TryAdd(files, fingerprint))
                fingerprint.ShouldBe(ofFiles[files], $"after {edit} of {file} Docker gets what it once got");
            if (!ofFingerprint.TryAdd(fingerprint, files))
                string.Equals(files, ofFingerprint[fingerprint], StringComparison.Ordinal).ShouldBeTrue($"after {edit} of {file} Docker gets something else");
        }
    }

    /// <summary>The files at the inputs, by a reading of their own: path, kind, content.</summary>
    private static string WhatDockerGets(GitFixture fixture)
    {
        var found = new List<string>();
        foreach (var input in (string[])["web/src", "shared", "web/Dockerfile"])
            Add(input);
        return string.Join('\0', found.Order(StringComparer.Ordinal));

        void Add(string path)
        {
            var full = fixture.PathOf(path);
            if (IsLeftOut(path))
                return;
            if (new FileInfo(full).LinkTarget is { } target)
                found.Add($"{path} -> {target}");
            else if (Directory.Exists(full))
                Array.ForEach(Directory.GetFileSystemEntries(full), entry => Add($"{path}/{Path.GetFileName(entry)}"));
            else if (File.Exists(full) && !OperatingSystem.IsWindows())
                found.Add($"{path} {File.GetUnixFileMode(full).HasFlag(UnixFileMode.UserExecute)} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(full)))}");
        }

        static bool IsLeftOut(string path) => path.EndsWith(".tmp", StringComparison.Ordinal) || (path.StartsWith("web/src/left/", StringComparison.Ordinal) && path is not "web/src/left/kept");
    }

    private static async Task ApplyAsync(GitFixture fixture, Edit edit, string file, string content)
    {
        var path = fixture.PathOf(file);
        switch (edit)
        {
            case Edit.Write:
                Put(fixture, file, content);
                break;
            case Edit.WriteAsEarlier when File.Exists(path): // as a tool does that keeps times, within the same second
                var time = File.GetLastWriteTimeUtc(path);
                Put(fixture, file, content);
                File.SetLastWriteTimeUtc(path, time);
                break;
            case Edit.Touch when File.Exists(path) && new FileInfo(path).LinkTarget is null:
                File.SetLastWriteTimeUtc(path, new DateTime(2001, 1, 1, 0, 0, content.Length, DateTimeKind.Utc));
                break;
            case Edit.Delete when Directory.Exists(Path.GetDirectoryName(path)) && !Directory.Exists(path):
                File.Delete(path);
                break;
            case Edit.Execute when File.Exists(path) && new FileInfo(path).LinkTarget is null && !OperatingSystem.IsWindows():
                File.SetUnixFileMode(path, File.GetUnixFileMode(path) ^ UnixFileMode.UserExecute);
                break;
            case Edit.Link when content.Length > 0:
                MakeRoom(fixture, file);
                File.Delete(path);
                File.CreateSymbolicLink(path, content.Trim());
                break;
            case Edit.Move:
                await TryGitAsync(fixture, "mv", "-k", $"apps/{file}", $"apps/{Files[content.Length + 3]}");
                break;
            case >= Edit.Stage:
                await TryGitAsync(fixture, OfGit(edit, $"apps/{file}"));
                break;
        }
    }

    private static string[] OfGit(Edit edit, string file) => edit switch
    {
        Edit.Stage => ["add", "-f", "--", file],
        Edit.StageAll => ["add", "-A"],
        Edit.IntendToAdd => ["add", "-N", "-f", "--", file],
        Edit.Unstage => ["reset", "-q"],
        Edit.RemoveFromIndex => ["rm", "-q", "-r", "--cached", "--", file],
        Edit.Commit => ["commit", "-q", "-m", "c"],
        Edit.CommitAll => ["commit", "-q", "-a", "-m", "c"],
        Edit.Stash => ["stash", "-q", "-u"],
        Edit.Unstash => ["stash", "pop", "-q"],
        Edit.CheckOut => ["checkout", "-q", "--", file],
        Edit.LookAway => ["update-index", "--assume-unchanged", file],
        Edit.LookAgain => ["update-index", "--no-assume-unchanged", "--no-skip-worktree", file],
        _ => ["update-index", "--skip-worktree", file],
    };

    /// <summary>Git may well refuse: that is an edit that did nothing.</summary>
    private static async Task TryGitAsync(GitFixture fixture, params string[] arguments) =>
        await Cli.Wrap("git").WithArguments(["-c", "user.name=t", "-c", "user.email=t@example.com", "--literal-pathspecs", .. arguments])
            .WithWorkingDirectory(fixture.Repository.Root).WithValidation(CommandResultValidation.None).ExecuteAsync();

    private static void Put(GitFixture fixture, string file, string content)
    {
        MakeRoom(fixture, file);
        File.Delete(fixture.PathOf(file)); // it may be a link
        fixture.Write(file, content);
    }

    /// <summary>Takes away what stands in a file's way: a file where its folder is to be, or a folder where itself is.</summary>
    private static void MakeRoom(GitFixture fixture, string file)
    {
        var (path, parent) = (fixture.PathOf(file), fixture.PathOf(Path.GetDirectoryName(file)!));
        if (new FileInfo(parent) is { Exists: true } or { LinkTarget: not null })
            File.Delete(parent);
        Directory.CreateDirectory(parent);
        if (Directory.Exists(path) && new FileInfo(path).LinkTarget is null)
            Directory.Delete(path, recursive: true);
    }
}
