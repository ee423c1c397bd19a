using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ReleaseTools.Sandbox.Server.Signing;

/// <summary>Verifies that a request is signed with the sandbox's keys, for its region and the service asked, within five minutes of now.</summary>
internal sealed class SignatureVerifier(SigningKeys keys, string region, TimeProvider clock)
{
    private const string Format = "yyyyMMdd'T'HHmmss'Z'";
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    /// <summary>Why the request is refused; null when it is well signed.</summary>
    public SignatureRefusal? Verify(SignedRequest request, string service)
    {
        if (!request.Headers.TryGetValue("authorization", out var value))
            return new(SignatureProblem.Missing, "Missing Authentication Token");

        var (header, problem) = AuthorizationHeader.Parse(value);
        if (header is null)
            return new(SignatureProblem.Incomplete, problem!);
        if (!request.Headers.TryGetValue("x-amz-date", out var timestamp))
            return new(SignatureProblem.Incomplete, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
        if (header.SignedHeaders.FirstOrDefault(name => !request.Headers.ContainsKey(name)) is { } absent)
            return new(SignatureProblem.Incomplete, $"The signed header '{absent}' is not in the request.");
        if (!header.SignedHeaders.Contains("host", StringComparer.Ordinal))
            return new(SignatureProblem.Mismatch, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");

        return VerifyKeys(request, header)
            ?? VerifyScope(header, service, timestamp)
            ?? VerifyTime(timestamp)
            ?? VerifySignature(request, header, timestamp);
    }

    // Long-lived keys come without a token; a token that is sent must be ours.
    private SignatureRefusal? VerifyKeys(SignedRequest request, AuthorizationHeader header)
    {
        var known = string.Equals(header.AccessKeyId, keys.AccessKeyId, StringComparison.Ordinal)
            && (!request.Headers.TryGetValue("x-amz-security-token", out var token) || Same(token, keys.SessionToken));
        return known ? null : new(SignatureProblem.UnknownCredentials, "The security token included in the request is invalid.");
    }

    private SignatureRefusal? VerifyScope(AuthorizationHeader header, string service, string timestamp)
    {
        if (!string.Equals(header.Region, region, StringComparison.Ordinal))
            return new(SignatureProblem.Mismatch, $"Credential should be scoped to a valid region, not '{header.Region}'.");
        if (!string.Equals(header.Service, service, StringComparison.Ordinal))
            return new(SignatureProblem.Mismatch, $"Credential should be scoped to correct service: '{service}'.");
        if (!timestamp.StartsWith(header.Date, StringComparison.Ordinal))
            return new(SignatureProblem.Mismatch, $"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{header.Date}' != '{timestamp}'.");
        return null;
    }

    private SignatureRefusal? VerifyTime(string timestamp)
    {
        if (!DateTimeOffset.TryParseExact(timestamp, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var signed))
            return new(SignatureProblem.Incomplete, $"Date must be in ISO-8601 'basic format'. Got '{timestamp}'.");

        var now = clock.GetUtcNow();
        if (signed < now - Skew)
            return new(SignatureProblem.Mismatch, $"Signature expired: {timestamp} is now earlier than {Iso(now - Skew)} ({Iso(now)} - 5 min.)");
        if (signed > now + Skew)
            return new(SignatureProblem.Mismatch, $"Signature not yet current: {timestamp} is still later than {Iso(now + Skew)} ({Iso(now)} + 5 min.)");
        return null;
    }

    private SignatureRefusal? VerifySignature(SignedRequest request, AuthorizationHeader header, string timestamp)
    {
        var toSign = CanonicalRequest.StringToSign(CanonicalRequest.Of(request, header.SignedHeaders), timestamp, header.Scope);
        return Same(CanonicalRequest.Signature(toSign, keys.SecretAccessKey, header), header.Signature)
            ? null
            : new(
                SignatureProblem.Mismatch,
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.");
    }

    private static bool Same(string a, string b) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b));

    private static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);
}
