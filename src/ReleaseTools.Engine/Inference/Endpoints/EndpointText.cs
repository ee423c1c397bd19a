namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>Sentences about endpoints, and the commands that are told, which are said in more than one place.</summary>
internal static class EndpointText
{
    /// <summary>SageMaker's reason, or that it gave none and where to look.</summary>
    public static string Reason(string endpointName, string? failureReason) => string.IsNullOrWhiteSpace(failureReason)
        ? $"SageMaker gave no reason; its log group {EndpointLogs.Group(endpointName)} may hold one."
        : $"SageMaker says: {failureReason.Trim()}";

    /// <summary>That an update goes on without us, and how to look at it.</summary>
    public static string GoesOn(string endpointName) =>
        $"The update of endpoint {endpointName} goes on. To look at it: aws sagemaker describe-endpoint --endpoint-name {endpointName}; to wait for it: {Wait(endpointName)}";

    /// <summary>The command that waits until an endpoint no longer moves by itself.</summary>
    public static string Wait(string endpointName) => $"Wait-SageMakerEndpoint {endpointName}";

    /// <summary>The command that tells how an endpoint is and what is next.</summary>
    public static string Test(string endpointName) => $"Test-SageMakerEndpoint {endpointName}";

    /// <summary>The command that does what is next.</summary>
    public static string Repair(string endpointName) => $"Repair-SageMakerEndpoint {endpointName}";

    /// <summary>The same where that is to delete the endpoint and create it again.</summary>
    public static string Recreate(string endpointName) => $"Repair-SageMakerEndpoint {endpointName} -AllowRecreate";
}
