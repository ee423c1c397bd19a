using System.Collections.Immutable;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>What an update changes besides the image; nothing where nothing is named. Values of the environment are never told.</summary>
public sealed record EndpointChange
{
    /// <summary>Nothing.</summary>
    public static EndpointChange None { get; } = new();

    /// <summary>Variables of the model's environment to set, by name.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Names of variables to take away.</summary>
    public IReadOnlyList<string> RemoveEnvironment { get; init; } = [];

    /// <summary>The variants' instance type, such as <c>ml.g4dn.xlarge</c>.</summary>
    public string? InstanceType { get; init; }

    /// <summary>The variants' instance count.</summary>
    public int? InstanceCount { get; init; }

    /// <summary>Whether the model's environment is changed.</summary>
    internal bool IsOfEnvironment => Environment.Count > 0 || RemoveEnvironment.Count > 0;

    /// <summary>Whether what the variants run on is changed.</summary>
    internal bool IsOfInstances => InstanceType is not null || InstanceCount is not null;

    /// <summary>Whether nothing is.</summary>
    internal bool IsNone => !IsOfEnvironment && !IsOfInstances;
}
