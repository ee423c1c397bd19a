using System.Text.Json.Serialization;

namespace ReleaseTools.Engine.Aws.Ssm;

// In the words of the AWS Systems Manager API reference (2014-11-06).
#pragma warning disable CS1591 // the members are AWS's own; its API reference describes them

public sealed record DescribeParametersRequest(IReadOnlyList<ParameterStringFilter> ParameterFilters)
{
    /// <summary>At most 50.</summary>
    public int? MaxResults { get; init; }
    public string? NextToken { get; init; }
}

/// <param name="Key">What is filtered by, such as <c>Name</c>.</param>
/// <param name="Option">How it is compared, such as <c>Equals</c>.</param>
/// <param name="Values">At most 50.</param>
public sealed record ParameterStringFilter(string Key, string Option, IReadOnlyList<string> Values);

public sealed record DescribeParametersResponse(IReadOnlyList<ParameterMetadata>? Parameters, string? NextToken);
public sealed record ParameterMetadata(string? Name);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DescribeParametersRequest))]
[JsonSerializable(typeof(DescribeParametersResponse))]
internal sealed partial class SsmJson : JsonSerializerContext;
