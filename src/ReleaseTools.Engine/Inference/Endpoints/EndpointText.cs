namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>Sentences about endpoints that are said in more than one place.</summary>
internal static class EndpointText
{
    /// <summary>SageMaker's reason, or that it gave none and where to look.</summary>
    public static string Reason(string endpointName, string? failureReason) => string.IsNullOrWhiteSpace(failureReason)
        ? $"SageMaker gave no reason; its log group /aws/sagemaker/Endpoints/{endpointName} may hold one."
        : $"SageMaker says: {failureReason.Trim()}";

    /// <summary>That an update goes on without us, and how to look at it.</summary>
    public static string GoesOn(string endpointName) =>
        $"The update of endpoint {endpointName} goes on. To look at it: aws sagemaker describe-endpoint --endpoint-name {endpointName}; to wait for it again, run the same command again.";
}
