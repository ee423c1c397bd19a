using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ReleaseTools.Engine.Aws.SageMaker;

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = [typeof(EpochSecondsConverter)])]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(DescribeEndpointRequest))]
[JsonSerializable(typeof(DescribeEndpointResponse))]
[JsonSerializable(typeof(DescribeEndpointConfigRequest))]
[JsonSerializable(typeof(DescribeModelRequest))]
[JsonSerializable(typeof(UpdateEndpointRequest))]
[JsonSerializable(typeof(UpdateEndpointResponse))]
[JsonSerializable(typeof(CreateEndpointRequest))]
[JsonSerializable(typeof(CreateEndpointResponse))]
[JsonSerializable(typeof(DeleteEndpointRequest))]
[JsonSerializable(typeof(ListEndpointsRequest))]
[JsonSerializable(typeof(ListEndpointsResponse))]
[JsonSerializable(typeof(ListEndpointConfigsRequest))]
[JsonSerializable(typeof(ListEndpointConfigsResponse))]
[JsonSerializable(typeof(ListModelsRequest))]
[JsonSerializable(typeof(ListModelsResponse))]
[JsonSerializable(typeof(ListTagsRequest))]
[JsonSerializable(typeof(ListTagsResponse))]
[JsonSerializable(typeof(AddTagsRequest))]
[JsonSerializable(typeof(AddTagsResponse))]
[JsonSerializable(typeof(DeleteTagsRequest))]
[JsonSerializable(typeof(DeleteModelRequest))]
[JsonSerializable(typeof(DeleteEndpointConfigRequest))]
[JsonSerializable(typeof(NoResponse))]
internal sealed partial class SageMakerJson : JsonSerializerContext;
