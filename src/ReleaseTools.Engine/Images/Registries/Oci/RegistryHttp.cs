using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;

namespace ReleaseTools.Engine.Images.Registries.Oci;

/// <summary>The way to registries: one HTTP client, and what was learned of the hosts it came to.</summary>
public sealed class RegistryHttp : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    private static readonly Lazy<RegistryHttp> OfProcess = new(() => new RegistryHttp(CreateHandler()));

    /// <summary>Over a handler, which it disposes of.</summary>
    internal RegistryHttp(SocketsHttpHandler handler) => Client = new HttpMessageInvoker(handler, disposeHandler: true);

    /// <summary>The way that all commands of this process share, so that each finds the connections of the one before. It is never disposed of.</summary>
    public static RegistryHttp Shared => OfProcess.Value;

    /// <summary>The client. It gives an answer once its head is there; timeouts are the caller's, per attempt and by its clock.</summary>
    internal HttpMessageInvoker Client { get; }

    /// <summary>Hosts with port on this machine that did not speak TLS when last asked.</summary>
    internal ConcurrentDictionary<string, bool> PlainHosts { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public void Dispose() => Client.Dispose();

    /// <summary>A handler that follows no redirect, keeps no cookie and changes no byte of what it is sent.</summary>
    internal static SocketsHttpHandler CreateHandler()
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // a redirect must not take credentials along
            UseCookies = false,
            ActivityHeadersPropagator = null, // no traceparent of this machine for a registry
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5), // so that a registry that moved is found again
            Proxy = new PastProxyOnLoopback(HttpClient.DefaultProxy),
        };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, chain, errors) =>
            errors == SslPolicyErrors.None ? true : throw new UntrustedCertificateException(errors, chain?.ChainStatus.FirstOrDefault().StatusInformation.Trim());
        return handler;
    }

    /// <summary>The proxy that the process's environment names, but not for this machine, as docker has it.</summary>
    private sealed class PastProxyOnLoopback(IWebProxy proxy) : IWebProxy
    {
        public ICredentials? Credentials
        {
            get => proxy.Credentials;
            set => proxy.Credentials = value;
        }

        public Uri? GetProxy(Uri destination) => proxy.GetProxy(destination);

        public bool IsBypassed(Uri host) => RegistryAddress.IsOnLoopback(host) || proxy.IsBypassed(host);
    }
}

/// <summary>TLS is spoken, by somebody who need not be the registry.</summary>
internal sealed class UntrustedCertificateException(SslPolicyErrors errors, string? chainProblem) : Exception(Words(errors, chainProblem))
{
    private static string Words(SslPolicyErrors errors, string? chainProblem) =>
        errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) ? "there is none"
        : errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? "it is for another host"
        : string.IsNullOrEmpty(chainProblem) ? "it comes from no authority that this machine trusts"
        : chainProblem.TrimEnd('.');
}
