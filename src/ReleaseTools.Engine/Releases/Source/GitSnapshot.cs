using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Releases.Source;

/// <summary>
/// The workspace as git sees it at one moment: the commit, and what differs from it. Taken once per command and shared, so that every image is
/// judged by the same state.
/// </summary>
public sealed class GitSnapshot
{
    /// <summary>The module's own folder in a workspace. What it writes there during a release must not change what is released.</summary>
    internal const string OwnFolder = ".releasetools";

    private readonly string root;
    private readonly GitCli git;
    private readonly IReadOnlyList<GitChange> changes;
    private readonly IReadOnlyList<string> ignored;

    private GitSnapshot(string workspace, string root, string commit, string tag, IReadOnlyList<GitChange> changes, IReadOnlyList<string> ignored, GitCli git)
    {
        Workspace = workspace;
        this.root = root;
        Commit = commit;
        this.changes = changes;
        this.ignored = ignored;
        this.git = git;
        Tag = tag;
    }

    /// <summary>The workspace, absolute.</summary>
    public string Workspace { get; }

    /// <summary>The commit's whole hash.</summary>
    public string Commit { get; }

    /// <summary>Whether something in the workspace differs from the commit; ignored files do not count.</summary>
    public bool IsDirty => changes.Count > 0;

    /// <summary>The release tag: the commit's first 12 characters, and <c>-dirty.</c> with a hash of the changes where the tree is not clean.</summary>
    public string Tag { get; }

    /// <summary>Looks at the workspace: two runs of git, whatever the size.</summary>
    /// <param name="workspace">The workspace; it may be a folder of the repository.</param>
    /// <param name="environment">The environment git is looked for and run in.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The snapshot; null where git is not installed, the workspace is in no repository, or nothing is committed yet.</returns>
    /// <exception cref="ReleaseException">GitFailed, GitRefusesOwner.</exception>
    public static async Task<GitSnapshot?> TakeAsync(string workspace, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        if (GitCli.Find(workspace, environment) is not { } git)
            return null;
        if (await git.ReadAsync(["rev-parse", "--show-toplevel", "--show-prefix"], cancellationToken).ConfigureAwait(false) is not { } found)
            return null;
        var lines = found.Split('\n');
        var (root, prefix) = (lines[0], lines[1]);
        var output = await git.ReadAsync(["status", "--porcelain=v2", "--branch", "-z", "--no-renames", "--untracked-files=all", "--ignored=matching", "--", "."], cancellationToken).ConfigureAwait(false);
        var status = GitStatus.Parse(output!);
        var others = status.Changes.Where(change => !change.Path.StartsWith($"{prefix}{OwnFolder}/", StringComparison.Ordinal)).ToList();
        return status.Commit is { } commit ? new(workspace, root, commit, TagOf(commit, root, others, cancellationToken), others, status.Ignored, git) : null;
    }

    /// <summary>The release tag of a snapshot.</summary>
    /// <exception cref="ReleaseException">TagRequired: there is none to take it from.</exception>
    public static string RequireTag(GitSnapshot? snapshot, string workspace) =>
        snapshot?.Tag ?? throw ReleaseException.For(nameof(Messages.TagRequired), ErrorKind.InvalidArgument, workspace, workspace);

    /// <summary>When the commit was made: its committer's date.</summary>
    /// <exception cref="ReleaseException">GitFailed.</exception>
    public async Task<DateTimeOffset> GetCommitTimeAsync(CancellationToken cancellationToken) =>
        DateTimeOffset.Parse((await git.ReadAsync(["show", "--no-patch", "--format=%cI", Commit], cancellationToken).ConfigureAwait(false))!.Trim(), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The URL of <c>origin</c>, without credentials; null where there is none.</summary>
    public async Task<string?> GetRemoteUrlAsync(CancellationToken cancellationToken) =>
        (await git.ReadAsync(["config", "--default", "", "--get", "remote.origin.url"], cancellationToken).ConfigureAwait(false))?.Trim() is { Length: > 0 } url ? url : null;

    /// <summary>A path as git writes it: from the root, with <c>/</c>; null where it is outside the repository.</summary>
    internal string? InRepository(string path)
    {
        var relative = Path.GetRelativePath(root, Definition.WorkspacePaths.Real(path)).Replace('\\', '/');
        return relative.StartsWith("../", StringComparison.Ordinal) || relative is ".." || Path.IsPathRooted(relative) ? null : relative;
    }

    /// <summary>What of the commit's tree lies at these paths; paths that are not in it are left out.</summary>
    /// <param name="paths">Paths from the root, <c>.</c> for all of it.</param>
    /// <param name="files">Whether folders are listed file by file; else each path is one entry.</param>
    /// <param name="cancellationToken">Stops it.</param>
    internal async Task<IReadOnlyList<GitTreeEntry>> ListAsync(IReadOnlyCollection<string> paths, bool files, CancellationToken cancellationToken)
    {
        // -t: without it a folder is left out where another path lies within it. With it folders above the paths are listed as well.
        var all = paths.Contains(".", StringComparer.Ordinal);
        var output = await git.ReadAsync(["ls-tree", "-z", "--full-tree", files ? "-r" : "-t", Commit, "--", .. all ? [] : paths], cancellationToken).ConfigureAwait(false);
        return [.. output!.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(GitTreeEntry.Parse)
            .Where(entry => all || files || paths.Contains(entry.Path, StringComparer.Ordinal))];
    }

    /// <summary>The changes at or under these paths from the root, in order.</summary>
    internal IEnumerable<GitChange> ChangesAt(IReadOnlyCollection<string> paths) => changes.Where(change => paths.Any(path => IsAt(path, change.Path)));

    /// <summary>The ignored files and folders at or under these paths from the root, and those of the paths that lie in an ignored folder.</summary>
    internal IEnumerable<string> IgnoredAt(IReadOnlyCollection<string> paths) =>
        ignored.SelectMany(entry => paths.Any(path => IsAt(path, entry)) ? [entry] : paths.Where(path => IsAt(entry, path)));

    /// <summary>Where a path from the root lies on disk.</summary>
    internal string OnDisk(string path) => Path.Combine(root, path);

    private static bool IsAt(string folder, string path) =>
        folder is "." || string.Equals(path, folder, StringComparison.Ordinal) || path.StartsWith($"{folder}/", StringComparison.Ordinal);

    private static string TagOf(string commit, string root, List<GitChange> differing, CancellationToken cancellationToken)
    {
        if (differing.Count == 0)
            return commit[..12];
        var hash = new ContentHash();
        foreach (var change in differing)
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AddFile(change.Path, Path.Combine(root, change.Path));
        }

        return $"{commit[..12]}-dirty.{hash.ToHex()[..8]}";
    }
}

/// <summary>A file or folder of a commit's tree.</summary>
/// <param name="Mode">Git's mode, such as <c>100755</c>.</param>
/// <param name="Type"><c>blob</c>, <c>tree</c> or <c>commit</c>.</param>
/// <param name="Id">The object's id: the same id is the same content.</param>
/// <param name="Path">From the root, with <c>/</c>.</param>
internal sealed record GitTreeEntry(string Mode, string Type, string Id, string Path)
{
    /// <summary>Parses <c>mode SP type SP id TAB path</c>.</summary>
    public static GitTreeEntry Parse(string line)
    {
        var tab = line.IndexOf('\t', StringComparison.Ordinal);
        var parts = line[..tab].Split(' ');
        return new(parts[0], parts[1], parts[2], line[(tab + 1)..]);
    }
}
