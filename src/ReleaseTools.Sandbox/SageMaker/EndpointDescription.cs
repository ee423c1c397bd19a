using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.SageMaker;

/// <summary>What DescribeEndpoint and ListEndpoints say of an endpoint.</summary>
internal static class EndpointDescription
{
    // Copied from the configuration into the description, as it is served.
    private static readonly string[] FromConfig = ["AsyncInferenceConfig", "ExplainerConfig"];

    /// <summary>DescribeEndpoint's answer.</summary>
    public static JsonObject Of(Endpoint endpoint)
    {
        var description = Summary(endpoint);
        description["EndpointConfigName"] = endpoint.ConfigName;
        // An endpoint that serves nothing yet has no variants to show; what is coming is in the summary of the pending deployment.
        if (endpoint.Current is { } current)
        {
            var status = endpoint.Status is "Updating" or "RollingBack" ? "Updating" : null;
            description["ProductionVariants"] = Variants(current.Variants, status, endpoint.LastModifiedTime);
            if (current.Shadows.Count > 0)
                description["ShadowProductionVariants"] = Variants(current.Shadows, status, endpoint.LastModifiedTime);
            foreach (var field in FromConfig)
            {
                if (current.Config[field] is { } value)
                    description[field] = value.DeepClone();
            }
            if (current.Config["DataCaptureConfig"] is JsonObject capture)
                description["DataCaptureConfig"] = CaptureSummary(capture);
        }
        if (endpoint.Pending is { } pending && endpoint.Status is "Creating" or "Updating" or "RollingBack")
            description["PendingDeploymentSummary"] = PendingSummary(endpoint.Pending, endpoint.Status);
        if (!string.IsNullOrEmpty(endpoint.FailureReason))
            description["FailureReason"] = endpoint.FailureReason;
        if (endpoint.LastDeploymentConfig is { } config)
            description["LastDeploymentConfig"] = config.DeepClone();
        return description;
    }

    /// <summary>An endpoint's entry in ListEndpoints.</summary>
    public static JsonObject Summary(Endpoint endpoint) => new()
    {
        ["EndpointName"] = endpoint.Name,
        ["EndpointArn"] = endpoint.Arn,
        ["EndpointStatus"] = endpoint.Status,
        ["CreationTime"] = AnswerJson.Epoch(endpoint.CreationTime),
        ["LastModifiedTime"] = AnswerJson.Epoch(endpoint.LastModifiedTime),
    };

    private static JsonObject PendingSummary(Deployment pending, string status)
    {
        var stage = status == "RollingBack" ? "Deleting" : "Creating";
        var summary = new JsonObject
        {
            ["EndpointConfigName"] = pending.ConfigName,
            ["StartTime"] = AnswerJson.Epoch(pending.StartTime),
            ["ProductionVariants"] = Variants(pending.Variants, stage, pending.StartTime),
        };
        if (pending.Shadows.Count > 0)
            summary["ShadowProductionVariants"] = Variants(pending.Shadows, stage, pending.StartTime);
        return summary;
    }

    private static JsonArray Variants(JsonArray described, string? status, DateTimeOffset since)
    {
        var variants = described.DeepClone().AsArray();
        if (status is null)
            return variants;
        foreach (var variant in variants.OfType<JsonObject>())
            variant["VariantStatus"] = new JsonArray(new JsonObject { ["Status"] = status, ["StartTime"] = AnswerJson.Epoch(since) });
        return variants;
    }

    // https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataCaptureConfigSummary.html
    private static JsonObject CaptureSummary(JsonObject config) => new()
    {
        ["EnableCapture"] = config.Flag("EnableCapture") ?? false,
        ["CaptureStatus"] = config.Flag("EnableCapture") == true ? "Started" : "Stopped",
        ["CurrentSamplingPercentage"] = config.Number("InitialSamplingPercentage"),
        ["DestinationS3Uri"] = config.Text("DestinationS3Uri"),
        ["KmsKeyId"] = config.Text("KmsKeyId") ?? string.Empty,
    };
}
