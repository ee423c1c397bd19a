using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ReleaseTools.Sandbox.Tests.Server;

/// <summary>A client that signs as AWS documents it, written apart from the server's verifier.</summary>
internal sealed class SigningClient(SandboxServer server) : IDisposable
{
    private static readonly Dictionary<string, string> Prefixes = new(StringComparer.Ordinal)
    {
        ["application-autoscaling"] = "AnyScaleFrontendService",
        ["ecr"] = "AmazonEC2ContainerRegistry_V20150921",
        ["ecs"] = "AmazonEC2ContainerServiceV20141113",
        ["logs"] = "Logs_20140328",
        ["monitoring"] = "GraniteServiceVersion20100801",
        ["ssm"] = "AmazonSSM",
    };

    private readonly HttpClient http = new() { BaseAddress = server.EndpointUrl };

    public string AccessKeyId { get; init; } = server.AccessKeyId;

    public string Secret { get; init; } = server.SecretAccessKey;

    public string? SessionToken { get; init; } = server.SessionToken;

    public string Region { get; init; } = "eu-west-1";

    public string? SignedService { get; init; }

    /// <summary>Headers that are sent and left out of the signature.</summary>
    public IReadOnlyList<string> Unsigned { get; init; } = [];

    public DateTimeOffset Time { get; init; } = DateTimeOffset.UtcNow;

    public async Task<Answer> CallAsync(string service, string operation, string request = "{}")
    {
        using var message = Message(service, "application/x-amz-json-1.1", request);
        message.Headers.Add("X-Amz-Target", $"{Prefixes.GetValueOrDefault(service, service)}.{operation}");
        return await SendAsync(message, SignedService ?? service, request);
    }

    public async Task<Answer> FormAsync(string form)
    {
        using var message = Message("sts", "application/x-www-form-urlencoded; charset=utf-8", form);
        return await SendAsync(message, SignedService ?? "sts", form);
    }

    public void Dispose() => http.Dispose();

    private static HttpRequestMessage Message(string service, string contentType, string body)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        return message;
    }

    private async Task<Answer> SendAsync(HttpRequestMessage message, string service, string body)
    {
        var timestamp = Time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var scope = $"{timestamp[..8]}/{Region}/{service}/aws4_request";
        message.Headers.Add("X-Amz-Date", timestamp);
        if (SessionToken is not null)
            message.Headers.Add("X-Amz-Security-Token", SessionToken);

        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["host"] = server.RegistryHost };
        foreach (var (name, values) in message.Headers.Concat(message.Content!.Headers))
            headers[name.ToLowerInvariant()] = string.Join(',', values);
        foreach (var name in Unsigned)
            headers.Remove(name);
        var names = string.Join(';', headers.Keys);
        var canonical = $"POST\n/\n\n{string.Concat(headers.Select(header => $"{header.Key}:{header.Value}\n"))}\n{names}\n{Hash(body)}";
        var key = Encoding.UTF8.GetBytes("AWS4" + Secret);
        foreach (var part in scope.Split('/'))
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"AWS4-HMAC-SHA256\n{timestamp}\n{scope}\n{Hash(canonical)}")));
        message.Headers.TryAddWithoutValidation("Authorization", $"AWS4-HMAC-SHA256 Credential={AccessKeyId}/{scope}, SignedHeaders={names}, Signature={signature}");

        using var response = await http.SendAsync(message);
        return new Answer((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Content.Headers.ContentType?.MediaType, response.Headers.TryGetValues("x-amzn-RequestId", out var ids) ? ids.First() : null);
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

internal sealed record Answer(int Status, string Body, string? ContentType, string? RequestId)
{
    public JsonObject Json => JsonNode.Parse(Body)!.AsObject();

    public string? ErrorCode => Json["__type"]?.GetValue<string>();
}
