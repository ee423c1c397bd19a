using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ReleaseTools.Sandbox.Server;

namespace ReleaseTools.Engine.Tests.Images.Integration;

/// <summary>
/// Stands before a real registry, with credentials of its own, and has go wrong what it is told to. The engine and the module both
/// reach the registry through it.
/// </summary>
internal sealed class FaultProxy : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
    private readonly Uri upstream;
    private readonly AuthenticationHeaderValue upstreamLogin;
    private int faultsTaken;

    public FaultProxy()
    {
        var (host, user, password) = TestRegistry.Credentials;
        upstream = new Uri($"http://{host}");
        upstreamLogin = new AuthenticationHeaderValue("Basic", Basic(user, password));
        Host = new Uri(FreePorts.Listen(listener)).Authority;
        _ = ServeAsync();
    }

    public string Host { get; }

    /// <summary>A new repository behind it.</summary>
    public string NewRepository => $"{Host}/test-{Guid.NewGuid():N}";

    /// <summary>The passwords of the user "tester" that it takes.</summary>
    public ConcurrentDictionary<string, bool> Passwords { get; } = new(new Dictionary<string, bool>(StringComparer.Ordinal) { ["first"] = true }, StringComparer.Ordinal);

    /// <summary>Asked for each request that shows who it is from; what it gives happens in place of the answer.</summary>
    public Func<HttpListenerRequest, Fault?>? Faults { get; set; }

    /// <summary>What was asked and how it ended; 0 for a connection that was cut.</summary>
    public ConcurrentQueue<(string Method, string Path, int Status)> Requests { get; } = new();

    /// <summary>How many requests a fault happened to.</summary>
    public int FaultsTaken => faultsTaken;

    public void Dispose()
    {
        listener.Close();
        http.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var context = await listener.GetContextAsync();
                _ = Task.Run(() => AnswerAsync(context));
            }
        }
        catch (Exception over) when (over is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var (request, response) = (context.Request, context.Response);
        try
        {
            var isKnown = Passwords.Keys.Any(password => request.Headers["Authorization"] == $"Basic {Basic("tester", password)}");
            var fault = isKnown ? Faults?.Invoke(request) : Fault.Unauthorized;
            if (isKnown && fault is not null)
                Interlocked.Increment(ref faultsTaken);
            if (fault is { CutsAfter: { } bytes })
            {
                await request.InputStream.ReadExactlyAsync(new byte[bytes]);
                Requests.Enqueue((request.HttpMethod, request.Url!.AbsolutePath, 0));
                ConnectionDrop.Drop(context);
                return;
            }

            if (fault is not null)
                await WriteAsync(request, response, fault);
            else
                await PassOnAsync(request, response);
            response.Close();
        }
        catch (Exception gone) when (gone is HttpListenerException or ObjectDisposedException or IOException or HttpRequestException or InvalidOperationException)
        {
            response.Abort();
        }
    }

    // Written down before the answer is on its way: a test may look as soon as the engine has it.
    private void WriteDown(HttpListenerRequest request, HttpListenerResponse response) => Requests.Enqueue((request.HttpMethod, request.Url!.AbsolutePath, response.StatusCode));

    private async Task WriteAsync(HttpListenerRequest request, HttpListenerResponse response, Fault fault)
    {
        response.StatusCode = fault.Status;
        WriteDown(request, response);
        foreach (var (name, value) in fault.Headers)
            response.Headers[name] = value;
        var body = Encoding.UTF8.GetBytes($$"""{"errors":[{"code":"{{fault.Code}}","message":"{{fault.Message}}"}]}""");
        response.ContentType = "application/json";
        response.ContentLength64 = body.Length;
        if (request.HttpMethod != "HEAD")
            await response.OutputStream.WriteAsync(body);
    }

    private async Task PassOnAsync(HttpListenerRequest request, HttpListenerResponse response)
    {
        // The registry makes the URLs of uploads of the host that it is asked for.
        using var asked = new HttpRequestMessage(new HttpMethod(request.HttpMethod), new Uri(upstream, request.RawUrl)) { Headers = { Authorization = upstreamLogin, Host = Host } };
        if (request.HasEntityBody)
            asked.Content = new StreamContent(request.InputStream);
        foreach (var name in request.Headers.AllKeys.OfType<string>().Where(name => name is not ("Host" or "Authorization" or "Connection" or "Transfer-Encoding" or "Accept-Encoding")))
        {
            if (!asked.Headers.TryAddWithoutValidation(name, request.Headers[name]))
                asked.Content?.Headers.TryAddWithoutValidation(name, request.Headers[name]);
        }

        using var answer = await http.SendAsync(asked, HttpCompletionOption.ResponseHeadersRead);
        response.StatusCode = (int)answer.StatusCode;
        WriteDown(request, response);
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => header.Key is not ("Content-Length" or "Transfer-Encoding" or "Connection" or "Date")))
            response.Headers[name] = string.Join(", ", values);
        response.ContentLength64 = answer.Content.Headers.ContentLength ?? 0;
        if (request.HttpMethod != "HEAD")
            await answer.Content.CopyToAsync(response.OutputStream);
    }

    private static string Basic(string user, string password) => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
}

/// <summary>What goes wrong with a request.</summary>
internal sealed record Fault(int Status, string Code, string Message, params (string Name, string Value)[] Headers)
{
    public static Fault Unauthorized { get; } = new(401, "UNAUTHORIZED", "authentication required", ("WWW-Authenticate", "Basic realm=\"test\""));

    /// <summary>The connection is cut after so many bytes of the request's body; null answers instead.</summary>
    public int? CutsAfter { get; private init; }

    public static Fault Cut(int afterBytes) => new(0, "", "") { CutsAfter = afterBytes };
}
