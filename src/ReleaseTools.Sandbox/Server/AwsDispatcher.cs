using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Server.Signing;

namespace ReleaseTools.Sandbox.Server;

/// <summary>
/// The way of an AWS call through the sandbox: protocol and service are found, the signature is verified, the parameters are
/// read, faults are taken, and then, under the gate, the world is brought to the present and the operation carried out.
/// </summary>
internal sealed class AwsDispatcher(SandboxWorld world, SandboxServices services, SignatureVerifier verifier, CallLog calls, Action changed)
{
    private static readonly JsonProtocol Json = new();
    private static readonly QueryProtocol Query = new();
    private readonly CallBuckets buckets = new(world);

    public async Task HandleAsync(HttpListenerContext context, CancellationToken cancellationToken)
    {
        var body = await ReadAsync(context.Request, cancellationToken);
        var call = Route(context.Request, body);
        JsonObject? answer = null;
        var (request, error) = Check(context.Request, body, call);
        var target = request is null ? null : TargetOf(call, request);
        var number = calls.Add(world.Now, call.Service?.Name ?? "unknown", call.Operation ?? string.Empty, target);
        var faults = request is null ? new OperationFaults() : OperationFaults.Take(world.Faults, buckets, call.Service!.Name, call.Operation!, target);
        error ??= request is null ? null : faults.AnswerInstead(call.Service!.Name);
        if (error is null && !faults.DropsConnection)
        {
            await services.SettleAsync(world, call.Service!, call.Operation!, cancellationToken);
            (answer, error) = CarryOut(call.Service!, call.Operation!, request!);
        }

        if (faults.DropsConnection || faults.DropsAnswer)
        {
            ConnectionDrop.Drop(context);
            return;
        }

        calls.Complete(number, error?.Status ?? 200, error?.Code);
        if (faults.Delay > TimeSpan.Zero)
            await Task.Delay(faults.Delay, cancellationToken);
        await WriteAsync(context.Response, call, answer, error, cancellationToken);
    }

    private static async Task<byte[]> ReadAsync(HttpListenerRequest request, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        await request.InputStream.CopyToAsync(body, cancellationToken);
        return body.ToArray();
    }

    private AwsCall Route(HttpListenerRequest request, byte[] body)
    {
        if (request.Headers["X-Amz-Target"] is { } target)
        {
            var dot = target.LastIndexOf('.');
            return dot < 0
                ? new AwsCall(Json, null, target)
                : new AwsCall(Json, services.ByTargetPrefix(target[..dot]), target[(dot + 1)..]);
        }

        // Among the services that are spoken to in forms, the action tells the service; there is one.
        if (request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) == true)
            return new AwsCall(Query, services.ByName("sts"), Query.Read(body)["Action"]?.ToString());
        return new AwsCall(Json, null, null);
    }

    private AwsError? Refusal(HttpListenerRequest request, byte[] body, AwsCall call)
    {
        var url = request.RawUrl!.Split('?', 2);
        var signed = new SignedRequest
        {
            Method = request.HttpMethod,
            Path = url[0],
            Query = url.Length == 2 ? url[1] : string.Empty,
            Headers = request.Headers.AllKeys.OfType<string>().ToDictionary(name => name, name => request.Headers[name]!, StringComparer.OrdinalIgnoreCase),
            Body = body,
        };
        return verifier.Verify(signed, call.Service!.Name) is { } refusal ? call.Protocol.ErrorFor(refusal) : null;
    }

    // What stands between a request and its operation: a known service, a good signature, readable parameters.
    private (JsonObject? Request, AwsError? Error) Check(HttpListenerRequest request, byte[] body, AwsCall call)
    {
        if (call.Service is null || call.Operation is null)
            return (null, call.Protocol.ErrorForUnknown(call.Operation));
        if (Refusal(request, body, call) is { } error)
            return (null, error);
        try
        {
            return (call.Protocol.Read(body), null);
        }
        catch (SandboxException malformed)
        {
            return (null, AwsError.From(malformed));
        }
    }

    // What cannot be read has no target; the operation refuses it in a moment.
    private static string? TargetOf(AwsCall call, JsonObject request)
    {
        try
        {
            return call.Service!.TargetOf(call.Operation!, request);
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            return null;
        }
    }

    private (JsonObject? Answer, AwsError? Error) CarryOut(SandboxService service, string operation, JsonObject request)
    {
        try
        {
            lock (world.Gate)
            {
                services.Advance(world, service);
                var answer = service.Invoke(operation, request);
                if (!ReadsOnly(operation))
                    changed();
                return (answer, null);
            }
        }
        catch (SandboxException refusal)
        {
            return (null, AwsError.From(refusal));
        }
        catch (Exception bug) when (bug is not OutOfMemoryException)
        {
            return (null, AwsError.Internal(bug));
        }
    }

    private static bool ReadsOnly(string operation) =>
        operation.StartsWith("Describe", StringComparison.Ordinal)
        || operation.StartsWith("List", StringComparison.Ordinal)
        || operation.StartsWith("Get", StringComparison.Ordinal)
        || operation.StartsWith("BatchGet", StringComparison.Ordinal);

    private async Task WriteAsync(HttpListenerResponse response, AwsCall call, JsonObject? answer, AwsError? error, CancellationToken cancellationToken)
    {
        var requestId = Guid.NewGuid().ToString();
        response.Headers["x-amzn-RequestId"] = requestId;
        response.Headers["Date"] = world.Options.WallClock.GetUtcNow().ToString("R", CultureInfo.InvariantCulture); // clients set their clocks by it
        response.StatusCode = error?.Status ?? 200;
        var bytes = error switch
        {
            null => call.Protocol.Write(call.Operation!, answer!, requestId),
            { HasBody: false } => [],
            _ => call.Protocol.WriteError(error, requestId),
        };
        response.ContentType = call.Protocol.ContentType;
        response.ContentLength64 = bytes.Length;
        await response.OutputStream.WriteAsync(bytes, cancellationToken);
        response.Close();
    }

    private sealed record AwsCall(IAwsProtocol Protocol, SandboxService? Service, string? Operation);
}
