using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;
using ReleaseTools.Engine.Infrastructure;

namespace ReleaseTools.Engine.Aws.Wire;

/// <summary>One call of AWS JSON 1.1, its body already written.</summary>
/// <param name="target">The value of <c>X-Amz-Target</c>.</param>
/// <param name="body">The JSON in UTF-8.</param>
internal sealed class JsonOperationRequest(string target, byte[] body) : AmazonWebServiceRequest
{
    public string Target { get; } = target;

    public byte[] Body { get; } = body;

    /// <summary>Whether it may be sent again when no one knows whether it was carried out.</summary>
    public bool IsRepeatable { get; init; } = true;
}

/// <summary>The answer to a call, its body not yet read as JSON.</summary>
internal sealed class JsonOperationResponse : AmazonWebServiceResponse, IDisposable
{
    private readonly LentBuffer body = new();

    /// <summary>Not to be used after the answer.</summary>
    public ReadOnlyMemory<byte> Body => body.Written;

    public void Read(Stream stream) => body.Fill(stream);

    public void Dispose() => body.Dispose();
}

/// <summary>
/// Writes any operation: a POST of the body to the root, as https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
/// has it. The older 1.0 differs in its content type alone.
/// </summary>
internal sealed class JsonOperationMarshaller(AwsService service) : IMarshaller<IRequest, AmazonWebServiceRequest>
{
    public IRequest Marshall(AmazonWebServiceRequest input)
    {
        var operation = (JsonOperationRequest)input;
        var request = new DefaultRequest(operation, service.ServiceId) { HttpMethod = "POST", ResourcePath = "/", Content = operation.Body };
        request.Headers["X-Amz-Target"] = operation.Target;
        request.Headers["Content-Type"] = $"application/x-amz-json-{service.JsonVersion}";
        return request;
    }
}

/// <summary>
/// Reads any answer as bytes; JSON is read outside the pipeline, because the SDK takes a body that cannot be
/// unmarshalled for a passing fault and would send an UpdateService once more. A body that breaks off is still retried.
/// Error bodies are the SDK's to read: <c>__type</c>, <c>code</c>, <c>message</c>, <c>x-amzn-errortype</c>, or XML from
/// something that stands between.
/// </summary>
internal sealed class JsonOperationUnmarshaller : JsonResponseUnmarshaller
{
    public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext input)
    {
        var answer = new JsonOperationResponse();
        answer.Read(input.Stream);
        return answer;
    }

    public override AmazonServiceException UnmarshallException(JsonUnmarshallerContext input, Exception innerException, HttpStatusCode statusCode)
    {
        var reader = new Amazon.Runtime.Internal.Util.StreamingUtf8JsonReader(input.Stream);
        var error = JsonErrorResponseUnmarshaller.GetInstance().Unmarshall(input, ref reader);
        return new AmazonServiceException(error.Message, innerException, error.Type, error.Code, error.RequestId, statusCode);
    }
}
