using System.Text.RegularExpressions;

namespace ReleaseTools.Engine.Releases.Source;

/// <summary>Where a repository comes from, as everybody may read it.</summary>
internal static partial class GitRemote
{
    private const string Origin = "origin";

    /// <summary>The URL of <c>origin</c>, or of the only remote; null where there is none, or it is no URL.</summary>
    /// <param name="configuration">What <c>git config --null --list</c> writes: names and values, each name in front of a line end.</param>
    public static string? PublicUrl(string configuration)
    {
        var urls = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in configuration.Split('\0'))
        {
            if (entry.Split('\n', 2) is [var key, var url] && key.StartsWith("remote.", StringComparison.Ordinal) && key.EndsWith(".url", StringComparison.Ordinal))
                urls.TryAdd(key["remote.".Length..^".url".Length], url); // a remote may have several, and is fetched from the first
        }

        return urls.GetValueOrDefault(Origin) is { } origin ? WithoutCredentials(origin) : urls.Count == 1 ? WithoutCredentials(urls.Values.Single()) : null;
    }

    /// <summary>
    /// A URL without what lets somebody in: the user information of http and https, which may be a token, their query, and
    /// passwords. Null for a path of this machine, and for what cannot be read.
    /// </summary>
    internal static string? WithoutCredentials(string url)
    {
        if (!url.Contains("://", StringComparison.Ordinal))
            return Scp().IsMatch(url) ? url : null;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var read) || read.IsFile || read.Host.Length == 0)
            return null;
        var user = read.Scheme is "ssh" or "git+ssh" && read.UserInfo.Split(':')[0] is { Length: > 0 } name ? $"{name}@" : "";
        return $"{read.Scheme}://{user}{read.GetComponents(UriComponents.Host | UriComponents.Port, UriFormat.UriEscaped)}{read.GetComponents(UriComponents.Path | UriComponents.KeepDelimiter, UriFormat.UriEscaped)}";
    }

    // user@host:path, as ssh has it (git-clone(1), "GIT URLS"). The user is no secret, and there is no password. One letter is a drive.
    [GeneratedRegex(@"\A([^@:/\\\s]+@[^@:/\\\s]+|[^@:/\\\s]{2,}):[^:@\\\s][^@\\\s]*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Scp();
}
