namespace ReleaseTools.Sandbox.Ssm;

/// <summary>A version of a parameter.</summary>
internal sealed record ParameterVersion
{
    public required string Name { get; init; }

    public required string Type { get; init; }

    public required string Value { get; init; }

    public required long Version { get; init; }

    public required string Tier { get; init; }

    public required DateTimeOffset LastModified { get; init; }

    public string DataType { get; init; } = "text";

    public string? Description { get; init; }

    public string? KeyId { get; init; }
}
