using System.Text.Json.Nodes;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.SageMaker;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>
/// Writes on a configuration that the endpoint was proven to serve it. What is not so written is no more than not known to be
/// good, so nothing here fails an update that has succeeded.
/// </summary>
internal sealed class EndpointProof(AwsSession aws, IReleaseObserver observer, TimeProvider time)
{
    /// <summary>Whether a configuration, which the endpoint serves, is this module's and not marked yet: whoever updated the endpoint may have been stopped before. Reads only.</summary>
    /// <param name="endpointName">The endpoint.</param>
    /// <param name="config">The configuration, as described.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    public async Task<bool> IsOwedAsync(string endpointName, JsonObject config, CancellationToken cancellationToken)
    {
        try
        {
            return EndpointClone.Text(config, "EndpointConfigArn") is { } arn && IsOwed(endpointName, await EndpointTags.ReadAsync(aws, arn, cancellationToken));
        }
        catch (AwsServiceException error)
        {
            observer.Report(new Traced(endpointName, $"Whether its configuration is marked as proven is not known: {error.Message}"));
            return false;
        }
    }

    /// <summary>Tags a configuration that this module made for the endpoint, unless it is tagged already.</summary>
    public async Task WriteAsync(string endpointName, string configName, CancellationToken cancellationToken)
    {
        try
        {
            var config = await aws.SageMaker.DescribeEndpointConfigAsync(new(configName), cancellationToken);
            if (EndpointClone.Text(config, "EndpointConfigArn") is { } arn)
                await WriteAsync(endpointName, configName, arn, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The update has ended well; a later run that finds it unchanged marks it.
        }
        catch (AwsServiceException missing) when (missing.IsCouldNotFind())
        {
            observer.Report(new Warned(endpointName, $"It serves the configuration {configName}, which somebody deleted: {EndpointText.Repair(endpointName)} makes it again."));
        }
        catch (AwsServiceException error)
        {
            observer.Report(new Noted(endpointName, $"The configuration {configName} is not marked as proven: {error.Message}"));
        }
    }

    private async Task WriteAsync(string endpointName, string configName, string arn, CancellationToken cancellationToken)
    {
        if (!IsOwed(endpointName, await EndpointTags.ReadAsync(aws, arn, cancellationToken)))
            return;
        await aws.SageMaker.AddTagsAsync(new(arn, [EndpointTags.ProvenAt(time.GetUtcNow())]), cancellationToken);
        observer.Report(new Noted(endpointName, $"The configuration {configName} is marked as proven."));
    }

    private static bool IsOwed(string endpointName, IReadOnlyList<Tag> tags) => tags.Value(EndpointTags.Endpoint) == endpointName && tags.Value(EndpointTags.Proven) is null;
}
