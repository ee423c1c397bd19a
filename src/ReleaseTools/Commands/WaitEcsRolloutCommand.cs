using System.Management.Automation;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Rollouts;
using ReleaseTools.Hosting;

namespace ReleaseTools.Commands;

/// <summary>Waits for deployments of ECS services, whoever started them, and proves what runs at their end.</summary>
// The default set gets what comes down the pipeline first; ByName would take a record's text for a name.
[Cmdlet(VerbsLifecycle.Wait, "EcsRollout", DefaultParameterSetName = ByRollout)]
[OutputType(typeof(ServiceRollout))]
public sealed class WaitEcsRolloutCommand : ServiceCommand
{
    private const string ByRollout = "ByRollout";

    private readonly ServiceInput input = new();
    private readonly List<AwaitedRollout> awaited = [];

    /// <summary>Rollouts, as Invoke-EcsRollout -NoWait gives them: their deployments are followed.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ByRollout)]
    public ServiceRollout[] Rollout { get; set; } = [];

    /// <summary>The services' names: in the definition, where wildcards are permitted, or with -Cluster at ECS.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ByName)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ServiceNames(typeof(ServiceRollout), typeof(ReleaseService))]
    public string[] Service { get; set; } = [];

    /// <summary>The digest that should run at the end, <c>sha256:…</c>; a rollout's own when left out. Without one nothing is proven.</summary>
    [Parameter]
    [ValidatePattern("^sha(256|512):[0-9a-f]+$")]
    public string? Digest { get; set; }

    /// <summary>How long to wait, in seconds. The deployments go on afterwards.</summary>
    [Parameter]
    [ValidateRange(1, 86_400)]
    public int TimeoutSec { get; set; } = 1800;

    /// <summary>After how many tasks that stopped by the deployment's fault it is taken for failed.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int MaximumFailedTask { get; set; } = 3;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        input.Add(Service, Cluster);
        input.Add(InputObject);

        // What was only predicted has no deployment, and the error of what ended badly was told by who saw it.
        awaited.AddRange(Rollout
            .Where(one => one.Status is RolloutStatus.InProgress or RolloutStatus.Stalled or RolloutStatus.TimedOut or RolloutStatus.Verified or RolloutStatus.Deployed)
            .Select(one => new AwaitedRollout(
                ServiceInput.Of(one),
                one.DeploymentId,
                Digest ?? one.Digest)));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (input.IsEmpty && awaited.Count == 0)
            return;
        var (path, aws) = (ReadDefinitionPath(), ReadAwsOptions());
        var options = new RolloutOptions { Timeout = TimeSpan.FromSeconds(TimeoutSec), MaximumFailedTask = MaximumFailedTask };
        Run(async (pipeline, cancelled) =>
        {
            var choice = new ServiceChoice(path, aws, Clock, pipeline, (MyInvocation.MyCommand.Name, "Invoke-EcsRollout"));
            var defined = await choice.ForRolloutsAsync(input, [], cancelled);
            var all = awaited.Concat(defined.Select(one => Of(one.Service))).DistinctBy(one => (one.Service.Cluster, one.Service.Service, one.DeploymentId)).ToList();
            if (all.Count == 0)
                return;
            using var sessions = Sessions.Of(aws, path, pipeline.Observer);
            using var registries = new ImageRegistries(sessions, new DockerCredentials(aws.Environment, Clock), pipeline.Observer, Clock);
            var session = await sessions.ForServicesAsync(repository: null, cancelled);
            var waits = new RolloutWaits(session, registries, Clock, new EcsRollouts(session, registries, pipeline.Observer, Clock));
            var clusters = all.GroupBy(one => one.Service.Cluster, StringComparer.Ordinal).Select(cluster => WaitAsync(waits, [.. cluster], options, pipeline, cancelled));
            await Task.WhenAll(clusters);
        });
    }

    private AwaitedRollout Of(ReleaseService service) => new(service, DeploymentId: null, Digest);

    /// <summary>Waits for one cluster's services; a cluster that is not there is the error of each of them.</summary>
    private static async Task WaitAsync(RolloutWaits waits, IReadOnlyList<AwaitedRollout> awaited, RolloutOptions options, CommandPipeline pipeline, CancellationToken cancelled)
    {
        try
        {
            pipeline.WriteAll(await waits.WaitAsync(awaited, options, cancelled));
        }
        catch (ReleaseException error) when (error.IsOfOneItem())
        {
            pipeline.WriteAll(awaited.Select(one => (
                new ServiceRollout { Service = one.Service.Service, Cluster = one.Service.Cluster, Status = RolloutStatus.Failed, DeploymentId = one.DeploymentId, Reason = error.Message },
                (Exception?)error)));
        }
    }
}
