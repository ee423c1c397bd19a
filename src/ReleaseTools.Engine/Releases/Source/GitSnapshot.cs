using System.Globalization;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Infrastructure;
using ReleaseTools.Engine.Releases.Definition;

namespace ReleaseTools.Engine.Releases.Source;

/// <summary>
/// The workspace as git sees it. Taken once per command and shared. What costs time is asked for when it is needed, and once: a
/// release by a tag that is given does not look at the whole workspace.
/// </summary>
public sealed class GitSnapshot
{
    private const int ShortCommit = 12;

    private readonly GitFolder folder;
    private readonly object gate = new();
    private Task<IReadOnlyList<GitChange>>? changes;

    private GitSnapshot(string workspace, string commit, GitFolder folder)
    {
        Workspace = workspace;
        Commit = commit;
        this.folder = folder;
    }

    /// <summary>The workspace, absolute.</summary>
    public string Workspace { get; }

    /// <summary>The commit's whole hash.</summary>
    public string Commit { get; }

    /// <summary>Finds the workspace's repository and commit: one run of git, whatever the size.</summary>
    /// <param name="workspace">The workspace; it may be a folder of the repository.</param>
    /// <param name="environment">The environment git is looked for and run in. A repository that a git hook's environment names is not meant.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The snapshot; null where git is not installed, the workspace is in no repository, or nothing is committed yet.</returns>
    /// <exception cref="ReleaseException">GitFailed, GitRefusesOwner.</exception>
    public static async Task<GitSnapshot?> TakeAsync(string workspace, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        var path = WorkspacePaths.Real(workspace);
        return GitCli.Find(path, environment) is { } git ? await TakeAsync(workspace, path, git, cancellationToken).ConfigureAwait(false) : null;
    }

    /// <summary>The release tag of a snapshot.</summary>
    /// <exception cref="ReleaseException">TagRequired: there is none to take it from.</exception>
    public static async Task<string> RequireTagAsync(GitSnapshot? snapshot, string workspace, CancellationToken cancellationToken) =>
        snapshot is not null
            ? await snapshot.GetTagAsync(cancellationToken).ConfigureAwait(false)
            : throw ReleaseException.For(nameof(Messages.TagRequired), ErrorKind.InvalidArgument, workspace, workspace);

    /// <summary>Whether something in the workspace differs from the commit; ignored files do not count, nor what git was told to look away from.</summary>
    /// <exception cref="ReleaseException">GitFailed.</exception>
    public async Task<bool> IsDirtyAsync(CancellationToken cancellationToken) => (await ChangesAsync(cancellationToken).ConfigureAwait(false)).Count > 0;

    /// <summary>The release tag: the commit's first 12 characters, and <c>-dirty.</c> with a hash of the changes where the tree is not clean.</summary>
    /// <exception cref="ReleaseException">GitFailed, SourceUnreadable.</exception>
    public async Task<string> GetTagAsync(CancellationToken cancellationToken)
    {
        var differing = await ChangesAsync(cancellationToken).ConfigureAwait(false);
        if (differing.Count == 0)
            return Commit[..ShortCommit];

        var known = await folder.ReadAsync(differing.Where(change => change.IsTracked).Select(change => (change.Path, (string?)change.Mode)), cancellationToken).ConfigureAwait(false);
        var others = await FileSources.ReadAsync(
            folder.Path, differing.Where(change => !change.IsTracked).Select(change => change.Path), (_, _) => false, BlobId.Like(Commit), cancellationToken).ConfigureAwait(false);
        var files = known.Concat(others).ToList();
        foreach (var change in differing.Where(change => change.IsTracked).ExceptBy(known.Select(file => file.Name), change => change.Path, StringComparer.Ordinal))
            files.Add(new SourceFile(change.Path, change.Mode, await IdOfFolderAsync(change, cancellationToken).ConfigureAwait(false)));
        using var hash = new ContentHash();
        foreach (var file in files.OrderBy(file => file.Name, StringComparer.Ordinal))
            hash.Add(file.Name, file.Mode, file.Id);
        return $"{Commit[..ShortCommit]}-dirty.{hash.ToHex()[..8]}";
    }

    /// <summary>When the commit was made: its committer's date.</summary>
    /// <exception cref="ReleaseException">GitFailed.</exception>
    public async Task<DateTimeOffset> GetCommitTimeAsync(CancellationToken cancellationToken)
    {
        var time = await folder.Git.ReadAsync(["log", "--max-count=1", "--no-show-signature", "--format=%cI", Commit, "--"], cancellationToken).ConfigureAwait(false);
        return DateTimeOffset.Parse(time.Trim(), CultureInfo.InvariantCulture);
    }

