namespace ReleaseTools.Engine.Rollouts;

/// <summary>Something that keeps a service's tasks from coming, as an event of ECS tells it; it may pass, so the wait goes on.</summary>
/// <param name="Words">What it is, in a few words.</param>
/// <param name="Said">ECS's message.</param>
internal sealed record ServiceStall(string Words, string Said)
{
    // (Amazon ECS developer guide, "Amazon ECS service event messages".) The first that fits is what it is.
    private static readonly (string Said, string Words)[] Kinds =
    [
        ("unable to place a task", "there is no capacity for its tasks"),
        ("unable to assume", "ECS may not take the service's role"),
        ("service deployment configuration", "minimumHealthyPercent and maximumPercent leave no room for a task"),
        (" is unhealthy in ", "its tasks are unhealthy at the load balancer"),
        ("failed to register targets", "its tasks cannot be registered with the load balancer"),
        ("failed to launch a task", "its tasks cannot be launched"),
        ("unable to consistently start tasks", "its tasks stop again and again"),
    ];

    /// <summary>The stall that a message tells of; null where it tells of none.</summary>
    public static ServiceStall? Of(string message) =>
        Array.Find(Kinds, kind => message.Contains(kind.Said, StringComparison.OrdinalIgnoreCase)) is { Words: { } words } ? new(words, message) : null;
}
