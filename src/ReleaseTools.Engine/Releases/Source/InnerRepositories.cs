namespace ReleaseTools.Engine.Releases.Source;

/// <summary>The repositories within a folder of another one: submodules, and somebody else's that lie there. Names are from the folder, with <c>/</c>.</summary>
/// <remarks>
/// A folder with a <c>.git</c> need not be one. Git passes over a <c>.git</c> that is empty or broken, and would tell of the repository
/// around it; and a repository may have its files elsewhere (git-config(1), core.worktree). Then its names would be taken for others.
/// Such a folder is one like any other, of the repository around it.
/// </remarks>
/// <param name="git">Git.</param>
/// <param name="path">The folder.</param>
internal sealed class InnerRepositories(GitCli git, string path)
{
    private readonly Dictionary<string, bool> asked = new(StringComparer.Ordinal);

    /// <summary>Whether a path lies in what may be a repository within a folder.</summary>
    public static bool MayHold(string path, string name) => Above(path, name).Any();

    /// <summary>The repository that a path lies in, of several the innermost; empty where it lies in none, or is one itself.</summary>
    /// <exception cref="Errors.ReleaseException">GitFailed, GitRefusesOwner.</exception>
    public async Task<string> OfAsync(string name, CancellationToken cancellationToken)
    {
        foreach (var folder in Above(path, name))
        {
            if (await IsOneAsync(folder, cancellationToken).ConfigureAwait(false))
                return folder;
        }

        return "";
    }

    /// <summary>Whether a folder is the root of a repository's files.</summary>
    /// <exception cref="Errors.ReleaseException">GitFailed, GitRefusesOwner.</exception>
    public async Task<bool> IsOneAsync(string folder, CancellationToken cancellationToken)
    {
        if (!asked.TryGetValue(folder, out var isOne))
            asked[folder] = isOne = HasGit(path, folder) && await IsRootAsync(Path.Combine(path, folder), cancellationToken).ConfigureAwait(false);
        return isOne;
    }

    private async Task<bool> IsRootAsync(string folder, CancellationToken cancellationToken) =>
        await git.In(folder).TryReadAsync(["rev-parse", "--is-inside-work-tree", "--show-prefix"], cancellationToken).ConfigureAwait(false) is "true\n\n";

    /// <summary>The folders above a path that have a <c>.git</c>, from the innermost outwards.</summary>
    private static IEnumerable<string> Above(string path, string name)
    {
        for (var end = name.LastIndexOf('/'); end > 0 && name.AsSpan(0, end) is not [.., '.', '.']; end = name.LastIndexOf('/', end - 1))
        {
            if (HasGit(path, name[..end]))
                yield return name[..end];
        }
    }

    private static bool HasGit(string path, string folder) => Path.Exists(Path.Combine(path, folder, ".git"));
}
