using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.Ecs;

/// <summary>What RunTask may ask for: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html</summary>
internal static partial class RunTaskRequest
{
    // "A total of 8192 characters are allowed for overrides. This limit includes the JSON formatting characters."
    private const int LongestOverrides = 8192;

    /// <summary>Refuses what is malformed, or does not fit the task definition.</summary>
    /// <exception cref="SandboxException">A member has the wrong type, or a value that is not taken.</exception>
    public static void Validate(JsonObject request, JsonObject definition)
    {
        if (request.Number("count") is < 1 or > 10)
            throw Invalid("Count must be between 1 and 10.");
        if (request.Text("clientToken") is { } token && !Token().IsMatch(token))
            throw Invalid("clientToken must be at most 64 characters in the range of 33-126.");
        if (request.Text("startedBy") is { } by && !StartedBy().IsMatch(by))
            throw Invalid("startedBy can be up to 128 letters, numbers, hyphens, forward slashes and underscores.");
        request.Text("group");
        Capacity(request);
        Network(request, definition);
        if (request.Structure("overrides") is { } overrides)
            Overrides(overrides, definition);
    }

    private static void Capacity(JsonObject request)
    {
        var strategy = request.Structures("capacityProviderStrategy");
        var launchType = request.Text("launchType");
        if (launchType is not (null or "EC2" or "FARGATE" or "EXTERNAL" or "MANAGED_INSTANCES"))
            throw Invalid($"Invalid launch type: {launchType}");
        if (strategy.Count > 0 && launchType is not null)
            throw Invalid("Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.");
        if (strategy.Count > 20)
            throw Invalid("A capacity provider strategy can contain a maximum of 20 capacity providers.");
        foreach (var item in strategy)
            item.Required("capacityProvider", "InvalidParameterException", "The capacity provider name cannot be empty.");
        if (request.Text("platformVersion") is not null && strategy.Count == 0 && launchType is not "FARGATE")
            throw Invalid("The platform version must be null when specifying an EC2 launch type.");
    }

    private static void Network(JsonObject request, JsonObject definition)
    {
        var configuration = request.Structure("networkConfiguration");
        var isOwn = definition.Text("networkMode") is "awsvpc";
        if (isOwn && configuration is null)
            throw Invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
        if (!isOwn && configuration is not null)
            throw Invalid("Network Configuration is not valid for the given networkMode of this task definition.");
        if (configuration is not null && configuration.Structure("awsvpcConfiguration")?.Texts("subnets") is not [_, ..])
            throw Invalid("subnets can not be empty.");
    }

    private static void Overrides(JsonObject overrides, JsonObject definition)
    {
        if (overrides.ToJsonString().Length > LongestOverrides)
            throw Invalid($"Overrides length must be at most {LongestOverrides}.");
        var names = definition.Structures("containerDefinitions").Select(container => container.Text("name")).ToList();
        foreach (var container in overrides.Structures("containerOverrides"))
        {
            var name = container.Text("name");
            if (!names.Contains(name, StringComparer.Ordinal))
                throw Invalid($"Override for container named {name} is not a container in the TaskDefinition.");
            container.Texts("command");
            foreach (var variable in container.Structures("environment"))
            {
                variable.Text("name");
                variable.Text("value");
            }
        }
    }

    private static SandboxException Invalid(string message) => new("InvalidParameterException", message);

    [GeneratedRegex(@"^[!-~]{1,64}\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Token();

    [GeneratedRegex(@"^[A-Za-z0-9/_-]{1,128}\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex StartedBy();
}
