namespace ReleaseTools.Engine.Aws;

/// <summary>
/// A service as its wire protocol, its endpoints and AWS's configuration name it. The four names differ from service
/// to service, so they stand together here; they are those of the service models (<c>metadata</c> and <c>serviceId</c>).
/// </summary>
/// <param name="EndpointPrefix">What stands first in the host: <c>api.ecr</c>.</param>
/// <param name="SigningName">The name in signatures and in IAM actions: <c>ecr</c>.</param>
/// <param name="ServiceId">AWS's id of the service, from which <c>AWS_ENDPOINT_URL_…</c> is made: <c>CloudWatch Logs</c>.</param>
/// <param name="TargetPrefix">What stands before the dot in <c>X-Amz-Target</c>; null for the query protocol.</param>
public sealed record AwsService(string EndpointPrefix, string SigningName, string ServiceId, string? TargetPrefix)
{
    /// <summary>Amazon ECS.</summary>
    public static AwsService Ecs { get; } = new("ecs", "ecs", "ECS", "AmazonEC2ContainerServiceV20141113");

    /// <summary>Amazon ECR.</summary>
    public static AwsService Ecr { get; } = new("api.ecr", "ecr", "ECR", "AmazonEC2ContainerRegistry_V20150921");

    /// <summary>Amazon SageMaker.</summary>
    public static AwsService SageMaker { get; } = new("api.sagemaker", "sagemaker", "SageMaker", "SageMaker");

    /// <summary>AWS CodeBuild.</summary>
    public static AwsService CodeBuild { get; } = new("codebuild", "codebuild", "CodeBuild", "CodeBuild_20161006");

    /// <summary>Amazon CloudWatch Logs.</summary>
    public static AwsService Logs { get; } = new("logs", "logs", "CloudWatch Logs", "Logs_20140328");

    /// <summary>Amazon CloudWatch.</summary>
    public static AwsService CloudWatch { get; } = new("monitoring", "monitoring", "CloudWatch", "GraniteServiceVersion20100801") { JsonVersion = "1.0" };

    /// <summary>AWS Systems Manager.</summary>
    public static AwsService Ssm { get; } = new("ssm", "ssm", "SSM", "AmazonSSM");

    /// <summary>AWS Secrets Manager.</summary>
    public static AwsService SecretsManager { get; } = new("secretsmanager", "secretsmanager", "Secrets Manager", "secretsmanager");

    /// <summary>AWS STS.</summary>
    public static AwsService Sts { get; } = new("sts", "sts", "STS", TargetPrefix: null);

    /// <summary>Application Auto Scaling.</summary>
    public static AwsService AutoScaling { get; } = new("application-autoscaling", "application-autoscaling", "Application Auto Scaling", "AnyScaleFrontendService");

    /// <summary>The version of AWS JSON that it speaks (<c>jsonVersion</c> of its model).</summary>
    public string JsonVersion { get; private init; } = "1.1";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<AwsService> All { get; } = [Ecs, Ecr, SageMaker, CodeBuild, Logs, CloudWatch, Ssm, SecretsManager, AutoScaling, Sts];

    /// <summary>The service whose endpoints begin so.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static AwsService ByEndpointPrefix(string endpointPrefix) =>
        All.FirstOrDefault(service => string.Equals(service.EndpointPrefix, endpointPrefix, StringComparison.Ordinal))
        ?? throw new ArgumentException($"No AWS service has the endpoint prefix '{endpointPrefix}'.", nameof(endpointPrefix));
}
