using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Docker.DotNet.Handler.Abstractions;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Images.Docker;

/// <summary>
/// The certificates that <c>DOCKER_CERT_PATH</c> or a context names
/// (https://docs.docker.com/engine/security/protect-access/): the engine's must come from <c>ca.pem</c>, and it asks for ours.
/// </summary>
internal sealed class DockerCertificates : IAuthProvider, IDisposable
{
    private readonly X509Certificate2? authority;
    private readonly X509Certificate2? client;
    private readonly bool acceptsAny;

    private DockerCertificates(X509Certificate2? authority, X509Certificate2? client, bool acceptsAny)
    {
        this.authority = authority;
        this.client = client;
        this.acceptsAny = acceptsAny;
    }

    public bool TlsEnabled => true;

    public static DockerCertificates Load(DockerTls tls)
    {
        try
        {
            return new DockerCertificates(
                tls.Authority is null ? null : X509Certificate2.CreateFromPem(File.ReadAllText(tls.Authority)),
                tls.Certificate is null ? null : X509Certificate2.CreateFromPemFile(tls.Certificate, tls.Key),
                tls.AcceptsAny);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            var folder = Path.GetDirectoryName(tls.Certificate ?? tls.Authority);
            throw ReleaseException.Wrap(exception, nameof(Messages.DockerHostInvalid), ErrorKind.InvalidArgument, folder, folder, exception.Message);
        }
    }

    public HttpMessageHandler ConfigureHandler(HttpMessageHandler handler)
    {
        var ssl = ((SocketsHttpHandler)handler).SslOptions;
        if (client is not null)
            ssl.ClientCertificates = [client];
        if (acceptsAny)
        {
#pragma warning disable CA5359, MA0039 // whoever made the context said so
            ssl.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359, MA0039
        }
        else if (authority is not null)
        {
            ssl.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { authority },
                RevocationMode = X509RevocationMode.NoCheck, // an engine's own authority publishes no list
            };
        }

        return handler;
    }

    public void Dispose()
    {
        authority?.Dispose();
        client?.Dispose();
    }
}
