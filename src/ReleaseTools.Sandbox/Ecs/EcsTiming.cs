namespace ReleaseTools.Sandbox.Ecs;

/// <summary>How long ECS takes for each thing, by the sandbox's clock. AWS promises none of it; these are short and keep its proportions.</summary>
internal sealed record EcsTiming
{
    /// <summary>PROVISIONING: the network interface is attached.</summary>
    public TimeSpan Provisioning { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>PENDING: the images are pulled.</summary>
    public TimeSpan Pending { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>ACTIVATING: targets are registered.</summary>
    public TimeSpan Activating { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>RUNNING, of a task that RunTask started and for which nothing else is scripted: it ends with exit code 0.</summary>
    public TimeSpan OneOffWork { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>DEACTIVATING: targets are drained.</summary>
    public TimeSpan Deactivating { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>STOPPING: containers end.</summary>
    public TimeSpan Stopping { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long all tasks must have been running before the scheduler sees a steady state.</summary>
    public TimeSpan SteadyAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The pause after tasks first failed to start; it doubles with each further time.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest pause: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMinutes(27);

    /// <summary>How long a stopped task can still be described; AWS says "at least 1 hour".</summary>
    public TimeSpan StoppedTasksKept { get; init; } = TimeSpan.FromHours(1);
}
