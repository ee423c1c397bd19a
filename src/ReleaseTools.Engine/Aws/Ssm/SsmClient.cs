namespace ReleaseTools.Engine.Aws.Ssm;

/// <summary>The operations of AWS Systems Manager that a release uses. None reads a value.</summary>
public sealed class SsmClient(IAwsCaller caller)
{
    /// <summary>A page of the parameters that pass the filters, without their values; a page may be empty and not the last.</summary>
    public Task<DescribeParametersResponse> DescribeParametersAsync(DescribeParametersRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("DescribeParameters", request, SsmJson.Default.DescribeParametersRequest, SsmJson.Default.DescribeParametersResponse, cancellationToken);
}
