namespace ReleaseTools;

/// <summary>What is to be done next with a SageMaker endpoint.</summary>
public enum EndpointNextStep
{
    /// <summary>Nothing: it serves, and can be updated.</summary>
    None,

    /// <summary>Wait until SageMaker has done what it is doing; meanwhile it refuses everything else.</summary>
    Wait,

    /// <summary>Update it to <see cref="EndpointDiagnosis.LastGoodEndpointConfigName"/>.</summary>
    Update,

    /// <summary>Make what it was deployed from again, under the same name: its configuration, or a model of it.</summary>
    RecreateConfiguration,

    /// <summary>Delete the endpoint and create it again; it serves nothing meanwhile.</summary>
    Recreate,

    /// <summary>Create it, or finish a creation that was interrupted.</summary>
    Create,

    /// <summary>Nothing that this module knows how to do: <see cref="EndpointDiagnosis.Problem"/> says what is missing.</summary>
    Unknown,
}

/// <summary>How a SageMaker endpoint is, what it serves, and what to do next.</summary>
public sealed record EndpointDiagnosis
{
    /// <summary>The endpoint.</summary>
    public required string EndpointName { get; init; }

    /// <summary>SageMaker's <c>EndpointStatus</c>; <c>Missing</c> where there is no such endpoint.</summary>
    public required string Status { get; init; }

    /// <summary>Whether it serves and can be updated.</summary>
    public bool IsHealthy => Problem is null;

    /// <summary>The configuration it names; null where there is no endpoint.</summary>
    public string? EndpointConfigName { get; init; }

    /// <summary>The configuration that is being deployed; null when none is.</summary>
    public string? PendingEndpointConfigName { get; init; }

    /// <summary>The models of the configuration it names.</summary>
    public IReadOnlyList<string> ModelNames { get; init => field = Indexable.Of(value); } = [];

    /// <summary>The digests it serves, as its variants' <c>DeployedImages</c> tell them.</summary>
    public IReadOnlyList<string> Digests { get; init => field = Indexable.Of(value); } = [];

    /// <summary>The images it serves, by digest.</summary>
    public IReadOnlyList<string> ImageUris { get; init => field = Indexable.Of(value); } = [];

    /// <summary>The release that made the configuration it names; null where this module did not make it.</summary>
    public string? Release { get; init; }

    /// <summary>
    /// The configuration that it was to be on: the one being deployed, else the one of an update that did not come to its end, else
    /// the one it names.
    /// </summary>
    public string? IntendedEndpointConfigName { get; init; }

    /// <summary>The newest configuration known to be good whose models and images are there; null where none is known.</summary>
    public string? LastGoodEndpointConfigName { get; init; }

    /// <summary>The configuration that Terraform's state names, else the one that was in use before this module's first update; null where neither is known.</summary>
    public string? TerraformEndpointConfigName { get; init; }

    /// <summary>What a <c>terraform apply</c> would do to the endpoint; null where it would leave it alone, or nobody knows.</summary>
    public string? Drift { get; init; }

    /// <summary>What is wrong, in one sentence; null when it is healthy.</summary>
    public string? Problem { get; init; }

    /// <summary>What is to be done next.</summary>
    public EndpointNextStep NextStep { get; init; }

    /// <summary>The command that does it; null when there is nothing to do.</summary>
    public string? NextCommand { get; init; }

    /// <summary>When it last changed; while SageMaker is at work, since when.</summary>
    public DateTimeOffset? LastModifiedTime { get; init; }
}

/// <summary>Whether a part of an endpoint's history is kept.</summary>
public enum EndpointHistoryStatus
{
    /// <summary>Would be removed (<c>-WhatIf</c>).</summary>
    Planned,

    /// <summary>Removed.</summary>
    Removed,

    /// <summary>It was to be removed and is still there; <see cref="EndpointHistoryItem.Reason"/> says why.</summary>
    Failed,
}

/// <summary>A configuration or a model that this module made for an endpoint, and that nothing needs any more.</summary>
public sealed record EndpointHistoryItem
{
    /// <summary>The endpoint it was made for.</summary>
    public required string EndpointName { get; init; }

    /// <summary><c>EndpointConfig</c> or <c>Model</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The release it was made for.</summary>
    public string? Release { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset? CreationTime { get; init; }

    /// <summary>What became of it.</summary>
    public EndpointHistoryStatus Status { get; init; }

    /// <summary>Why nothing needs it, or why it is still there.</summary>
    public string? Reason { get; init; }
}
