using System.Globalization;

namespace ReleaseTools.Engine.Releases.Workspace;

/// <summary>
/// The labels that say where an image comes from
/// (https://github.com/opencontainers/image-spec/blob/main/annotations.md): the commit, the time, the repository's URL.
/// </summary>
/// <remarks>Of a clean tree the time is the commit's, so that the same source gives the same image wherever and whenever it is built.</remarks>
public static class ImageLabels
{
    private const string Prefix = "org.opencontainers.image.";

    /// <summary>The labels of an image that is built now; outside git the time alone.</summary>
    /// <exception cref="Errors.ReleaseException">GitFailed, GitRefusesOwner.</exception>
    public static async Task<IReadOnlyDictionary<string, string>> OfAsync(ReleaseWorkspace workspace, CancellationToken cancellationToken)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        var git = await workspace.GitAsync(cancellationToken);
        var created = git is not null && !await git.IsDirtyAsync(cancellationToken) ? await git.GetCommitTimeAsync(cancellationToken) : workspace.Clock.GetUtcNow();
        labels[$"{Prefix}created"] = created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        if (git is null)
            return labels;

        labels[$"{Prefix}revision"] = git.Commit;
        if (await git.GetRemoteUrlAsync(cancellationToken) is { } url)
            labels[$"{Prefix}source"] = url;
        return labels;
    }
}
