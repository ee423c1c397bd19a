using System.Text;

namespace ReleaseTools.Sandbox.Server;

/// <summary>Stands for the sandbox's own host in kept state, so that image references stay true when the next run listens on another port.</summary>
internal static class HostPlaceholder
{
    private const string Placeholder = "${SANDBOX_HOST}";

    /// <summary>Puts the placeholder where the host stands, and not where it begins another: 127.0.0.1:5000 is no part of 127.0.0.1:50001.</summary>
    public static string PutInto(string text, string host)
    {
        var result = new StringBuilder(text.Length);
        var from = 0;
        for (var at = text.IndexOf(host, StringComparison.Ordinal); at >= 0; at = text.IndexOf(host, at + host.Length, StringComparison.Ordinal))
        {
            var end = at + host.Length;
            if (end < text.Length && char.IsAsciiDigit(text[end]))
                continue;
            result.Append(text, from, at - from).Append(Placeholder);
            from = end;
        }

        return result.Append(text, from, text.Length - from).ToString();
    }

    /// <summary>Puts the host where the placeholder stands.</summary>
    public static string Fill(string text, string host) => text.Replace(Placeholder, host, StringComparison.Ordinal);
}
