using System.Net;
using System.Net.Sockets;

namespace ReleaseTools.Engine.Tests.Images.Integration;

/// <summary>Ports that are free.</summary>
internal static class FreePorts
{
    /// <summary>Has a listener listen on one, and gives its URL.</summary>
    public static string Listen(HttpListener listener)
    {
        for (var attempt = 0; ; attempt++)
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            var prefix = $"http://{probe.LocalEndpoint}/";
            probe.Stop();
            listener.Prefixes.Clear();
            listener.Prefixes.Add(prefix);
            try
            {
                listener.Start();
                return prefix;
            }
            catch (HttpListenerException) when (attempt < 10)
            {
                // Somebody else was faster.
            }
        }
    }
}
