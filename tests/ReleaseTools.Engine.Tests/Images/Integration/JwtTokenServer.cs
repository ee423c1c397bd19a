using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace ReleaseTools.Engine.Tests.Images.Integration;

/// <summary>
/// A token server for a real docker-registry: https://distribution.github.io/distribution/spec/auth/jwt/. It signs by a key of its
/// own, whose certificate the registry is given.
/// </summary>
internal sealed class JwtTokenServer : IDisposable
{
    public const string Service = "registry.test";
    public const string Issuer = "token server of a test";
    public const string Password = "pw-of-the-tester";
    public const string IdentityToken = "identity-of-the-tester";
    private readonly HttpListener listener = new();
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 certificate;

    public JwtTokenServer()
    {
        var request = new CertificateRequest("CN=Token server of a test", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
        Realm = $"{FreePorts.Listen(listener)}token";
        _ = ServeAsync();
    }

    public string Realm { get; }

    /// <summary>What its tokens are checked by, as PEM.</summary>
    public string Certificate => certificate.ExportCertificatePem();

    /// <summary>What users may do, by name; an anonymous one has the name "".</summary>
    public Dictionary<string, string[]> Permitted { get; } = new(StringComparer.Ordinal) { ["tester"] = ["pull", "push"], ["reader"] = ["pull"] };

    /// <summary>How tokens were asked for: the user, or the grant, and the scope.</summary>
    public ConcurrentQueue<(string How, string Scope)> Asked { get; } = new();

    public void Dispose()
    {
        listener.Close();
        certificate.Dispose();
        key.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
                await AnswerAsync(await listener.GetContextAsync());
        }
        catch (Exception over) when (over is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        using var reader = new StreamReader(context.Request.InputStream);
        var form = System.Web.HttpUtility.ParseQueryString(context.Request.HttpMethod == "POST" ? await reader.ReadToEndAsync() : context.Request.Url!.Query);
        var user = context.Request.HttpMethod == "POST" ? form["refresh_token"] == IdentityToken ? "tester" : null : UserOf(context.Request.Headers["Authorization"]);
        Asked.Enqueue((form["grant_type"] ?? user ?? "nobody", form["scope"] ?? ""));
        context.Response.StatusCode = user is null ? 401 : 200;
        var answer = user is null
            ? """{"errors":[{"code":"UNAUTHORIZED","message":"incorrect username or password"}]}"""
            : JsonSerializer.Serialize(new Dictionary<string, object> { [form["grant_type"] is null ? "token" : "access_token"] = Token(user, form["scope"] ?? ""), ["expires_in"] = 300 });
        await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(answer));
        context.Response.Close();
    }

    /// <summary>The user whose password it is, "" without one, null for a wrong one.</summary>
    private static string? UserOf(string? authorization)
    {
        if (authorization is null)
            return "";
        var parts = Encoding.UTF8.GetString(Convert.FromBase64String(authorization["Basic ".Length..])).Split(':', 2);
        return parts[1] == Password ? parts[0] : null;
    }

    private string Token(string user, string scope)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var parts = scope.Split(':');
        object[] access = parts.Length != 3
            ? []
            : [new { type = parts[0], name = parts[1], actions = parts[2].Split(',').Intersect(Permitted.GetValueOrDefault(user, []), StringComparer.Ordinal) }];
        var header = Encode(JsonSerializer.SerializeToUtf8Bytes(new { typ = "JWT", alg = "ES256", x5c = new[] { Convert.ToBase64String(certificate.RawData) } }));
        var claims = Encode(JsonSerializer.SerializeToUtf8Bytes(
            new { iss = Issuer, sub = user, aud = Service, exp = now + 300, nbf = now - 10, iat = now, jti = Guid.NewGuid().ToString("N"), access }));
        return $"{header}.{claims}.{Encode(key.SignData(Encoding.ASCII.GetBytes($"{header}.{claims}"), HashAlgorithmName.SHA256))}";
    }

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
