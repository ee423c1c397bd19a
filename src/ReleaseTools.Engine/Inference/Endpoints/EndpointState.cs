namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>What can be done with an endpoint now.</summary>
internal enum EndpointReadiness
{
    /// <summary>It can be updated.</summary>
    Ready,

    /// <summary>It moves by itself; wait.</summary>
    Wait,

    /// <summary>An update cannot help; somebody has to do something else first.</summary>
    Refuse,
}

/// <summary>What can be done with an endpoint now; for <see cref="EndpointReadiness.Refuse"/>, why and what to type.</summary>
internal sealed record EndpointState(EndpointReadiness Readiness, string Diagnosis = "", string NextCommand = "")
{
    /// <summary>
    /// Reads EndpointStatus (DescribeEndpoint, API reference):
    /// <code>
    /// EndpointStatus        what can be done
    /// InService             update
    /// Creating, Updating,   wait; SageMaker refuses an update meanwhile
    /// RollingBack
    /// SystemUpdating        wait; neither update, delete nor rescale
    /// UpdateRollbackFailed  refuse: it serves a mix of configurations, and is to be put on one known to be good first
    /// Failed                refuse: can only be deleted and created again
    /// OutOfService          refuse: it does not serve; delete and create it again
    /// Deleting              refuse: wait until it is gone, then create it again
    /// anything else         wait: a status of the future is not one to act on
    /// </code>
    /// </summary>
    /// <param name="endpointName">The endpoint.</param>
    /// <param name="status">Its EndpointStatus.</param>
    /// <param name="configName">The configuration it names.</param>
    /// <param name="failureReason">SageMaker's reason; often empty.</param>
    public static EndpointState Of(string endpointName, string? status, string? configName, string? failureReason)
    {
        var reason = EndpointText.Reason(endpointName, failureReason);
        var create = $"aws sagemaker delete-endpoint --endpoint-name {endpointName}; aws sagemaker wait endpoint-deleted --endpoint-name {endpointName}; "
            + $"aws sagemaker create-endpoint --endpoint-name {endpointName} --endpoint-config-name {configName}";
        return status switch
        {
            "InService" => new(EndpointReadiness.Ready),
            "Creating" or "Updating" or "RollingBack" or "SystemUpdating" => new(EndpointReadiness.Wait),
            "UpdateRollbackFailed" => new(
                EndpointReadiness.Refuse,
                $"An update and its rollback both failed, so it serves a mix of configurations. {reason}",
                $"Put it on a configuration known to be good: aws sagemaker update-endpoint --endpoint-name {endpointName} --endpoint-config-name <configuration>; then run the command again."),
            "Failed" => new(EndpointReadiness.Refuse, $"It can only be deleted and created again. {reason}", $"{create}; then run the command again."),
            "OutOfService" => new(EndpointReadiness.Refuse, $"It serves nothing. {reason}", $"{create}; then run the command again."),
            "Deleting" => new(
                EndpointReadiness.Refuse,
                "It is being deleted.",
                $"Wait until it is gone (aws sagemaker wait endpoint-deleted --endpoint-name {endpointName}) and create it again (terraform apply where Terraform owns it)."),
            _ => new(EndpointReadiness.Wait),
        };
    }
}
