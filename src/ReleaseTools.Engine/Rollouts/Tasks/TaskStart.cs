using System.Text.Json.Nodes;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Tasks;

/// <summary>
/// Starts one task with the service's own network, capacity and platform version. Unlike an UpdateService, a RunTask whose
/// answer is lost is sent again: it carries a client token, by which ECS starts one task however often it is asked.
/// (Amazon ECS API reference, "Ensuring idempotency".)
/// </summary>
internal sealed class TaskStart(AwsSession aws, IReleaseObserver observer, TimeProvider time)
{
    /// <summary>Starts it.</summary>
    /// <param name="plan">What is planned.</param>
    /// <param name="revision">The task definition to run, by ARN.</param>
    /// <param name="isTemporary">Whether that goes with the task.</param>
    /// <param name="token">A token that no other task has.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ReleaseException">AWS refused, could not place it, or whether it was started is not known.</exception>
    public async Task<StartedTask> StartAsync(ReleaseTaskPlan plan, string revision, bool isTemporary, string token, CancellationToken cancellationToken)
    {
        var request = Request(plan, revision, token);
        var startedAt = time.GetTimestamp();
        RunTaskResponse answer;
        try
        {
            answer = await SendAsync(plan, request, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            var left = isTemporary ? " " + TaskText.Leaves(revision) : "";
            observer.Report(new Announced(plan.Service.Service, TaskText.MayHaveBegun(plan, request.StartedBy!) + left));
            throw;
        }

        if (answer.Tasks is not [{ TaskArn: { } arn }, ..])
            throw NotPlaced(plan.Service, answer.Failures ?? []);
        observer.Report(new Noted(plan.Service.Service, $"Runs {TaskText.Of(plan.Command)} as task {ServiceReader.ShortName(arn)} of {ServiceReader.ShortName(revision)}."));
        return new() { Plan = plan, TaskArn = arn, Revision = revision, IsRevisionTemporary = isTemporary, StartedAt = startedAt };
    }

    private async Task<RunTaskResponse> SendAsync(ReleaseTaskPlan plan, RunTaskRequest request, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await aws.Ecs.RunTaskAsync(request, cancellationToken);
            }
            catch (AwsServiceException error) when (error.MayHaveBeenDone())
            {
                var service = plan.Service;
                if (time.GetElapsedTime(began) >= DeploymentStart.EffectLag)
                    throw ReleaseException.Wrap(error, nameof(Messages.ReleaseTaskNotKnown), error.Kind, service.Service, service.Service, service.Cluster, error.Message, request.StartedBy);
                observer.Report(new Warned(service.Service, $"RunTask was not answered ({error.Code}); it is sent again with its client token, which starts no second task."));
            }

            await Task.Delay(DeploymentStart.BetweenLooks, time, cancellationToken);
        }
    }

    private static RunTaskRequest Request(ReleaseTaskPlan plan, string revision, string token)
    {
        var service = plan.Seen!;
        var strategy = NotEmpty(service.CapacityProviderStrategy);
        var environment = plan.Environment.Select(variable => new EnvironmentVariable(variable.Key, variable.Value)).ToList();
        return new(plan.Service.Cluster, revision, token)
        {
            StartedBy = $"ReleaseTools/{token}",
            LaunchType = strategy is null ? service.LaunchType : null,
            CapacityProviderStrategy = strategy,
            PlatformVersion = service.PlatformVersion,
            NetworkConfiguration = service.NetworkConfiguration,
            PlacementConstraints = NotEmpty(service.PlacementConstraints),
            PlacementStrategy = NotEmpty(service.PlacementStrategy),
            Overrides = new([new(plan.Container!.Name!, plan.Command, environment.Count > 0 ? environment : null)]),
        };
    }

    private static JsonArray? NotEmpty(JsonArray? list) => list is { Count: > 0 } ? list : null;

    private static ReleaseException NotPlaced(ReleaseService service, IReadOnlyList<Failure> failures) => ReleaseException.For(
        nameof(Messages.ReleaseTaskNotPlaced), ErrorKind.Failed, service.Service, service.Service, service.Cluster,
        failures.Count > 0 ? string.Join("; ", failures.Select(TaskText.Of)) : "its answer names no task.");
}
