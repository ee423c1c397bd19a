using System.Collections;
using System.Management.Automation;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Rollouts.Tasks;
using ReleaseTools.Hosting;

namespace ReleaseTools.Commands;

/// <summary>
/// Runs a task once from a service's task definition, such as a migration, with the image that is to be rolled out, waits for
/// it, and gives its exit code and the last lines of its log. No tag is moved: where the task definition does not name the
/// image's digest, a revision that does is registered for the task.
/// </summary>
[Cmdlet(VerbsLifecycle.Start, "ReleaseTask", SupportsShouldProcess = true, DefaultParameterSetName = ByImage)]
[OutputType(typeof(ReleaseTask))]
public sealed class StartReleaseTaskCommand : ServiceCommand
{
    private const string ByImage = "ByImage";

    private readonly List<EcrImage> images = [];
    private readonly List<ReleaseService> services = [];

    /// <summary>The services' names: in the definition, where wildcards are permitted, or with -Cluster at ECS.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Service { get; set; } = [];

    /// <summary>
    /// The images to run, as Push-EcrImage gives them: for every service that runs one and has a <c>beforeRollout</c>, or for the services
    /// that are named. Without one, what the task definition names is run; where the pipeline is to bring one, and brings none that the
    /// named service runs, nothing is run.
    /// </summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ByImage)]
    [Parameter(ValueFromPipeline = true, ParameterSetName = ByName)]
    public EcrImage[] Image { get; set; } = [];

    /// <summary>The command and its arguments; the service's <c>beforeRollout</c> when left out. No shell reads it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Command { get; set; } = [];

    /// <summary>
    /// Environment variables over the task definition's. Not for secrets: ECS shows them to everybody who may describe tasks; those belong
    /// into the task definition's <c>secrets</c>.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    public Hashtable Environment { get; set; } = [];

    /// <summary>The container that gets the command, and whose exit code counts; the definition's, or else the one that runs the image when left out.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Container { get; set; }

    /// <summary>Does not wait for the end. A revision that was registered for the task then stays, and is said.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    /// <summary>How long to wait, in seconds; the definition's <c>timeoutSeconds</c>, else 1800 when left out. The task goes on afterwards.</summary>
    [Parameter]
    [ValidateRange(1, 86_400)]
    public int? TimeoutSec { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        services.AddRange(InputObject);
        images.AddRange(Image);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Service.Length + images.Count + services.Count == 0)
            return;
        var given = new GivenImages(images, MyInvocation.ExpectingInput);
        if (Command.Length > 0 && Service.Length + services.Count == 0)
            ThrowTerminatingError(ErrorRecords.From(ReleaseException.For(nameof(Messages.ReleaseTaskServiceMissing), ErrorKind.InvalidArgument, target: null)));
        var (path, aws, names, cluster) = (ReadDefinitionPath(), ReadAwsOptions(), Service, Cluster);
        var options = new ReleaseTaskOptions { NoWait = NoWait };
        var asked = new ReleaseTaskRequest(new ReleaseService { Service = "", Cluster = "" })
        {
            Command = Command,
            Environment = Environment.Cast<DictionaryEntry>().ToDictionary(pair => $"{pair.Key}", pair => $"{pair.Value}", StringComparer.Ordinal),
            Container = Container,
            Timeout = TimeoutSec is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        };
        Run(async (pipeline, cancelled) =>
        {
            var choice = new ServiceChoice(path, aws, Clock, pipeline, (MyInvocation.MyCommand.Name, "Push-EcrImage"));
            var chosen = await choice.ForTasksAsync(names, cluster, services, given, cancelled);
            if (choice.HasUnknown && chosen.Count > 0)
                pipeline.Warn("No task is run: with the others something was named that cannot be run.");
            if (choice.HasUnknown || chosen.Count == 0)
                return;
            using var sessions = Sessions.Of(aws, path, pipeline.Observer);
            using var registries = new ImageRegistries(sessions, new DockerCredentials(aws.Environment, Clock), pipeline.Observer, Clock);
            var session = await sessions.ForServicesAsync(images.FirstOrDefault()?.Repository, cancelled);
            var tasks = new ReleaseTasks(session, registries, pipeline.Observer, Clock);
            var plans = new List<ReleaseTaskPlan>();
            foreach (var one in chosen.GroupBy(target => target.Service.Cluster, StringComparer.Ordinal))
                plans.AddRange(await PlanAsync(tasks, [.. one.Select(target => asked with { Service = target.Service, Image = target.Image })], cancelled));
            await RunAsync(tasks, plans, options, pipeline, cancelled);
        });
    }

    private static async Task<IReadOnlyList<ReleaseTaskPlan>> PlanAsync(ReleaseTasks tasks, IReadOnlyList<ReleaseTaskRequest> requests, CancellationToken cancelled)
    {
        try
        {
            return await tasks.PlanAsync(requests, cancelled);
        }
        catch (ReleaseException error) when (error.IsOfOneItem())
        {
            return [.. requests.Select(request => new ReleaseTaskPlan { Service = request.Service, Image = request.Image, Command = request.Command, Problem = error })];
        }
    }

    private static async Task RunAsync(ReleaseTasks tasks, IReadOnlyList<ReleaseTaskPlan> plans, ReleaseTaskOptions options, CommandPipeline pipeline, CancellationToken cancelled)
    {
        var confirmed = new List<ReleaseTaskPlan>();
        foreach (var plan in plans)
        {
            var predicted = plan.ToTask();
            var (answer, _) = await PlanConfirmation.AskAsync(
                pipeline, plan.Service.Service, $"Run task: {predicted.Reason}", plan.Image, predicted, plan.Problem, (task, why) => task with { Status = ReleaseTaskStatus.Failed, Reason = why });
            if (answer == Confirmed.Yes)
                confirmed.Add(plan);
        }

        var ended = await tasks.RunAsync(confirmed, options, cancelled);
        pipeline.WriteAll(ended.Select(one => (one.Task, (Exception?)one.Error)));
    }
}
