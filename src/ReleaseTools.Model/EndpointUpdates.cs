namespace ReleaseTools;

/// <summary>What became of an endpoint's update.</summary>
public enum EndpointUpdateStatus
{
    /// <summary>Would be updated (<c>-WhatIf</c>).</summary>
    Planned,

    /// <summary>InService on the new configuration, serving the new digest.</summary>
    Updated,

    /// <summary>It is as asked for already; nothing was created.</summary>
    Unchanged,

    /// <summary>Started, not waited for (<c>-NoWait</c>).</summary>
    InProgress,

    /// <summary>SageMaker put the old configuration back.</summary>
    RolledBack,

    /// <summary>The update failed; <see cref="EndpointUpdate.Reason"/> says why.</summary>
    Failed,

    /// <summary>The time given ran out; the update goes on at SageMaker.</summary>
    TimedOut,
}

/// <summary>An update of a SageMaker endpoint: to another image, environment or instances.</summary>
public sealed record EndpointUpdate
{
    /// <summary>The endpoint.</summary>
    public required string EndpointName { get; init; }

    /// <summary>What became of it.</summary>
    public EndpointUpdateStatus Status { get; init; }

    /// <summary>The digest to serve; null where the variants serve different ones.</summary>
    public string? Digest { get; init; }

    /// <summary>The image to serve, by digest.</summary>
    public string? ImageUri { get; init; }

    /// <summary>The digest it served before.</summary>
    public string? PreviousDigest { get; init; }

    /// <summary>The endpoint configuration made for the update, or the one in use when nothing changed.</summary>
    public string? EndpointConfigName { get; init; }

    /// <summary>The configuration in use before: what a restore goes back to.</summary>
    public string? PreviousEndpointConfigName { get; init; }

    /// <summary>The model made for the update.</summary>
    public string? ModelName { get; init; }

    /// <summary>The variants that were updated.</summary>
    public string? VariantName { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Why it was updated, left alone, or failed.</summary>
    public string? Reason { get; init; }

    /// <summary>The last lines that the endpoint's containers logged, of an update that failed or was rolled back.</summary>
    public IReadOnlyList<string> LogLines { get; init => field = Indexable.Of(value); } = [];

    /// <summary>What to type next where the endpoint cannot simply be updated again; null otherwise.</summary>
    public string? NextCommand { get; init; }
}

/// <summary>In how many steps an endpoint's traffic moves to new instances.</summary>
public enum EndpointStrategy
{
    /// <summary>In one step, once all new instances are ready.</summary>
    AllAtOnce,

    /// <summary>A part first, then the rest.</summary>
    Canary,

    /// <summary>In equal steps, once all new instances are ready.</summary>
    Linear,

    /// <summary>In batches: instances are replaced a few at a time.</summary>
    Rolling,
}
