using System.Text.Json.Nodes;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.SageMaker;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>Reads an endpoint and what it is made of; what is not there is an error that says what that means.</summary>
internal sealed class EndpointReader(AwsSession aws)
{
    /// <summary>The endpoint.</summary>
    /// <exception cref="ReleaseException">EndpointNotFound.</exception>
    public async Task<DescribeEndpointResponse> EndpointAsync(string endpointName, CancellationToken cancellationToken)
    {
        try
        {
            return await aws.SageMaker.DescribeEndpointAsync(new(endpointName), cancellationToken);
        }
        catch (AwsServiceException missing) when (missing.IsCouldNotFind())
        {
            throw ReleaseException.Wrap(missing, nameof(Messages.EndpointNotFound), ErrorKind.NotFound, endpointName, endpointName, aws.Region);
        }
    }

    /// <summary>The configuration that the endpoint is on, whole.</summary>
    /// <exception cref="ReleaseException">EndpointConfigMissing: SageMaker lets a configuration in use be deleted.</exception>
    public async Task<JsonObject> ConfigAsync(string endpointName, string configName, CancellationToken cancellationToken)
    {
        try
        {
            return await aws.SageMaker.DescribeEndpointConfigAsync(new(configName), cancellationToken);
        }
        catch (AwsServiceException missing) when (missing.IsCouldNotFind())
        {
            throw ReleaseException.Wrap(missing, nameof(Messages.EndpointConfigMissing), ErrorKind.InvalidState, endpointName, endpointName, configName);
        }
    }

    /// <summary>A model that a configuration names, whole.</summary>
    /// <exception cref="ReleaseException">EndpointModelMissing.</exception>
    public async Task<JsonObject> ModelAsync(string endpointName, string configName, string modelName, CancellationToken cancellationToken)
    {
        try
        {
            return await aws.SageMaker.DescribeModelAsync(new(modelName), cancellationToken);
        }
        catch (AwsServiceException missing) when (missing.IsCouldNotFind())
        {
            throw ReleaseException.Wrap(missing, nameof(Messages.EndpointModelMissing), ErrorKind.InvalidState, modelName, configName, modelName, endpointName);
        }
    }
}
