namespace ReleaseTools.Engine.Aws.CloudWatch;

/// <summary>The operation of Amazon CloudWatch that a release uses.</summary>
public sealed class CloudWatchClient(IAwsCaller caller)
{
    /// <summary>The alarms of these names; those that are not there are left out.</summary>
    public Task<DescribeAlarmsResponse> DescribeAlarmsAsync(DescribeAlarmsRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("DescribeAlarms", request, CloudWatchJson.Default.DescribeAlarmsRequest, CloudWatchJson.Default.DescribeAlarmsResponse, cancellationToken);
}
