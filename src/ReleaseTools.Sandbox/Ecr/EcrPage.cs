using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.Ecr;

/// <summary>ECR's paging: 100 a page unless asked otherwise, at most 1000.</summary>
internal static class EcrPage
{
    /// <summary>The page that a request asks for.</summary>
    public static Page<T> Of<T>(IReadOnlyList<T> items, JsonObject request)
    {
        var size = request.Number("maxResults") ?? 100;
        if (size is < 1 or > 1000)
            throw EcrErrors.Invalid("maxResults", "Member must have value between 1 and 1000");
        return Page.Of(items, request.Text("nextToken"), (int)size, () => EcrErrors.Invalid("nextToken", "Invalid token"));
    }
}
