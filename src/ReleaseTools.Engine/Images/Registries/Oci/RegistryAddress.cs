using System.Net;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Images.Registries.Oci;

/// <summary>Where a registry is, and under what name docker keeps its credentials.</summary>
/// <param name="Host">The host as references name it, with its port where one is given.</param>
/// <param name="Url">Its root, by https.</param>
/// <param name="ServerUrl">What docker's configuration and credential helpers know it by.</param>
internal sealed record RegistryAddress(string Host, Uri Url, string ServerUrl)
{
    private bool IsDockerHub => ServerUrl != Host;

    /// <summary>The registry of a host.</summary>
    /// <exception cref="ReleaseException"><c>ImageReferenceInvalid</c>: there is no such host or port.</exception>
    public static RegistryAddress Of(string host)
    {
        // Docker Hub is named by one host, keeps its images on another and its credentials under a third
        // (https://pkg.go.dev/github.com/docker/docker/registry, IndexServer and DefaultV2Registry).
        if (host.ToLowerInvariant() is "docker.io" or "index.docker.io")
            return new RegistryAddress(host, new Uri("https://registry-1.docker.io"), "https://index.docker.io/v1/");
        return Uri.TryCreate($"https://{host}/", UriKind.Absolute, out var url) && url.UserInfo.Length == 0
            ? new RegistryAddress(host, url, host)
            : throw ReleaseException.For(nameof(Messages.ImageReferenceInvalid), ErrorKind.InvalidArgument, host, host, "its host or port is none");
    }

    /// <summary>Whether a URL's host is 127.0.0.0/8, ::1 or localhost. <see cref="Uri.IsLoopback"/> would take "loopback" too.</summary>
    public static bool IsOnLoopback(Uri url) =>
        string.Equals(url.Host, "localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(url.DnsSafeHost, out var address) && IPAddress.IsLoopback(address);

    /// <summary>Whether a registry's word may lead there, by redirect or as its token server: by TLS, or from this machine to itself.</summary>
    public static bool MayLead(Uri from, Uri to) =>
        to.Scheme == Uri.UriSchemeHttps ? IsOnLoopback(from) || !IsOnLoopback(to) : to.Scheme == Uri.UriSchemeHttp && IsOnLoopback(from) && IsOnLoopback(to);

    /// <summary>The URL of a manifest in a repository of this registry.</summary>
    /// <param name="path">The repository's path.</param>
    /// <param name="reference">The tag or digest.</param>
    public Uri Manifest(string path, string reference) => new(Url, $"/v2/{Name(path)}/manifests/{reference}");

    /// <summary>The URL of a blob in a repository of this registry.</summary>
    public Uri Blob(string path, string digest) => new(Url, $"/v2/{Name(path)}/blobs/{digest}");

    // On Docker Hub a name of one part is one of Docker's own images.
    private string Name(string path) => IsDockerHub && !path.Contains('/', StringComparison.Ordinal) ? $"library/{path}" : path;
}
