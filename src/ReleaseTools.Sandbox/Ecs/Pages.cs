using System.Globalization;
using System.Text.Json.Nodes;
using System.Text;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.Ecs;

/// <summary>Pages of ARNs: at most 100 each (<c>maxResults</c>), going on after the last one that was given.</summary>
internal static class Pages
{
    public static JsonObject Of(IReadOnlyList<string> arns, JsonObject request, string member, int defaultSize = 100)
    {
        var size = request.Number("maxResults") ?? defaultSize;
        if (size is < 1 or > 100)
            throw new SandboxException("InvalidParameterException", "maxResults must be between 1 and 100.");

        var from = request.Text("nextToken") is { } token ? IndexAfter(arns, token) : 0;
        var answer = new JsonObject { [member] = new JsonArray([.. arns.Skip(from).Take((int)size).Select(arn => JsonValue.Create(arn))]) };
        if (from + size < arns.Count)
            answer["nextToken"] = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{from + size}|{arns[from + (int)size - 1]}"));
        return answer;
    }

    // What was listed may have gone meanwhile; then its place serves.
    private static int IndexAfter(IReadOnlyList<string> arns, string token)
    {
        var bytes = new byte[token.Length];
        if (!Convert.TryFromBase64String(token, bytes, out var length)
            || Encoding.UTF8.GetString(bytes, 0, length).Split('|', 2) is not [var place, var last]
            || !int.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            throw new SandboxException("InvalidParameterException", "Invalid token");

        for (var i = 0; i < arns.Count; i++)
        {
            if (string.Equals(arns[i], last, StringComparison.Ordinal))
                return i + 1;
        }

        return Math.Min(index, arns.Count);
    }
}
