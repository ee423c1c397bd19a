using System.Net;
using System.Net.Sockets;

namespace ReleaseTools.Sandbox.Server;

/// <summary>An <see cref="HttpListener"/> on 127.0.0.1, which cannot pick a free port by itself.</summary>
internal static class LocalListener
{
    private const int Tries = 10;

    /// <summary>Listens on a port, or on a free one when it is 0.</summary>
    /// <exception cref="SandboxStartException">It cannot be listened on.</exception>
    public static (HttpListener Listener, int Port) Start(int port)
    {
        for (var left = Tries; ; left--)
        {
            var chosen = port == 0 ? FreePort() : port;
            var listener = new HttpListener();
            try
            {
                listener.Prefixes.Add($"http://127.0.0.1:{chosen}/");
                listener.Start();
                return (listener, chosen);
            }
            catch (HttpListenerException problem)
            {
                ((IDisposable)listener).Dispose();

                // Somebody else may take a free port between the look and the bind.
                if (port == 0 && left > 1)
                    continue;
                throw new SandboxStartException(SandboxStartProblem.PortUnavailable, $"Port {chosen} on 127.0.0.1 cannot be listened on: {problem.Message}", problem);
            }
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
