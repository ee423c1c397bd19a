using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ReleaseTools.Engine.Tests.Images.Docker;

/// <summary>An engine that answers a ping over TLS alone, with a certificate of its own authority, and only who has one of it.</summary>
internal sealed class TlsEngine : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, port: 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ECDsa authorityKey = ECDsa.Create();
    private readonly X509Certificate2 authority;
    private readonly X509Certificate2 own;
    private readonly Task serving;

    public TlsEngine()
    {
        var request = new CertificateRequest("CN=authority", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(2));
        using var client = Issue("CN=client");
        using var clientKey = client.GetECDsaPrivateKey()!;
        own = Issue("CN=engine");
        Files = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ca.pem"] = authority.ExportCertificatePem(), ["cert.pem"] = client.ExportCertificatePem(), ["key.pem"] = clientKey.ExportPkcs8PrivateKeyPem(),
        };
        listener.Start();
        serving = ServeAsync();
    }

    public string Address => $"tcp://{listener.LocalEndpoint}";

    /// <summary>What a client needs, by the names that docker gives the files.</summary>
    public IReadOnlyDictionary<string, string> Files { get; }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await serving;
        listener.Dispose();
        stop.Dispose();
        own.Dispose();
        authority.Dispose();
        authorityKey.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var connection = await listener.AcceptTcpClientAsync(stop.Token);
                await AnswerAsync(connection);
            }
            catch (Exception refused) when (refused is OperationCanceledException or IOException or System.Security.Authentication.AuthenticationException)
            {
                // the next one, unless this was the end
            }
        }
    }

    private async Task AnswerAsync(TcpClient connection)
    {
        await using var tls = new SslStream(connection.GetStream());
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = own,
                ClientCertificateRequired = true,
                RemoteCertificateValidationCallback = (_, client, _, _) => client?.Issuer == authority.Subject,
            },
            stop.Token);
        using var reader = new StreamReader(tls);
        while (await reader.ReadLineAsync(stop.Token) is { Length: > 0 })
        {
            // the request, whatever it asks
        }

        await tls.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK"), stop.Token);
    }

    private X509Certificate2 Issue(string subject)
    {
        using var key = ECDsa.Create();
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(authority, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }
}
