using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ReleaseTools.Sandbox.Server;

/// <summary>The answer to a request on whose way the sandbox itself failed: a client told so goes on, one told nothing would wait.</summary>
internal static class FailureAnswer
{
    /// <summary>Sends it; where an answer has begun to leave already, the connection ends instead.</summary>
    public static async Task SendAsync(HttpListenerContext context, Exception bug)
    {
        try
        {
            var error = AwsError.Internal(bug);
            var body = JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["__type"] = error.Code, ["message"] = error.Message });
            context.Response.StatusCode = error.Status;
            context.Response.ContentType = "application/x-amz-json-1.1";
            context.Response.ContentLength64 = body.Length;
            if (context.Request.HttpMethod is not "HEAD")
                await context.Response.OutputStream.WriteAsync(body);
            context.Response.Close();
        }
        catch (Exception gone) when (gone is not OutOfMemoryException)
        {
            ConnectionDrop.Drop(context);
        }
    }
}
