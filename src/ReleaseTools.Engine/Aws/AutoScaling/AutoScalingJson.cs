using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ReleaseTools.Engine.Aws.AutoScaling;

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(DescribeScalableTargetsRequest))]
[JsonSerializable(typeof(DescribeScalableTargetsResponse))]
[JsonSerializable(typeof(DescribeScalingPoliciesRequest))]
[JsonSerializable(typeof(DescribeScalingPoliciesResponse))]
[JsonSerializable(typeof(DescribeScheduledActionsRequest))]
[JsonSerializable(typeof(DescribeScheduledActionsResponse))]
internal sealed partial class AutoScalingJson : JsonSerializerContext;
