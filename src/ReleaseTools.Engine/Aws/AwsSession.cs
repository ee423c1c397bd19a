using ReleaseTools.Engine.Aws.AutoScaling;
using ReleaseTools.Engine.Aws.CloudWatch;
using ReleaseTools.Engine.Aws.CodeBuild;
using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Aws.Endpoints;
using ReleaseTools.Engine.Aws.Logs;
using ReleaseTools.Engine.Aws.SageMaker;
using ReleaseTools.Engine.Aws.SecretsManager;
using ReleaseTools.Engine.Aws.Ssm;
using ReleaseTools.Engine.Aws.Sts;

namespace ReleaseTools.Engine.Aws;

/// <summary>One account, region and set of credentials; one client per service, made when it is first asked for.</summary>
public sealed class AwsSession : IDisposable
{
    private readonly Func<string, IAwsCaller> callerFor;
    private readonly ICallerIdentitySource? identitySource;
    private readonly List<IDisposable> owned = [];
    private readonly Lazy<EcsClient> ecs;
    private readonly Lazy<EcrClient> ecr;
    private readonly Lazy<SageMakerClient> sageMaker;
    private readonly Lazy<CodeBuildClient> codeBuild;
    private readonly Lazy<LogsClient> logs;
    private readonly Lazy<CloudWatchClient> cloudWatch;
    private readonly Lazy<SecretsManagerClient> secretsManager;
    private readonly Lazy<SsmClient> ssm;
    private readonly Lazy<AutoScalingClient> autoScaling;

    /// <summary>A session over given callers.</summary>
    /// <param name="region">The region's code, such as <c>eu-west-1</c>.</param>
    /// <param name="callerFor">Makes the caller of a service, named as in endpoints: <c>ecs</c>, <c>api.ecr</c>, <c>api.sagemaker</c>, <c>codebuild</c>, <c>logs</c>, <c>monitoring</c>, <c>secretsmanager</c>, <c>ssm</c>, <c>application-autoscaling</c>.</param>
    /// <param name="identitySource">Says who the credentials are; without it <see cref="GetCallerIdentityAsync"/> cannot be called.</param>
    public AwsSession(string region, Func<string, IAwsCaller> callerFor, ICallerIdentitySource? identitySource = null)
    {
        Region = region;
        Partition = AwsEndpoints.PartitionName(region);
        this.callerFor = callerFor;
        this.identitySource = identitySource;
        if (identitySource is IDisposable disposable)
            owned.Add(disposable);

        ecs = new(() => new EcsClient(CallerOf(AwsService.Ecs)));
        ecr = new(() => new EcrClient(CallerOf(AwsService.Ecr)));
        sageMaker = new(() => new SageMakerClient(CallerOf(AwsService.SageMaker)));
        codeBuild = new(() => new CodeBuildClient(CallerOf(AwsService.CodeBuild)));
        logs = new(() => new LogsClient(CallerOf(AwsService.Logs)));
        cloudWatch = new(() => new CloudWatchClient(CallerOf(AwsService.CloudWatch)));
        secretsManager = new(() => new SecretsManagerClient(CallerOf(AwsService.SecretsManager)));
        ssm = new(() => new SsmClient(CallerOf(AwsService.Ssm)));
        autoScaling = new(() => new AutoScalingClient(CallerOf(AwsService.AutoScaling)));
    }

    /// <summary>The region's code.</summary>
    public string Region { get; }

    /// <summary>The region's partition: <c>aws</c>, <c>aws-cn</c>, <c>aws-us-gov</c>, …</summary>
    public string Partition { get; }

    /// <summary>Amazon ECS.</summary>
    public EcsClient Ecs => ecs.Value;

    /// <summary>Amazon ECR.</summary>
    public EcrClient Ecr => ecr.Value;

    /// <summary>Amazon SageMaker.</summary>
    public SageMakerClient SageMaker => sageMaker.Value;

    /// <summary>AWS CodeBuild.</summary>
    public CodeBuildClient CodeBuild => codeBuild.Value;

    /// <summary>Amazon CloudWatch Logs.</summary>
    public LogsClient Logs => logs.Value;

    /// <summary>Amazon CloudWatch.</summary>
    public CloudWatchClient CloudWatch => cloudWatch.Value;

    /// <summary>AWS Secrets Manager.</summary>
    public SecretsManagerClient SecretsManager => secretsManager.Value;

    /// <summary>AWS Systems Manager.</summary>
    public SsmClient Ssm => ssm.Value;

    /// <summary>Application Auto Scaling.</summary>
    public AutoScalingClient AutoScaling => autoScaling.Value;

    /// <summary>Who the credentials are. Needs no permission.</summary>
    /// <exception cref="AwsServiceException">The credentials were refused, or STS could not be reached.</exception>
    public Task<CallerIdentity> GetCallerIdentityAsync(CancellationToken cancellationToken) =>
        (identitySource ?? throw new InvalidOperationException("This session was made without a source of its identity.")).GetCallerIdentityAsync(cancellationToken);

    /// <summary>Lets go of the clients. Calls under way fail.</summary>
    public void Dispose()
    {
        lock (owned)
        {
            owned.ForEach(client => client.Dispose());
            owned.Clear();
        }
    }

    private IAwsCaller CallerOf(AwsService service)
    {
        var caller = callerFor(service.EndpointPrefix);
        if (caller is IDisposable disposable)
        {
            lock (owned)
                owned.Add(disposable);
        }

        return caller;
    }
}
