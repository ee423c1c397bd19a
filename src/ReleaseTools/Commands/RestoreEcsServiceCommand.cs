using System.Management.Automation;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Releases.Running;
using ReleaseTools.Engine.Rollouts;
using ReleaseTools.Engine.Rollouts.Undo;
using ReleaseTools.Hosting;

namespace ReleaseTools.Commands;

/// <summary>
/// Puts ECS services back to what ran before their last deployment, or to what is named, and proves that it runs. A deployment
/// that runs is rolled back by ECS; after one that has ended, what ran before is deployed again.
/// </summary>
// What it does is undone by the same command, so it is no more destructive than a rollout: ConfirmImpact stays Medium.
[Cmdlet(VerbsData.Restore, "EcsService", SupportsShouldProcess = true, DefaultParameterSetName = ByRollout)]
[OutputType(typeof(ServiceRollout))]
public sealed class RestoreEcsServiceCommand : ServiceCommand
{
    private const string ByRollout = "ByRollout";

    private readonly ServiceInput input = new();

    /// <summary>Rollouts, as Invoke-EcsRollout and Wait-EcsRollout give them: their services are put back.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ByRollout)]
    public ServiceRollout[] Rollout { get; set; } = [];

    /// <summary>The services' names: in the definition, where wildcards are permitted, or with -Cluster at ECS.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ByName)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ServiceNames(typeof(ServiceRollout), typeof(ReleaseService))]
    public string[] Service { get; set; } = [];

    /// <summary>
    /// What is to run: a task definition (<c>family:revision</c>), a release's tag, or a digest, shortened too where the service
    /// ran it; what ran before when left out. Where the task definition names another digest, a revision that names this one is registered.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? To { get; set; }

    /// <summary>Does not wait for the end, and so proves nothing.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    /// <summary>How long to wait, in seconds. The deployments go on afterwards.</summary>
    [Parameter]
    [ValidateRange(1, 86_400)]
    public int TimeoutSec { get; set; } = 1800;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        input.Add(Service, Cluster);
        input.Add(InputObject);
        input.Add(Rollout.Select(ServiceInput.Of));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (input.IsEmpty)
            return;
        var (path, aws) = (ReadDefinitionPath(), ReadAwsOptions());
        var options = new RolloutOptions { NoWait = NoWait, Timeout = TimeSpan.FromSeconds(TimeoutSec) };
        Run(async (pipeline, cancelled) =>
        {
            var choice = new ServiceChoice(path, aws, Clock, pipeline, (MyInvocation.MyCommand.Name, "Invoke-EcsRollout"));
            var chosen = (await choice.ForRolloutsAsync(input, [], cancelled)).Select(one => one.Service).ToList();
            if (chosen.Count == 0)
                return;
            using var sessions = Sessions.Of(aws, path, pipeline.Observer);
            using var registries = new ImageRegistries(sessions, new DockerCredentials(aws.Environment, Clock), pipeline.Observer, Clock);
            var session = await sessions.ForServicesAsync(repository: null, cancelled);
            var undo = new EcsUndo(session, registries, pipeline.Observer, Clock, new EcsRollouts(session, registries, pipeline.Observer, Clock));
            var plans = new List<UndoPlan>();
            foreach (var cluster in chosen.GroupBy(service => service.Cluster, StringComparer.Ordinal))
                plans.AddRange(await PlanAsync(undo, [.. cluster], To, cancelled));
            if (NotTouched.IsRefused(choice, plans.Select(plan => plan.Problem)))
                pipeline.WriteAll(plans.Select(plan => NotTouched.Of(plan.ToRollout(), plan.Problem)));
            else
                await UndoAsync(undo, plans, options, pipeline, cancelled);
        });
    }

    private static async Task<IReadOnlyList<UndoPlan>> PlanAsync(EcsUndo undo, IReadOnlyList<ReleaseService> services, string? to, CancellationToken cancelled)
    {
        try
        {
            return await undo.PlanAsync(services, to, cancelled);
        }
        catch (ReleaseException error) when (error.IsOfOneItem())
        {
            return [.. services.Select(service => new UndoPlan { Service = service, Problem = error })];
        }
    }

    private static async Task UndoAsync(EcsUndo undo, IReadOnlyList<UndoPlan> plans, RolloutOptions options, CommandPipeline pipeline, CancellationToken cancelled)
    {
        var confirmed = new List<UndoPlan>();
        foreach (var plan in plans)
        {
            var predicted = plan.ToRollout();
            if (plan.Problem is not null)
                pipeline.Write(predicted, plan.Problem);
            else if (await pipeline.ApproveAsync(plan.Service.Service, $"Restore{plan.Change}: {predicted.Reason}") is var approval && approval == Approval.Granted)
                confirmed.Add(plan);
            else if (approval == Approval.WhatIf)
                pipeline.Write(predicted, error: null);
        }

        pipeline.WriteAll(await undo.UndoAsync(confirmed, options, cancelled), Outcomes.ErrorOfRestore);
    }
}
