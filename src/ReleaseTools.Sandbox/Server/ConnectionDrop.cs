using System.Net;
using System.Net.Sockets;
using System.Reflection;

namespace ReleaseTools.Sandbox.Server;

/// <summary>
/// Ends a connection without a byte of an answer. <see cref="HttpListenerResponse.Abort"/> does so on Windows; elsewhere .NET's own
/// HttpListener answers an empty 200 first, so its socket is reset before. Where it has none that can be found, a body is
/// promised and not sent, which a client takes for a connection that broke.
/// See HttpConnection.Close in https://github.com/dotnet/runtime/tree/main/src/libraries/System.Net.HttpListener
/// </summary>
internal static class ConnectionDrop
{
    private const BindingFlags Internal = BindingFlags.Instance | BindingFlags.NonPublic;

    public static void Drop(HttpListenerContext context)
    {
        try
        {
            if (SocketOf(context) is { } socket)
            {
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
                socket.Close();
            }
            else if (!OperatingSystem.IsWindows())
            {
                context.Response.ContentLength64 = 1;
            }

            context.Response.Abort();
        }
        catch (Exception gone) when (gone is IOException or SocketException or ObjectDisposedException or HttpListenerException or InvalidOperationException)
        {
            // It is what was wanted.
        }
    }

    private static Socket? SocketOf(HttpListenerContext context)
    {
        var connection = typeof(HttpListenerContext).GetProperty("Connection", Internal)?.GetValue(context);
        return connection?.GetType().GetField("_socket", Internal)?.GetValue(connection) as Socket;
    }
}
