using System.Collections.Concurrent;
using System.Collections.Specialized;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ReleaseTools.Engine.Tests.Aws;

/// <summary>An HTTP server on 127.0.0.1 that answers as scripted, one answer a request, and keeps what it got.</summary>
internal sealed class ScriptedEndpoint : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly ConcurrentQueue<Func<HttpListenerContext, Task>> script = new();
    private readonly CancellationTokenSource stopped = new();

    public ScriptedEndpoint()
    {
        Url = $"http://127.0.0.1:{FreePort()}/";
        listener.Prefixes.Add(Url);
        listener.Start();
        _ = ServeAsync();
    }

    public string Url { get; }

    public ConcurrentQueue<Request> Requests { get; } = new();

    /// <summary>Completes when a request has come that <see cref="Hangs"/>.</summary>
    public TaskCompletionSource Hanging { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ScriptedEndpoint Answers(int status, string body, params (string Name, string Value)[] headers) =>
        Then(async context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/x-amz-json-1.1";
            foreach (var (name, value) in headers)
                context.Response.Headers[name] = value;
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body));
            context.Response.Close();
        });

    public ScriptedEndpoint DropsConnection() =>
        Then(context =>
        {
            context.Response.Abort();
            return Task.CompletedTask;
        });

    public ScriptedEndpoint BreaksOffAfter(string body) =>
        Then(async context =>
        {
            context.Response.ContentLength64 = body.Length + 100;
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body));
            await context.Response.OutputStream.FlushAsync();
            context.Response.Abort();
        });

    public ScriptedEndpoint Hangs() =>
        Then(async context =>
        {
            Hanging.TrySetResult();
            await Task.Delay(Timeout.Infinite, stopped.Token);
            context.Response.Abort();
        });

    public void Dispose()
    {
        stopped.Cancel();
        listener.Close();
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private ScriptedEndpoint Then(Func<HttpListenerContext, Task> answer)
    {
        script.Enqueue(answer);
        return this;
    }

    private async Task ServeAsync()
    {
        while (listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            _ = AnswerAsync(context);
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
            Requests.Enqueue(new Request(context.Request.HttpMethod, context.Request.RawUrl!, new NameValueCollection(context.Request.Headers), await reader.ReadToEndAsync()));
            if (script.TryDequeue(out var answer))
                await answer(context);
            else
                context.Response.Abort();
        }
        catch (Exception exception) when (exception is HttpListenerException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client went away, as some tests mean it to.
        }
    }

    internal sealed record Request(string Method, string Path, NameValueCollection Headers, string Body);
}
