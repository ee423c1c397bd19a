using ReleaseTools.Engine.Aws.CodeBuild;
using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Aws.Logs;
using ReleaseTools.Engine.Aws.SageMaker;

namespace ReleaseTools.Engine.Aws;

/// <summary>One account, region and set of credentials; one client per service.</summary>
public sealed class AwsSession
{
    /// <summary>A session over given callers.</summary>
    /// <param name="region">The region's code, such as <c>eu-west-1</c>.</param>
    /// <param name="callerFor">Makes the caller of a service, named as in endpoints: <c>ecs</c>, <c>api.ecr</c>, <c>api.sagemaker</c>, <c>codebuild</c>, <c>logs</c>.</param>
    public AwsSession(string region, Func<string, IAwsCaller> callerFor)
    {
        Region = region;
        Ecs = new EcsClient(callerFor("ecs"));
        Ecr = new EcrClient(callerFor("api.ecr"));
        SageMaker = new SageMakerClient(callerFor("api.sagemaker"));
        CodeBuild = new CodeBuildClient(callerFor("codebuild"));
        Logs = new LogsClient(callerFor("logs"));
    }

    /// <summary>The region's code.</summary>
    public string Region { get; }

    /// <summary>Amazon ECS.</summary>
    public EcsClient Ecs { get; }

    /// <summary>Amazon ECR.</summary>
    public EcrClient Ecr { get; }

    /// <summary>Amazon SageMaker.</summary>
    public SageMakerClient SageMaker { get; }

    /// <summary>AWS CodeBuild.</summary>
    public CodeBuildClient CodeBuild { get; }

    /// <summary>Amazon CloudWatch Logs.</summary>
    public LogsClient Logs { get; }
}
