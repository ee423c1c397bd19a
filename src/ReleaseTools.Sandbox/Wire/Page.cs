using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace ReleaseTools.Sandbox.Wire;

/// <summary>One page of a list, and the token of the next one.</summary>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? NextToken)
{
    /// <summary>Puts the token into an answer, where there is a next page.</summary>
    public JsonObject MarkNext(JsonObject answer, string name)
    {
        if (NextToken is not null)
            answer[name] = NextToken;
        return answer;
    }
}

/// <summary>Cuts lists into pages. A token is opaque to callers; it holds the offset.</summary>
internal static class Page
{
    /// <summary>The page at a token.</summary>
    /// <param name="items">The whole list, in a stable order.</param>
    /// <param name="token">The token of the request; null for the first page.</param>
    /// <param name="size">How many items a page holds.</param>
    /// <param name="badToken">Makes the service's error for a token it never gave.</param>
    public static Page<T> Of<T>(IReadOnlyList<T> items, string? token, int size, Func<SandboxException> badToken)
    {
        var start = token is null ? 0 : Offset(token) ?? throw badToken();
        var next = start + size;
        return new Page<T>([.. items.Skip(start).Take(size)], next < items.Count ? Token(next) : null);
    }

    private static string Token(int offset) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes("offset:" + offset.ToString(CultureInfo.InvariantCulture)));

    private static int? Offset(string token)
    {
        var buffer = new byte[token.Length];
        if (!Convert.TryFromBase64String(token, buffer, out var length))
            return null;
        var parts = Encoding.ASCII.GetString(buffer, 0, length).Split(':');
        return parts is ["offset", var digits] && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var offset) ? offset : null;
    }
}
