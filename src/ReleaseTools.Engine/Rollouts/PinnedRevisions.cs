using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>
/// Registers the revisions that name an image by digest, one for all services that share a task definition. A revision
/// that is there already, from a rollout that was refused or rolled back, is taken and not made again; nor is the request
/// repeated when its answer is lost: the family's newest revision tells what became of it.
/// </summary>
internal sealed class PinnedRevisions(AwsSession aws, IReleaseObserver observer, TimeProvider time, CallPace? pace = null)
{
    private readonly CallPace pace = pace ?? new(time);
    private readonly ConcurrentDictionary<(string TaskDefinition, string Image, string Pinned), Lazy<Task<PinnedRevision>>> revisions = new();

    /// <summary>The ARN of the revision that differs from the one to deploy, or else the service's, in the image's digest alone.</summary>
    /// <exception cref="ReleaseException">AWS refused, or whether it is registered is not known.</exception>
    public async Task<string> RegisterAsync(RolloutPlan plan, CancellationToken cancellationToken) =>
        (await RegisterAsync(plan.Service, plan.TaskDefinitionToDeploy ?? plan.Seen!.TaskDefinition!, plan.Container!.Image!, plan.Image!.Digest!, cancellationToken)).Arn;

    /// <summary>The revision that differs from a task definition in naming a digest instead of an image.</summary>
    /// <inheritdoc cref="RegisterAsync(RolloutPlan, CancellationToken)"/>
    public Task<PinnedRevision> RegisterAsync(ReleaseService service, string taskDefinition, string image, string digest, CancellationToken cancellationToken)
    {
        var pinned = $"{NamedImage.Parse(image).Repository}@{digest}";
        return revisions.GetOrAdd((taskDefinition, image, pinned), wanted => new(() => MakeAsync(service, wanted.TaskDefinition, wanted.Image, wanted.Pinned, cancellationToken))).Value;
    }

    /// <summary>Forgets a revision that is about to be deregistered: whoever needs it later registers another.</summary>
    public void Forget(string arn)
    {
        foreach (var (wanted, revision) in revisions)
        {
            if (revision is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true } made } && made.Result.Arn == arn)
                revisions.TryRemove(wanted, out _);
        }
    }

    private async Task<PinnedRevision> MakeAsync(ReleaseService service, string taskDefinition, string image, string pinned, CancellationToken cancellationToken)
    {
        var request = PinnedTaskDefinition.Request(await DescribeAsync(taskDefinition, cancellationToken), image, pinned);
        if (await FindAsync(request, cancellationToken) is { } there)
        {
            observer.Report(new Noted(service.Service, $"{ServiceReader.ShortName(there)} names {pinned} already."));
            return new(there, IsNew: false);
        }

        string? registered;
        try
        {
            await pace.WaitForAsync("RegisterTaskDefinition", cancellationToken);
            registered = (await aws.Ecs.RegisterTaskDefinitionAsync(new(request), cancellationToken)).TaskDefinition?.TaskDefinitionArn;
        }
        catch (AwsServiceException error) when (error.MayHaveBeenDone())
        {
            observer.Report(new Warned(service.Service, $"RegisterTaskDefinition was not answered ({error.Code}); the family's newest revision will tell whether it is registered."));
            registered = await FindInTimeAsync(service, request, cancellationToken)
                ?? throw ReleaseException.Wrap(error, nameof(Messages.TaskDefinitionNotRegistered), error.Kind, service.Service, service.Service, Family(request), error.Message);
        }

        if (registered is null)
            throw ReleaseException.For(nameof(Messages.TaskDefinitionNotRegistered), ErrorKind.Failed, service.Service, service.Service, Family(request), "ECS's answer names no revision.");
        observer.Report(new Noted(service.Service, $"Registered {ServiceReader.ShortName(registered)}, which differs from {ServiceReader.ShortName(taskDefinition)} in naming {pinned}."));
        return new(registered, IsNew: true);
    }

    private async Task<string?> FindInTimeAsync(ReleaseService service, JsonObject request, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                if (await FindAsync(request, cancellationToken) is { } there)
                    return there;
            }
            catch (AwsServiceException error) when (error.IsTransient())
            {
                observer.Report(new Traced(service.Service, $"{error.Operation} was not answered ({error.Code}); looking again."));
            }

            if (time.GetElapsedTime(began) >= DeploymentStart.EffectLag)
                return null;
            await Task.Delay(DeploymentStart.BetweenLooks, time, cancellationToken);
        }
    }

    // The family alone names its newest active revision; a family that has none is refused.
    private async Task<string?> FindAsync(JsonObject request, CancellationToken cancellationToken)
    {
        try
        {
            var newest = await DescribeAsync(Family(request), cancellationToken);
            return PinnedTaskDefinition.AreSame(PinnedTaskDefinition.Request(newest), request) ? newest["taskDefinition"]!["taskDefinitionArn"]?.GetValue<string>() : null;
        }
        catch (AwsServiceException error) when (error.Code == "ClientException")
        {
            return null;
        }
    }

    private Task<JsonObject> DescribeAsync(string taskDefinition, CancellationToken cancellationToken) =>
        aws.Ecs.DescribeWholeTaskDefinitionAsync(new(taskDefinition) { Include = ["TAGS"] }, cancellationToken);

    private static string Family(JsonObject request) => request["family"]?.GetValue<string>() ?? "";
}

/// <summary>A revision that names an image by digest.</summary>
/// <param name="Arn">The revision.</param>
/// <param name="IsNew">Whether it was registered now, or was there before.</param>
internal sealed record PinnedRevision(string Arn, bool IsNew);