    /// <summary>The URL of <c>origin</c>, or of the only remote, without credentials; null where there is none, or it is a path of this machine.</summary>
    /// <exception cref="ReleaseException">GitFailed.</exception>
    public async Task<string?> GetRemoteUrlAsync(CancellationToken cancellationToken) =>
        GitRemote.PublicUrl(await folder.Git.ReadAsync(["config", "--null", "--list"], cancellationToken).ConfigureAwait(false));

    /// <summary>Lists what lies at some paths of the workspace, as <see cref="GitFolder.ListAsync"/> does.</summary>
    internal Task<SourceListing> ListAsync(IReadOnlyCollection<string> names, bool withUnignored, CancellationToken cancellationToken) =>
        folder.ListAsync(names, withUnignored, cancellationToken);

    /// <summary>Lists what the commit holds at some paths of the workspace.</summary>
    internal Task<SourceListing> ListCommitAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken) => folder.ListCommitAsync(Commit, names, cancellationToken);

    /// <summary>The files that are at some paths of the workspace, as git would take them.</summary>
    internal Task<IReadOnlyList<SourceFile>> ReadAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken) => folder.ReadAsync(names, cancellationToken);

    private static async Task<GitSnapshot?> TakeAsync(string workspace, string path, GitCli git, CancellationToken cancellationToken)
    {
        var found = await git.TryReadAsync(["rev-parse", "--revs-only", "HEAD", "--show-prefix", "--git-path", "index"], cancellationToken).ConfigureAwait(false);
        if (found?.Split('\n') is not [var commit, _, .., var index, ""] || commit.Length < ShortCommit || !commit.All(char.IsAsciiHexDigit))
            return null; // before the first commit the folder comes first
        var prefix = found[(commit.Length + 1)..^(index.Length + 2)];
        var file = Path.GetFullPath(index, path);
        if (!Ends(path, prefix)) // a name may go over several lines, and then nobody can tell which are whose
            (prefix, file) = ((await git.ReadAsync(["rev-parse", "--show-prefix"], cancellationToken).ConfigureAwait(false))[..^1], null);
        return new(workspace, commit, new GitFolder(git, path, prefix, new GitIndex(git, path, file), BlobId.Like(commit)));

        static bool Ends(string path, string prefix) => $"{path}/".Replace(Path.DirectorySeparatorChar, '/').EndsWith($"/{prefix}", StringComparison.Ordinal);
    }

    private Task<IReadOnlyList<GitChange>> ChangesAsync(CancellationToken cancellationToken)
    {
        lock (gate)
            return changes ??= LookAsync(cancellationToken);
    }

    /// <summary>Looks at the whole workspace.</summary>
    /// <remarks>
    /// Of a new folder git is asked for no more than that it is there, as <c>git status</c> is by default: only so does it use the
    /// untracked cache, where somebody keeps one (git-update-index(1)). What is in such a folder is asked for afterwards.
    /// </remarks>
    private async Task<IReadOnlyList<GitChange>> LookAsync(CancellationToken cancellationToken)
    {
        // Without a path, again for the cache's sake.
        string[] all = folder.IsRoot ? [] : ["--", "."];
        var status = await folder.Git.ReadAsync(["status", "--porcelain=v2", "-z", "--no-renames", "--untracked-files=normal", .. all], cancellationToken).ConfigureAwait(false);
        var found = GitStatus.Parse(status).Select(change => change with { Path = folder.FromRoot(change.Path) }).ToList();
        var folders = found.Where(change => change.Path is "" or [.., '/']).ToList();
        if (folders.Count > 0)
        {
            var files = await folder.Git.ReadAsync(
                ["ls-files", "--others", "--exclude-standard", "-z", "--", .. folders.Select(change => change.Path is "" ? "." : change.Path)], cancellationToken).ConfigureAwait(false);
            var others = files.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(file => new GitChange(file.TrimEnd('/'), IsTracked: false, DiffersFromIndex: true, SourceFile.Regular));
            found = [.. found.Except(folders), .. others];
        }

        return [.. found.Where(change => !SourceName.IsAt(OwnFolder.Name, change.Path))];
    }

    /// <summary>What stands for a folder where a change is: the tag of a submodule; nothing where nothing is there.</summary>
    private async Task<string> IdOfFolderAsync(GitChange change, CancellationToken cancellationToken)
    {
        var path = folder.OnDisk(change.Path);
        return Path.Exists(Path.Combine(path, ".git")) && await TakeAsync(path, path, folder.Git.In(path), cancellationToken).ConfigureAwait(false) is { } inner
            ? await inner.GetTagAsync(cancellationToken).ConfigureAwait(false)
            : "";
    }
}
