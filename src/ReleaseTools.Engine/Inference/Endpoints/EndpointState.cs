namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>What can be done with an endpoint now.</summary>
internal enum EndpointReadiness
{
    /// <summary>It can be updated.</summary>
    Ready,

    /// <summary>It moves by itself; wait.</summary>
    Wait,

    /// <summary>Another image cannot help; it has to be repaired first.</summary>
    Refuse,
}

/// <summary>What an endpoint's status alone says: what can be done with it, what is next, why, and what to type.</summary>
/// <param name="Readiness">What can be done.</param>
/// <param name="NextStep">What is next.</param>
/// <param name="Diagnosis">What is wrong; empty when nothing is.</param>
/// <param name="NextCommand">The command that does it; empty when there is nothing to do.</param>
internal sealed record EndpointState(EndpointReadiness Readiness, EndpointNextStep NextStep, string Diagnosis = "", string NextCommand = "")
{
    /// <summary>What stands for the status of an endpoint that is not there.</summary>
    public const string Missing = "Missing";

    /// <summary>
    /// Reads EndpointStatus. The one table by which endpoints are tested, repaired, updated and restored; in AWS's words (DescribeEndpoint,
    /// API reference; "Rolling deployments", developer guide):
    /// <code>
    /// EndpointStatus        what AWS says                                                      update   next step
    /// InService             "available to process incoming requests"                           yes      None
    /// Creating              "CreateEndpoint is executing"                                      wait     Wait
    /// Updating              "UpdateEndpoint or UpdateEndpointWeightsAndCapacities is executing" wait    Wait
    /// RollingBack           "in the process of rolling back to its previous configuration"     wait     Wait
    /// SystemUpdating        "undergoing maintenance and cannot be updated or deleted or        wait     Wait
    ///                       re-scaled until it has completed"
    /// UpdateRollbackFailed  "Both the rolling deployment and auto-rollback failed. Your        refuse   Update, to the last good
    ///                       endpoint is in service with a mix of the old and new endpoint
    ///                       configurations."
    /// OutOfService          "not available to take incoming requests"                          refuse   Update, to the last good;
    ///                                                                                                   where SageMaker refuses: Recreate
    /// Failed                "could not be created, updated, or re-scaled … DeleteEndpoint is   refuse   Recreate
    ///                       the only operation that can be performed on a failed endpoint"
    /// Deleting              "DeleteEndpoint is executing"                                      refuse   Wait, until it is gone; then Create
    /// Missing               ("Could not find endpoint")                                        refuse   Create
    /// anything else         a status of the future is not one to act on                        wait     Wait
    /// </code>
    /// What else is known of the endpoint, such as that its configuration was deleted, is for the diagnosis.
    /// </summary>
    /// <param name="endpointName">The endpoint.</param>
    /// <param name="status">Its EndpointStatus.</param>
    /// <param name="failureReason">SageMaker's reason; often empty.</param>
    public static EndpointState Of(string endpointName, string? status, string? failureReason)
    {
        var reason = EndpointText.Reason(endpointName, failureReason);
        var repair = EndpointText.Repair(endpointName);
        return status switch
        {
            "InService" => new(EndpointReadiness.Ready, EndpointNextStep.None),
            "Creating" or "Updating" or "RollingBack" or "SystemUpdating" => Moving(endpointName, $"It is {status}"),
            "UpdateRollbackFailed" => new(
                EndpointReadiness.Refuse, EndpointNextStep.Update, $"An update and its rollback both failed, so it serves a mix of configurations. {reason}", repair),
            "OutOfService" => new(EndpointReadiness.Refuse, EndpointNextStep.Update, $"It serves nothing. {reason}", repair),
            "Failed" => new(
                EndpointReadiness.Refuse, EndpointNextStep.Recreate, $"It can only be deleted and created again. {reason}", EndpointText.Recreate(endpointName)),
            "Deleting" => new(EndpointReadiness.Refuse, EndpointNextStep.Wait, "It is being deleted; once it is gone it can be created again.", repair),
            Missing => new(EndpointReadiness.Refuse, EndpointNextStep.Create, "There is no such endpoint.", repair),
            _ => Moving(endpointName, $"Its status, {status ?? "none"}, is not one that this version knows"),
        };
    }

    private static EndpointState Moving(string endpointName, string what) =>
        new(EndpointReadiness.Wait, EndpointNextStep.Wait, $"{what}; SageMaker refuses to update or delete it meanwhile.", EndpointText.Wait(endpointName));
}
