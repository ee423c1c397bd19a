using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ReleaseTools.Engine.Images.Registries.Oci;

namespace ReleaseTools.Engine.Tests.Images.Registries.Oci;

/// <summary>A network of named hosts that are servers of the test, with an authority that its clients trust.</summary>
internal sealed class TestNetwork : IDisposable
{
    private readonly Dictionary<string, int> ports = new(StringComparer.Ordinal);
    private readonly List<IDisposable> owned = [];
    private readonly X509Certificate2 authority = Authority();

    /// <summary>The way to registries, with this network in place of the real one and all else as it is made for use.</summary>
    public RegistryHttp Http
    {
        get
        {
            var handler = RegistryHttp.CreateHandler();
            handler.UseProxy = false;
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { authority }, RevocationMode = X509RevocationMode.NoCheck };
            handler.ConnectCallback = async (context, token) =>
            {
                var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, ports.TryGetValue(host, out var mapped) ? mapped : host == "127.0.0.1" ? port : throw new SocketException((int)SocketError.HostNotFound), token);
                return new NetworkStream(socket, ownsSocket: true);
            };
            var http = new RegistryHttp(handler);
            owned.Add(http);
            return http;
        }
    }

    /// <summary>A host that speaks TLS with a certificate of the network's authority.</summary>
    public ScriptedServer Add(string host, Func<ScriptedServer.Request, ScriptedServer.Reply> answer) => Add(host, answer, Issue(host, authority));

    /// <summary>A host whose certificate is its own affair, or that has none.</summary>
    public ScriptedServer Add(string host, Func<ScriptedServer.Request, ScriptedServer.Reply> answer, X509Certificate2? certificate)
    {
        var server = new ScriptedServer(answer, certificate);
        owned.Add(server);
        ports[host] = server.Port;
        return server;
    }

    /// <summary>A certificate by nobody's authority but its own.</summary>
    public static X509Certificate2 SelfSigned(string host) => Issue(host, issuer: null);

    /// <summary>A certificate for another host.</summary>
    public X509Certificate2 CertificateOf(string host) => Issue(host, authority);

    public void Dispose()
    {
        owned.ForEach(one => one.Dispose());
        authority.Dispose();
    }

    private static X509Certificate2 Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Authority of a test", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
    }

    private static X509Certificate2 Issue(string host, X509Certificate2? issuer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        var (from, to) = (DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
        if (issuer is null)
            return request.CreateSelfSigned(from, to);
        using var issued = request.Create(issuer, from, to, RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }
}
