using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ReleaseTools.Sandbox.Server;

/// <summary>The way of a registry's request: faults are taken, the registry carries it out, the answer is streamed.</summary>
internal sealed class RegistryDispatcher(SandboxWorld world, SandboxServices services, CallLog calls, Action changed)
{
    private const string Service = "registry";
    private readonly CallBuckets buckets = new(world);

    public async Task HandleAsync(HttpListenerContext context, CancellationToken cancellationToken)
    {
        var request = context.Request;
        var path = Uri.UnescapeDataString(request.RawUrl!.Split('?', 2)[0]);
        var (operation, target) = services.Registry.Describe(request.HttpMethod, path);
        var number = calls.Add(world.Now, Service, operation, target);
        var faults = OperationFaults.Take(world.Faults, buckets, Service, operation, target);
        if (faults.DropsConnection)
        {
            ConnectionDrop.Drop(context);
            return;
        }

        var answer = faults.AnswerInstead(Service) is { } error ? Answer(error) : await CarryOutAsync(request, path, cancellationToken);
        await using var body = answer.Body ?? Stream.Null;
        if (faults.DropsAnswer)
        {
            ConnectionDrop.Drop(context);
            return;
        }

        calls.Complete(number, answer.Status, answer.ErrorCode);
        if (faults.Delay > TimeSpan.Zero)
            await Task.Delay(faults.Delay, cancellationToken);
        await WriteAsync(context.Response, answer, body, request.HttpMethod is "HEAD", cancellationToken);
    }

    private async Task<RegistryAnswer> CarryOutAsync(HttpListenerRequest request, string path, CancellationToken cancellationToken)
    {
        try
        {
            // What is pushed now was not there for a task that pulled a minute ago.
            services.Advance(world, services.ByName("ecr"));
            var answer = await services.Registry.HandleAsync(
                new RegistryRequest { Method = request.HttpMethod, Path = path, Query = request.QueryString, Headers = request.Headers, Body = request.InputStream },
                cancellationToken);
            if (request.HttpMethod is not ("GET" or "HEAD"))
                changed();
            return answer;
        }
        catch (SandboxException refusal)
        {
            return Answer(AwsError.From(refusal));
        }
        catch (Exception bug) when (bug is not (OutOfMemoryException or OperationCanceledException or HttpListenerException))
        {
            return Answer(AwsError.Internal(bug));
        }
    }

    // The distribution protocol's error body and codes, which ECR answers with too:
    // https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
    private static RegistryAnswer Answer(AwsError error)
    {
        var (status, code) = error.Code switch
        {
            "ThrottlingException" => (429, "TOOMANYREQUESTS"),
            "ExpiredTokenException" => (401, "UNAUTHORIZED"),
            "AccessDeniedException" => (403, "DENIED"),
            _ => (error.Status, "UNKNOWN"),
        };
        var body = error.HasBody
            ? JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["errors"] = new JsonArray(new JsonObject { ["code"] = code, ["message"] = error.Message }) })
            : [];
        return new RegistryAnswer { Status = status, ErrorCode = code, ContentType = "application/json", ContentLength = body.Length, Body = new MemoryStream(body) };
    }

    // An answer to HEAD has the headers of GET's, whoever it is from, and no body.
    private static async Task WriteAsync(HttpListenerResponse response, RegistryAnswer answer, Stream body, bool isHead, CancellationToken cancellationToken)
    {
        response.StatusCode = answer.Status;
        response.ContentType = answer.ContentType;
        foreach (var (name, value) in answer.Headers)
            response.Headers[name] = value;
        response.ContentLength64 = answer.ContentLength;
        if (!isHead)
            await body.CopyToAsync(response.OutputStream, cancellationToken);
        response.Close();
    }
}
