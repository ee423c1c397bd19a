using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml;
using System.Xml.Linq;
using ReleaseTools.Sandbox.Server.Signing;

namespace ReleaseTools.Sandbox.Server;

/// <summary>The query protocol of STS: a form in, XML out. https://smithy.io/2.0/aws/protocols/aws-query-protocol.html</summary>
internal sealed class QueryProtocol : IAwsProtocol
{
    private static readonly XNamespace Sts = "https://sts.amazonaws.com/doc/2011-06-15/";

    public string ContentType => "text/xml";

    public JsonObject Read(ReadOnlySpan<byte> body)
    {
        var parameters = new JsonObject();
        foreach (var pair in Encoding.UTF8.GetString(body).Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            parameters[WebUtility.UrlDecode(parts[0])] = parts.Length == 2 ? WebUtility.UrlDecode(parts[1]) : string.Empty;
        }

        return parameters;
    }

    public byte[] Write(string operation, JsonObject answer, string requestId) => Bytes(
        new XElement(
            Sts + $"{operation}Response",
            new XElement(Sts + $"{operation}Result", answer.Select(member => new XElement(Sts + member.Key, member.Value?.ToString()))),
            new XElement(Sts + "ResponseMetadata", new XElement(Sts + "RequestId", requestId))));

    public byte[] WriteError(AwsError error, string requestId) => Bytes(
        new XElement(
            Sts + "ErrorResponse",
            new XElement(
                Sts + "Error",
                new XElement(Sts + "Type", error.Status < 500 ? "Sender" : "Receiver"),
                new XElement(Sts + "Code", error.Code),
                new XElement(Sts + "Message", Allowed(error.Message))),
            new XElement(Sts + "RequestId", requestId)));

    // The codes of https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
    public AwsError ErrorFor(SignatureRefusal refusal) => refusal.Problem switch
    {
        SignatureProblem.Missing => new("MissingAuthenticationToken", "Request is missing Authentication Token", 403),
        SignatureProblem.Incomplete => new("IncompleteSignature", refusal.Message, 400),
        SignatureProblem.UnknownCredentials => new("InvalidClientTokenId", refusal.Message, 403),
        _ => new("SignatureDoesNotMatch", refusal.Message, 403),
    };

    public AwsError ErrorForUnknown(string? operation) => operation is null
        ? new("MissingAction", "The request must contain the parameter Action.", 400)
        : new("InvalidAction", $"Could not find operation {operation} for version 2011-06-15", 400);

    // XML has no place for most control characters nor for half of a surrogate pair, not even escaped; a message may quote a request that has.
    private static string Allowed(string text)
    {
        var allowed = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            if (XmlConvert.IsXmlChar(text[at]))
                allowed.Append(text[at]);
            else if (at + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[at + 1], text[at]))
                allowed.Append(text[at]).Append(text[++at]);
            else
                allowed.Append('?');
        }

        return allowed.ToString();
    }

    private static byte[] Bytes(XElement element) => Encoding.UTF8.GetBytes(element.ToString(SaveOptions.DisableFormatting));
}
