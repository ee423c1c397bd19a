using System.Management.Automation;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Rollouts;
using ReleaseTools.Engine.Rollouts.Undo;
using ReleaseTools.Hosting;

namespace ReleaseTools.Commands;

/// <summary>
/// Forces new deployments of ECS services, all at once but for those that come after others in the definition, and proves
/// that every running task runs what was pushed.
/// </summary>
// The default set gets what comes down the pipeline first; ByName would take an image's text for a name.
[Cmdlet(VerbsLifecycle.Invoke, "EcsRollout", SupportsShouldProcess = true, DefaultParameterSetName = ByImage)]
[OutputType(typeof(ServiceRollout))]
public sealed class InvokeEcsRolloutCommand : ServiceCommand
{
    private const string ByImage = "ByImage";

    private readonly ServiceInput input = new();
    private readonly List<EcrImage> images = [];

    /// <summary>The services' names: in the definition, where wildcards are permitted, or with -Cluster at ECS.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ByName)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ServiceNames(typeof(EcrImage), typeof(ReleaseService))]
    public string[] Service { get; set; } = [];

    /// <summary>Images, as Push-EcrImage gives them: every service that runs one is rolled out.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ByImage)]
    public EcrImage[] Image { get; set; } = [];

    /// <summary>
    /// Registers a revision of each task definition that differs in the image's digest alone, and deploys that; no tag is
    /// moved. For services whose definition does not say it already. It needs the image.
    /// </summary>
    [Parameter]
    public SwitchParameter PinDigest { get; set; }

    /// <summary>Leaves out the tasks that the definition has run before a rollout (<c>beforeRollout</c>).</summary>
    [Parameter]
    public SwitchParameter SkipBeforeRollout { get; set; }

    /// <summary>Sets the desired count with the deployment; it is left as it is when left out.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? DesiredCount { get; set; }

    /// <summary>Does not wait for the deployments' end, and so proves nothing. Those that others come after are waited for, and so are the tasks before them.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    /// <summary>
    /// Puts a service back to what ran before as soon as its rollout fails, and the desired count that -DesiredCount set with it. Its record then
    /// says RolledBack, and why.
    /// </summary>
    [Parameter]
    public SwitchParameter RollbackOnFailure { get; set; }

    /// <summary>How long to wait for each deployment, in seconds from its start. It goes on afterwards.</summary>
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
        images.AddRange(Image.Where(image => image.Status != ImagePushStatus.Failed)); // its error was told by who made it
    }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (RollbackOnFailure && NoWait)
            ThrowTerminatingError(ErrorRecords.From(ReleaseException.For(nameof(Messages.RollbackWithoutWait), ErrorKind.InvalidArgument, target: null)));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (input.IsEmpty && images.Count == 0)
            return;
        var (path, aws, pin, skip, count) = (ReadDefinitionPath(), ReadAwsOptions(), PinDigest.IsPresent, SkipBeforeRollout.IsPresent, DesiredCount);
        var options = new RolloutOptions { NoWait = NoWait, Timeout = TimeSpan.FromSeconds(TimeoutSec), MaximumFailedTask = MaximumFailedTask };
        Run(async (pipeline, cancelled) =>
        {
            var choice = new ServiceChoice(path, aws, Clock, pipeline, (MyInvocation.MyCommand.Name, "Push-EcrImage"));
            var chosen = (await choice.ForRolloutsAsync(input, images, cancelled)).Select(one => one with { Service = Asked(one.Service, pin, skip) }).ToList();
            if (chosen.Count == 0)
                return;
            using var sessions = Sessions.Of(aws, path, pipeline.Observer);
            using var registries = new ImageRegistries(sessions, new DockerCredentials(aws.Environment, Clock), pipeline.Observer, Clock);
            var session = await sessions.ForServicesAsync(images.FirstOrDefault()?.Repository, cancelled);
            var rollouts = new EcsRollouts(session, registries, pipeline.Observer, Clock);
            var plans = new List<RolloutPlan>();
            foreach (var cluster in chosen.GroupBy(one => one.Service.Cluster, StringComparer.Ordinal))
                plans.AddRange(await PlanAsync(rollouts, [.. cluster], count, cancelled));
            if (NotTouched.IsRefused(choice, plans.Select(plan => plan.Problem)))
            {
                pipeline.WriteAll(plans.Select(plan => NotTouched.Of(plan.ToRollout(), plan.Problem)));
                return;
            }

            var undo = RollbackOnFailure ? new RollbackOnFailure(session, registries, pipeline.Observer, Clock, rollouts) : null;
            await RolloutAsync(rollouts, undo, [.. plans.Select(plan => Asked(plan, pin))], options, pipeline, cancelled);
        });
    }

    private static ReleaseService Asked(ReleaseService service, bool pin, bool skip) =>
        service with { PinDigest = pin || service.PinDigest, BeforeRollout = skip ? null : service.BeforeRollout };

    /// <summary>The plan with what was asked for beside the image. A name alone gives nothing to pin.</summary>
    private static RolloutPlan Asked(RolloutPlan plan, bool pin) => plan with
    {
        Problem = plan.Problem ?? (pin && plan.Image is null
            ? ReleaseException.For(nameof(Messages.ImageToPinNotGiven), ErrorKind.InvalidArgument, plan.Service.Service, plan.Service.Service)
            : null),
    };

    /// <summary>The plans of one cluster's services: read together, or one by one where something stands in the way of one.</summary>
    private static async Task<IReadOnlyList<RolloutPlan>> PlanAsync(
        EcsRollouts rollouts, IReadOnlyList<ChosenService> chosen, int? desiredCount, CancellationToken cancelled)
    {
        try
        {
            var byService = chosen.Where(one => one.Image is not null).ToDictionary(one => one.Service.Service, one => one.Image!, StringComparer.Ordinal);
            return await rollouts.PlanAsync([.. chosen.Select(one => one.Service)], byService, desiredCount, cancelled);
        }
        catch (ReleaseException error) when (error.IsOfOneItem() && chosen is [var (service, image)])
        {
            return [new RolloutPlan { Service = service, Image = image, DesiredCount = desiredCount, Problem = error }];
        }
        catch (ReleaseException error) when (error.IsOfOneItem())
        {
            var plans = new List<RolloutPlan>();
            foreach (var one in chosen)
                plans.AddRange(await PlanAsync(rollouts, [one], desiredCount, cancelled));
            return plans;
        }
    }

    private static async Task RolloutAsync(
        EcsRollouts rollouts, RollbackOnFailure? undo, IReadOnlyList<RolloutPlan> plans, RolloutOptions options, CommandPipeline pipeline, CancellationToken cancelled)
    {
        var confirmed = new List<RolloutPlan>();
        foreach (var plan in plans)
        {
            var predicted = plan.ToRollout();
            var action = $"{(plan.Joins is null ? "Force new deployment" : "Join deployment")}: {predicted.Reason}";
            var (answer, problem) = await PlanConfirmation.AskAsync(
                pipeline, plan.Service.Service, action, plan.Image, predicted, plan.Problem, (rollout, why) => rollout with { Status = RolloutStatus.Failed, Reason = why });

            // What is refused is kept among the others for those that come after it.
            if (answer != Confirmed.No)
                confirmed.Add(plan with { Problem = problem });
        }

        var results = await (undo is null ? rollouts.RolloutAsync(confirmed, options, cancelled) : undo.RolloutAsync(confirmed, options, cancelled));
        pipeline.WriteAll(results.Where((_, i) => confirmed[i].Problem is null));
    }
}
