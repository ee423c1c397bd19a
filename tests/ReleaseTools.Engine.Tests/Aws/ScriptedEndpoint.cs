using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ReleaseTools.Engine.Tests.Aws;

/// <summary>
/// An HTTP server on 127.0.0.1 that answers as scripted, one answer a connection, and keeps what it got. It speaks over the
/// bare socket because HttpListener, off Windows, ends every answer well, even one that it aborts.
/// </summary>
internal sealed class ScriptedEndpoint : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<Func<Socket, Task>> script = new();
    private readonly CancellationTokenSource stopped = new();

    public ScriptedEndpoint()
    {
        listener.Start();
        Url = $"http://{listener.LocalEndpoint}/";
        _ = ServeAsync();
    }

    public string Url { get; }

    public ConcurrentQueue<Request> Requests { get; } = new();

    /// <summary>Completes when a request has come that <see cref="Hangs"/>.</summary>
    public TaskCompletionSource Hanging { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ScriptedEndpoint Answers(int status, string body, params (string Name, string Value)[] headers) =>
        Then(socket => SendAsync(socket, status, body, Encoding.UTF8.GetByteCount(body), headers));

    public ScriptedEndpoint DropsConnection() =>
        Then(socket =>
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            return Task.CompletedTask;
        });

    public ScriptedEndpoint BreaksOffAfter(string body) => Then(socket => SendAsync(socket, 200, body, body.Length + 100, []));

    public ScriptedEndpoint Hangs() =>
        Then(_ =>
        {
            Hanging.TrySetResult();
            return Task.Delay(Timeout.Infinite, stopped.Token);
        });

    public void Dispose()
    {
        stopped.Cancel();
        listener.Dispose();
    }

    private static async Task SendAsync(Socket socket, int status, string body, int contentLength, (string Name, string Value)[] headers)
    {
        var head = new StringBuilder($"HTTP/1.1 {status} Scripted\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: {contentLength}\r\nConnection: close\r\n");
        foreach (var (name, value) in headers)
            head.Append($"{name}: {value}\r\n");
        await socket.SendAsync(Encoding.UTF8.GetBytes($"{head}\r\n{body}"));
    }

    private static async Task<Request> ReadAsync(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true);
        var start = (await reader.ReadLineAsync())!.Split(' ');
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
            headers[line[..line.IndexOf(':')]] = line[(line.IndexOf(':') + 1)..].Trim();

        var body = new char[int.Parse(headers.GetValueOrDefault("Content-Length", "0"))];
        if (body.Length > 0)
            await reader.ReadBlockAsync(body);
        return new Request(start[0], start[1], headers, Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(body)));
    }

    private ScriptedEndpoint Then(Func<Socket, Task> answer)
    {
        script.Enqueue(answer);
        return this;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
                _ = AnswerAsync(await listener.AcceptSocketAsync(stopped.Token));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(Socket socket)
    {
        try
        {
            using var stream = new NetworkStream(socket, ownsSocket: true);
            Requests.Enqueue(await ReadAsync(stream));
            if (script.TryDequeue(out var answer))
                await answer(socket);
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client went away, as some tests mean it to.
        }
    }

    internal sealed record Request(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body);
}
