using System.Text.Json.Serialization;

namespace ReleaseTools.Engine.Aws.SecretsManager;

// In the words of the AWS Secrets Manager API reference (2017-10-17).
#pragma warning disable CS1591 // the members are AWS's own; its API reference describes them

public sealed record DescribeSecretRequest(string SecretId);

/// <param name="DeletedDate">When it was scheduled for deletion; until it is restored its value cannot be had.</param>
/// <param name="VersionIdsToStages">The versions that have staging labels.</param>
public sealed record DescribeSecretResponse(
    [property: JsonPropertyName("ARN")] string? Arn, string? Name, DateTimeOffset? DeletedDate, IReadOnlyDictionary<string, IReadOnlyList<string>>? VersionIdsToStages);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = [typeof(EpochSecondsConverter)])]
[JsonSerializable(typeof(DescribeSecretRequest))]
[JsonSerializable(typeof(DescribeSecretResponse))]
internal sealed partial class SecretsManagerJson : JsonSerializerContext;
