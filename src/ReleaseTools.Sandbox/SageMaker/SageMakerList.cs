using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.SageMaker;

/// <summary>SageMaker's List operations: filters, order and pages are the same for all.</summary>
internal static class SageMakerList
{
    /// <summary>The page that a request asks for.</summary>
    /// <param name="all">Descriptions of all resources.</param>
    /// <param name="request">The request.</param>
    /// <param name="nameField">The field that holds a resource's name.</param>
    /// <param name="listField">The field of the answer.</param>
    /// <param name="summary">What of a resource is listed.</param>
    public static JsonObject Of(IEnumerable<JsonObject> all, JsonObject request, string nameField, string listField, Func<JsonObject, JsonObject> summary)
    {
        var size = request.Number("MaxResults") ?? 10;
        if (size is < 1 or > 100)
            throw SageMakerErrors.Invalid($"1 validation error detected: Value '{size}' at 'maxResults' failed to satisfy constraint: Member must be between 1 and 100");
        var contains = request.Text("NameContains");
        var status = request.Text("StatusEquals");
        var found = all.Where(one =>
            (contains is null || one.Text(nameField)!.Contains(contains, StringComparison.OrdinalIgnoreCase))
            && (status is null || one.Text("EndpointStatus") == status)
            && Within(one, "CreationTime", request)
            && Within(one, "LastModifiedTime", request));

        var sorted = request.Text("SortBy") switch
        {
            "Name" => found.OrderBy(one => one.Text(nameField), StringComparer.Ordinal),
            "Status" => found.OrderBy(one => one.Text("EndpointStatus"), StringComparer.Ordinal),
            _ => found.OrderBy(one => one.Time("CreationTime")),
        };
        var items = sorted.ToList();
        if (request.Text("SortOrder") is not "Ascending")
            items.Reverse();
        var page = Page.Of(items, request.Text("NextToken"), (int)size, () => SageMakerErrors.Invalid("Invalid pagination token."));
        return page.MarkNext(new JsonObject { [listField] = page.Items.Select(summary).ToJsonArray() }, "NextToken");
    }

    private static bool Within(JsonObject resource, string field, JsonObject request)
    {
        if (resource.Time(field) is not { } time)
            return true;
        return (request.Time(field + "After") is not { } after || time > after)
            && (request.Time(field + "Before") is not { } before || time < before);
    }
}
