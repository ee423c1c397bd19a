using System.Text.Json.Serialization;

namespace ReleaseTools.Engine.Aws.CodeBuild;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = [typeof(EpochSecondsConverter)])]
[JsonSerializable(typeof(StartBuildRequest))]
[JsonSerializable(typeof(StartBuildResponse))]
[JsonSerializable(typeof(BatchGetBuildsRequest))]
[JsonSerializable(typeof(BatchGetBuildsResponse))]
[JsonSerializable(typeof(StopBuildRequest))]
[JsonSerializable(typeof(StopBuildResponse))]
[JsonSerializable(typeof(BatchGetProjectsRequest))]
[JsonSerializable(typeof(BatchGetProjectsResponse))]
internal sealed partial class CodeBuildJson : JsonSerializerContext;
