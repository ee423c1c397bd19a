using System.Text.Json;
using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Server.Signing;

namespace ReleaseTools.Sandbox.Server;

/// <summary>AWS JSON 1.1: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html</summary>
internal sealed class JsonProtocol : IAwsProtocol
{
    public string ContentType => "application/x-amz-json-1.1";

    public JsonObject Read(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
            return [];
        try
        {
            var request = JsonNode.Parse(body) as JsonObject ?? throw new SandboxException("SerializationException", "Start of structure or map found where not expected.");
            Read(request);
            return request;
        }
        catch (Exception malformed) when (malformed is JsonException or ArgumentException or InvalidOperationException)
        {
            throw new SandboxException("SerializationException", "Unable to parse the request's JSON.");
        }
    }

    // Members are read only when they are asked for, at any depth: a name that stands twice, or half of a surrogate pair in a
    // string, would show itself in the middle of an operation.
    private static void Read(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject json:
                foreach (var (_, value) in json)
                    Read(value);
                break;
            case JsonArray array:
                foreach (var item in array)
                    Read(item);
                break;
            case JsonValue value when value.GetValueKind() is JsonValueKind.String:
                _ = value.GetValue<string>();
                break;
        }
    }

    public byte[] Write(string operation, JsonObject answer, string requestId) => JsonSerializer.SerializeToUtf8Bytes(answer);

    public byte[] WriteError(AwsError error, string requestId) =>
        JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["__type"] = error.Code, ["message"] = error.Message });

    // The codes of https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html; all but the query protocol answer 400.
    public AwsError ErrorFor(SignatureRefusal refusal) => refusal.Problem switch
    {
        SignatureProblem.Missing => new("MissingAuthenticationTokenException", refusal.Message, 400),
        SignatureProblem.Incomplete => new("IncompleteSignatureException", refusal.Message, 400),
        SignatureProblem.UnknownCredentials => new("UnrecognizedClientException", refusal.Message, 400),
        _ => new("InvalidSignatureException", refusal.Message, 400),
    };

    public AwsError ErrorForUnknown(string? operation) =>
        new("UnknownOperationException", operation is null ? "The request names no operation." : $"The sandbox has no operation '{operation}'.", 400);
}
