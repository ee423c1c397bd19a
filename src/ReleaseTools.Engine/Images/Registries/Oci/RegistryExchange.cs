using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Images.Registries.Oci;

/// <summary>A request to a registry or to the token server that it names. Not a record: its text would hold a secret.</summary>
internal sealed class RegistryRequest(HttpMethod method, Uri url)
{
    public HttpMethod Method { get; } = method;

    /// <summary>By https; on this machine plain http is spoken where https is not.</summary>
    public Uri Url { get; } = url;

    public AuthenticationHeaderValue? Authorization { get; init; }

    public IReadOnlyList<string> Accept { get; init; } = [];

    public byte[]? Content { get; init; }

    public string? ContentType { get; init; }

    /// <summary>How many bytes the answer may have.</summary>
    public int LongestAnswer { get; init; } = 64 * 1024;

    /// <summary>Whether a redirect is followed; credentials go along to the same scheme, host and port only.</summary>
    public bool FollowsRedirects { get; init; }

    public HttpRequestMessage ToMessage(Uri url, AuthenticationHeaderValue? authorization)
    {
        var message = new HttpRequestMessage(Method, url) { Headers = { Authorization = authorization } };
        foreach (var type in Accept)
            message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        if (Content is not null)
            message.Content = new ByteArrayContent(Content) { Headers = { ContentType = ContentType is null ? null : new MediaTypeHeaderValue(ContentType) } };
        return message;
    }
}

/// <summary>An answer, read to its end.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Body">Its body; of a refusal no more than <see cref="LongestRefusal"/> bytes.</param>
internal sealed record RegistryAnswer(HttpStatusCode Status, byte[] Body)
{
    private const int LongestRefusal = 64 * 1024;
    private const int LongestWords = 300;

    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>What the registry says the content's digest is; null where it says none, or nothing that is one.</summary>
    public string? Digest { get; init; }

    public string? MediaType { get; init; }

    public Uri? Location { get; init; }

    public IReadOnlyList<RegistryChallenge> Challenges { get; init; } = [];

    public RetryConditionHeaderValue? RetryAfter { get; init; }

    /// <summary>Why it was refused, in the registry's own words where it has some: <c>DENIED: requested access to the resource is denied</c>.</summary>
    // https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
    public string Words
    {
        get
        {
            try
            {
                var errors = JsonSerializer.Deserialize(Body, RegistryErrorJson.Default.RegistryErrorBody)?.Errors ?? [];
                var said = string.Join("; ", errors.OfType<RegistryError>().Select(error => error.Words));
                if (said.Length > 0)
                    return TerminalText.Neutralise(said.Length > LongestWords ? said[..LongestWords] + "…" : said.TrimEnd('.'));
            }
            catch (JsonException)
            {
                // A page of whatever stands between; its status has to do.
            }

            return $"{(int)Status} {Status}";
        }
    }

    /// <summary>Reads an answer.</summary>
    /// <exception cref="ReleaseException"><c>RegistryAnswerInvalid</c>: a success with more than <paramref name="longest"/> bytes.</exception>
    public static async Task<RegistryAnswer> ReadAsync(HttpResponseMessage response, int longest, CancellationToken cancellationToken)
    {
        var limit = response.IsSuccessStatusCode ? longest : LongestRefusal;
        using var body = new MemoryStream();
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[16 * 1024];
        for (int read; body.Length <= limit && (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
            body.Write(buffer, 0, read);
        if (body.Length > limit && response.IsSuccessStatusCode)
        {
            var host = response.RequestMessage!.RequestUri!.Authority;
            throw ReleaseException.For(nameof(Messages.RegistryAnswerInvalid), ErrorKind.Failed, host, host, $"more than {longest / 1024} KiB, which no manifest and no token has");
        }

        return new RegistryAnswer(response.StatusCode, body.ToArray())
        {
            Digest = response.Headers.TryGetValues("Docker-Content-Digest", out var values) && values.FirstOrDefault() is var said && ImageReference.IsDigest(said) ? said : null,
            MediaType = response.Content.Headers.ContentType?.MediaType,
            Location = response.Headers.Location,
            Challenges = [.. response.Headers.WwwAuthenticate.Select(RegistryChallenge.Read)],
            RetryAfter = response.Headers.RetryAfter,
        };
    }
}

internal sealed record RegistryErrorBody(IReadOnlyList<RegistryError?>? Errors);

internal sealed record RegistryError(string? Code, string? Message)
{
    public string Words => string.Join(": ", new[] { Code, Message }.Where(word => !string.IsNullOrEmpty(word)));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RegistryErrorBody))]
internal sealed partial class RegistryErrorJson : JsonSerializerContext;
