using System.Text.Json.Nodes;

namespace ReleaseTools.Sandbox.Ecs;

/// <summary>
/// What CreateService and UpdateService may ask for. The members are kept as they were given and read again when the scheduler acts,
/// so whatever is not of their type or beyond their bounds is refused before it is kept.
/// </summary>
internal static class ServiceRequest
{
    // "Tasks per service": https://docs.aws.amazon.com/general/latest/gr/ecs-service.html
    private const int MostTasks = 5000;

    // The sandbox's own bound; AWS documents none, and nobody comes near.
    private const int HighestPercent = 10_000;

    private static readonly string[] NotModelled = ["thresholdConfiguration", "resetOnHealthyTask"];

    /// <summary>Refuses what is malformed.</summary>
    /// <exception cref="SandboxException">A member has the wrong type, or a value that is not taken.</exception>
    public static void Validate(JsonObject request)
    {
        request.Text("launchType");
        request.Structures("tags");
        request.Structures("loadBalancers");
        request.Structure("networkConfiguration");
        request.Structure("deploymentController")?.Text("type");
        DesiredCount(request);
        if (request.Structure("deploymentConfiguration") is not { } configuration)
            return;
        Percent(configuration, "minimumHealthyPercent");
        Percent(configuration, "maximumPercent");
        if (configuration.Structure("deploymentCircuitBreaker") is not { } breaker)
            return;
        breaker.Flag("enable");
        breaker.Flag("rollback");
        if (NotModelled.FirstOrDefault(breaker.ContainsKey) is { } member)
            throw Invalid($"The sandbox's ECS does not model deploymentCircuitBreaker.{member}, and does not pretend to obey it.");
    }

    /// <summary>The desired count of a request; null when it has none.</summary>
    public static int? DesiredCount(JsonObject request) => request.Number("desiredCount") switch
    {
        null => null,
        < 0 => throw Invalid("desiredCount must not be negative."),
        > MostTasks => throw Invalid($"The service has reached its quota of {MostTasks} tasks."),
        var count => (int)count,
    };

    private static void Percent(JsonObject configuration, string member)
    {
        if (configuration.Number(member) is < 0 or > HighestPercent)
            throw Invalid($"deploymentConfiguration {member} must be between 0 and {HighestPercent}.");
    }

    private static SandboxException Invalid(string message) => new("InvalidParameterException", message);
}
