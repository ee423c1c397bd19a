using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Docker.DotNet.Handler.Abstractions;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Images.Docker;

/// <summary>
/// The certificates that <c>DOCKER_TLS_VERIFY</c> and <c>DOCKER_CERT_PATH</c> name
/// (https://docs.docker.com/engine/security/protect-access/): the engine's must come from <c>ca.pem</c>, and it asks for ours.
/// </summary>
internal sealed class DockerCertificates : IAuthProvider, IDisposable
{
    private readonly X509Certificate2 authority;
    private readonly X509Certificate2 client;

    private DockerCertificates(X509Certificate2 authority, X509Certificate2 client)
    {
        this.authority = authority;
        this.client = client;
    }

    public bool TlsEnabled => true;

    public static DockerCertificates Load(string folder)
    {
        try
        {
            return new DockerCertificates(
                X509Certificate2.CreateFromPem(File.ReadAllText(Path.Combine(folder, "ca.pem"))),
                X509Certificate2.CreateFromPemFile(Path.Combine(folder, "cert.pem"), Path.Combine(folder, "key.pem")));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw ReleaseException.Wrap(exception, nameof(Messages.DockerHostInvalid), ErrorKind.InvalidArgument, folder, folder, exception.Message);
        }
    }

    public HttpMessageHandler ConfigureHandler(HttpMessageHandler handler)
    {
        var sockets = (SocketsHttpHandler)handler;
        sockets.SslOptions.ClientCertificates = [client];
        sockets.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { authority },
            RevocationMode = X509RevocationMode.NoCheck, // an engine's own authority publishes no list
        };
        return handler;
    }

    public void Dispose()
    {
        authority.Dispose();
        client.Dispose();
    }
}
