using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ReleaseTools.Engine.Tests.Images.Registries.Oci;

/// <summary>
/// An HTTP server on 127.0.0.1, one answer a connection, that keeps what it got. It speaks over the bare socket because HttpListener
/// speaks no TLS and, off Windows, ends every answer well, even one that it aborts.
/// </summary>
internal sealed class ScriptedServer : IDisposable
{
    private const byte TlsHandshake = 0x16;
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopped = new();
    private readonly Func<Request, Reply> answer;
    private readonly X509Certificate2? certificate;

    /// <param name="answer">Answers each request; called one at a time.</param>
    /// <param name="certificate">Speaks TLS with it, and nothing else; null speaks none.</param>
    public ScriptedServer(Func<Request, Reply> answer, X509Certificate2? certificate = null)
    {
        this.answer = answer;
        this.certificate = certificate;
        listener.Start();
        _ = ServeAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public string Host => $"127.0.0.1:{Port}";

    public ConcurrentQueue<Request> Requests { get; } = new();

    /// <summary>How many clients began to speak TLS to a server that does not.</summary>
    public int Handshakes { get; private set; }

    /// <summary>Completes when a request has come that is never answered.</summary>
    public TaskCompletionSource Hanging { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Dispose()
    {
        stopped.Cancel();
        listener.Dispose();
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
            await using var stream = await OpenAsync(socket);
            if (stream is null)
                return;
            var request = await ReadAsync(stream);
            Requests.Enqueue(request);
            Reply reply;
            lock (answer)
                reply = answer(request);
            if (reply.Hangs)
            {
                Hanging.TrySetResult();
                await Task.Delay(Timeout.Infinite, stopped.Token);
            }

            if (reply.Drops)
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
            else
                await stream.WriteAsync(reply.ToBytes(request.Method == "HEAD"), stopped.Token);
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // The client went away, as some tests mean it to.
        }
    }

    /// <summary>The connection, decrypted; null when the client wants TLS and there is none: the answer is one of HTTP, as Go's servers have it.</summary>
    private async Task<Stream?> OpenAsync(Socket socket)
    {
        var stream = new NetworkStream(socket, ownsSocket: true);
        if (certificate is not null)
        {
            var secure = new SslStream(stream);
            await secure.AuthenticateAsServerAsync(certificate);
            return secure;
        }

        var first = new byte[1];
        await socket.ReceiveAsync(first, SocketFlags.Peek, stopped.Token);
        if (first[0] != TlsHandshake)
            return stream;
        Handshakes++;
        await stream.WriteAsync("HTTP/1.0 400 Bad Request\r\n\r\nThis is no TLS server\n"u8.ToArray(), stopped.Token);
        await stream.DisposeAsync();
        return null;
    }

    private static async Task<Request> ReadAsync(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true);
        var start = (await reader.ReadLineAsync() ?? throw new IOException("The client sent nothing.")).Split(' ');
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
        {
            var (name, value) = (line[..line.IndexOf(':')], line[(line.IndexOf(':') + 1)..].Trim());
            headers[name] = headers.TryGetValue(name, out var more) ? $"{more}, {value}" : value;
        }

        var body = new char[int.Parse(headers.GetValueOrDefault("Content-Length", "0"))];
        if (body.Length > 0)
            await reader.ReadBlockAsync(body);
        return new Request(start[0], start[1], headers, Encoding.Latin1.GetBytes(body));
    }

    /// <summary>A request as it came.</summary>
    internal sealed record Request(string Method, string Url, IReadOnlyDictionary<string, string> Headers, byte[] Body)
    {
        public string Path => Url.Split('?')[0];

        public string? Authorization => Headers.GetValueOrDefault("Authorization");

        public string Text => Encoding.UTF8.GetString(Body);

        /// <summary>The parameters of a query or a form.</summary>
        public IReadOnlyList<(string Name, string Value)> Parameters =>
        [
            .. (Method == "POST" ? Text : Url[(Url.IndexOf('?') + 1)..]).Split('&').Select(pair => pair.Split('=', 2)).Select(pair => (pair[0], Uri.UnescapeDataString(pair[^1]))),
        ];

        public override string ToString() => $"{Method} {Url}";
    }

    /// <summary>An answer.</summary>
    internal sealed record Reply(int Status, byte[] Body, params (string Name, string Value)[] Headers)
    {
        public Reply(int status, string body = "", params (string Name, string Value)[] headers)
            : this(status, Encoding.UTF8.GetBytes(body), headers)
        {
        }

        /// <summary>The connection is reset in its place.</summary>
        public static Reply Drop { get; } = new(0) { Drops = true };

        /// <summary>It never comes.</summary>
        public static Reply Never { get; } = new(0) { Hangs = true };

        public bool Drops { get; private init; }

        public bool Hangs { get; private init; }

        /// <summary>How many bytes are promised and not sent.</summary>
        public int Missing { get; init; }

        public byte[] ToBytes(bool headOnly)
        {
            var head = new StringBuilder($"HTTP/1.1 {Status} Scripted\r\nContent-Length: {Body.Length + Missing}\r\nConnection: close\r\n");
            foreach (var (name, value) in Headers)
                head.Append($"{name}: {value}\r\n");
            return [.. Encoding.Latin1.GetBytes($"{head}\r\n"), .. headOnly ? [] : Body];
        }
    }
}
