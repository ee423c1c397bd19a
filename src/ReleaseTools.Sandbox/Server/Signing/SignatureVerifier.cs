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

        return VerifySignedHeaders(request, header)
            ?? VerifyKeys(request, header)
            ?? VerifyScope(header, service, timestamp)
            ?? VerifyTime(timestamp)
            ?? VerifySignature(request, header, timestamp);
    }

    // What tells the operation (X-Amz-Target) or the caller (X-Amz-Security-Token) must be covered, or it could be exchanged on the way.
    private static SignatureRefusal? VerifySignedHeaders(SignedRequest request, AuthorizationHeader header)
    {
        var signed = header.SignedHeaders;
        if (!signed.SequenceEqual(signed.Select(name => name.ToLowerInvariant()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), StringComparer.Ordinal))
            return new(SignatureProblem.Mismatch, "The 'SignedHeaders' must be lower case, sorted and without duplicates.");
        var unsigned = request.Headers.Keys.Select(name => name.ToLowerInvariant())
            .Where(name => name.StartsWith("x-amz-", StringComparison.Ordinal) && !signed.Contains(name, StringComparer.Ordinal))
            .Order(StringComparer.Ordinal).ToList();
        return unsigned.Count == 0
            ? null
            : new(SignatureProblem.Mismatch, $"There were headers present in the request which were not signed: {string.Join(", ", unsigned)}");
    }

    // Keys of a session (ASIA…) come with its token, long-lived ones (AKIA…) without; a token that is sent must be ours.
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    private SignatureRefusal? VerifyKeys(SignedRequest request, AuthorizationHeader header)
    {
        var isOfSession = header.AccessKeyId.StartsWith("ASIA", StringComparison.Ordinal);
        var known = string.Equals(header.AccessKeyId, keys.AccessKeyId, StringComparison.Ordinal)
            && (request.Headers.TryGetValue("x-amz-security-token", out var token) ? Same(token, keys.SessionToken) : !isOfSession);
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
