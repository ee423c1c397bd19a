using System.Globalization;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Releases.Planning;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Rollouts.Prechecks;
using ReleaseTools.Engine.Rollouts;

namespace ReleaseTools.Engine.Releases.Running;

/// <summary>
/// Runs a release in the only order that is safe. Images are built and pushed side by side; what fails lets the rest of
/// its stage end, and nothing of a later stage begins.
/// </summary>
public sealed class ReleaseRunner(IReleaseStages stages, IReleaseObserver observer, TimeProvider clock)
{
    private readonly StepLedger ledger = new(observer, clock);

    /// <summary>What failed so far, in order; each was told as <see cref="ItemFailed"/> when it did.</summary>
    public IReadOnlyList<ReleaseException> Failures => [.. ledger.Failures.Select(failure => failure.Error)];

    /// <summary>What a release would do. Changes nothing.</summary>
    /// <exception cref="ReleaseException">Something is wrong that can be known before anything is changed.</exception>
    public async Task<ReleasePlan> PlanAsync(CancellationToken cancellationToken)
    {
        var infrastructure = await stages.PlanInfrastructureAsync(cancellationToken);
        return Plan(infrastructure, await PlanRestAsync(infrastructure, cancellationToken));
    }

    /// <summary>Runs the release.</summary>
    /// <returns>The release and what became of each step, also when it failed.</returns>
    /// <exception cref="ReleaseException">Something is wrong, and nothing was changed.</exception>
    /// <exception cref="OperationCanceledException">The user stopped it.</exception>
    public async Task<Release> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await RunToEndAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (ledger.Steps.Count > 0)
        {
            var ended = ledger.Steps.Count(step => step.Status is ReleaseStepStatus.Succeeded or ReleaseStepStatus.Skipped);
            var stopped = string.Join(", ", ledger.Steps.Where(step => step.Status == ReleaseStepStatus.Stopped).Select(step => step.Id));
            observer.Report(new LeftRunning(
                stages.Identity.Project,
                $"The release stopped with {ended} of {ledger.Steps.Count} steps done{(stopped.Length == 0 ? "" : $", in the middle of {stopped}")}. To go on: {stages.Identity.Command}"));
            throw;
        }
    }

    private async Task<Release> RunToEndAsync(CancellationToken cancellationToken)
    {
        var started = clock.GetUtcNow();
        var infrastructure = await stages.PlanInfrastructureAsync(cancellationToken);
        var planned = await PlanRestAsync(infrastructure, cancellationToken);
        var plan = Announce(infrastructure, planned);
        var release = new Release
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"{started.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{stages.Identity.Tag}"),
            Project = stages.Identity.Project,
            Tag = stages.Identity.Tag,
            Started = started,
        };

        if (infrastructure.Status != InfrastructureStatus.Skipped)
        {
            var applied = await ledger.RunAsync(
                ReleaseSteps.Infrastructure,
                () => stages.ApplyInfrastructureAsync(cancellationToken),
                change => new StepOutcome(ReleaseStepStatus.Succeeded, change.Reason, ActionOf(change)));
            if (applied is null)
                return End(release);
            infrastructure = applied;
            planned = await PlanAgainAsync(plan, infrastructure, cancellationToken);
        }

        release = release with { Infrastructure = infrastructure, Account = planned?.Account, Region = planned?.Region };
        if (planned is null)
            return End(release);

        release = release with { Images = await ReleaseImagesAsync(planned.Images, cancellationToken) };
        if (ledger.Failures.Count > 0)
            return End(release);

        if (planned.Endpoint is { Action: not ReleaseAction.Skip } endpoint)
        {
            var served = release.Images.First(image => string.Equals(image.Name, planned.InferenceImage, StringComparison.Ordinal));
            release = release with { Endpoint = await UpdateEndpointAsync(endpoint, served, cancellationToken) };
            if (ledger.Failures.Count > 0)
                return End(release);
        }

        release = release with { Services = await RolloutAsync(planned.Services, release.Images, cancellationToken) };
        return End(release);
    }

    /// <summary>The rest of the plan; null when only the apply can tell, which is then said.</summary>
    private async Task<PlannedRelease?> PlanRestAsync(InfrastructureChange infrastructure, CancellationToken cancellationToken)
    {
        try
        {
            return await stages.PlanAsync(cancellationToken);
        }
        catch (ReleaseException notYet) when (ApplyMayCure(infrastructure.Status, notYet))
        {
            observer.Report(new Announced(stages.Identity.Project, $"The rest is planned after the apply: {notYet.Message}"));
            return null;
        }
    }

    /// <summary>
    /// Whether the apply brings what a plan misses. It writes the env file in any case: a fresh checkout has none. What AWS
    /// does not have, only an apply that changes something can bring.
    /// </summary>
    private static bool ApplyMayCure(InfrastructureStatus apply, ReleaseException error) => error.Id switch
    {
        nameof(Messages.EnvFileNotFound) or nameof(Messages.DefinitionInvalid) or nameof(Messages.DefinitionNotFound) =>
            apply is InfrastructureStatus.Planned or InfrastructureStatus.Unchanged,
        nameof(Messages.RepositoryNotFound) or nameof(Messages.ClusterNotFound) or nameof(Messages.ServiceNotFound) or nameof(Messages.ServiceNotActive)
            or nameof(Messages.EndpointNotFound) or nameof(Messages.CodeBuildProjectNotFound) or nameof(Messages.TaskDefinitionImageNotMatched) =>
            apply == InfrastructureStatus.Planned,
        var id when RolloutProblems.MayApplyCure(id) => apply == InfrastructureStatus.Planned,
        _ => false,
    };

    /// <summary>Plans again after the apply, which can change the answer; shows the plan when it did.</summary>
    private async Task<PlannedRelease?> PlanAgainAsync(ReleasePlan before, InfrastructureChange infrastructure, CancellationToken cancellationToken)
    {
        try
        {
            var planned = await stages.PlanAsync(cancellationToken);
            var steps = Plan(infrastructure, planned).Steps.Skip(1);
            if (!before.Steps.Skip(1).Select(Meaning).SequenceEqual(steps.Select(Meaning)))
                _ = Announce(infrastructure, planned);
            return planned;
        }
        catch (ReleaseException failure)
        {
            ledger.Fail("plan", failure);
            return null;
        }

        static (string, ReleaseAction, string?) Meaning(ReleaseStep step) => (step.Id, step.Action, step.Reason);
    }

    private ReleasePlan Announce(InfrastructureChange infrastructure, PlannedRelease? planned)
    {
        var plan = Plan(infrastructure, planned);
        ledger.Take(plan.Steps);
        observer.Report(new PlanMade(plan.Project, plan));
        return plan;
    }

    private ReleasePlan Plan(InfrastructureChange infrastructure, PlannedRelease? planned)
    {
        var first = ReleaseSteps.ForInfrastructure(
            stages.Identity.InfrastructureDirectory,
            ActionOf(infrastructure),
            infrastructure.Reason ?? string.Empty);
        return new ReleasePlan
        {
            Project = stages.Identity.Project,
            Tag = stages.Identity.Tag,
            Account = planned?.Account,
            Region = planned?.Region,
            Steps = planned is null ? [first] : [first, .. ReleaseSteps.After(first, planned.Images, planned.Endpoint, planned.Services)],
        };
    }

    // Terraform is run also where nothing differs, for it is what writes the env file.
    private static ReleaseAction ActionOf(InfrastructureChange change) => change.Status switch
    {
        InfrastructureStatus.Skipped => ReleaseAction.Skip,
        InfrastructureStatus.Unchanged => ReleaseAction.Unchanged,
        _ => ReleaseAction.Apply,
    };

    /// <summary>Builds and pushes images side by side, each once those it begins with are there. What failed is not in the answer.</summary>
    private async Task<IReadOnlyList<EcrImage>> ReleaseImagesAsync(IReadOnlyList<PlannedImage> images, CancellationToken cancellationToken)
    {
        var milestones = images.ToDictionary(image => image.Image.Name, _ => new ImageMilestones(), StringComparer.Ordinal);
        return [.. (await Task.WhenAll(images.Select(OneAsync))).OfType<EcrImage>()];

        async Task<EcrImage?> OneAsync(PlannedImage image)
        {
            var own = milestones[image.Image.Name];
            try
            {
                foreach (var other in ReleaseSteps.WaitsFor(image, images))
                {
                    // CodeBuild has nothing but the registry; the engine has what it has built.
                    var waited = milestones[other.Image.Name];
                    if (!await (image.Image.Builder == ImageBuilder.CodeBuild ? waited.InEcr : waited.Built).Task.WaitAsync(cancellationToken))
                        return null;
                }

                return await ReleaseImageAsync(image, own, cancellationToken);
            }
            finally
            {
                own.End();
            }
        }
    }

    private async Task<EcrImage?> ReleaseImageAsync(PlannedImage planned, ImageMilestones milestones, CancellationToken cancellationToken)
    {
        var name = planned.Image.Name;
        EcrImage? inEcr = null;
        if (planned.Image.Builder == ImageBuilder.CodeBuild)
        {
            inEcr = await ledger.RunAsync(
                ReleaseSteps.Build(name), () => stages.BuildOnCodeBuildAsync(planned, cancellationToken), image => new StepOutcome(ReleaseStepStatus.Succeeded, image.Reason));
            milestones.Built.TrySetResult(inEcr is not null);
        }
        else
        {
            var built = await ledger.RunAsync(
                ReleaseSteps.Build(name), () => stages.BuildAsync(planned, cancellationToken), image => new StepOutcome(ReleaseStepStatus.Succeeded, image.Reason));
            milestones.Built.TrySetResult(built is not null);
            if (built is not null)
            {
                inEcr = await ledger.RunAsync(
                    ReleaseSteps.Push(name), () => stages.PushAsync(built, cancellationToken), image => new StepOutcome(ReleaseStepStatus.Succeeded, image.Reason));
            }
        }

        milestones.InEcr.TrySetResult(inEcr is not null);
        return inEcr;
    }

    private Task<EndpointUpdate?> UpdateEndpointAsync(PlannedEndpoint endpoint, EcrImage image, CancellationToken cancellationToken) =>
        ledger.RunAsync(
            ReleaseSteps.Endpoint(endpoint.Name),
            () => stages.UpdateEndpointAsync(image, cancellationToken),
            update => new StepOutcome(
                ReleaseStepStatus.Succeeded, update.Reason, update.Status == EndpointUpdateStatus.Unchanged ? ReleaseAction.Unchanged : ReleaseAction.Update));

    private async Task<IReadOnlyList<ServiceRollout>> RolloutAsync(
        IReadOnlyList<PlannedService> services, IReadOnlyList<EcrImage> images, CancellationToken cancellationToken)
    {
        var names = services.Select(service => service.Name).ToList();
        var started = clock.GetTimestamp();
        foreach (var name in names)
            ledger.Begin(ReleaseSteps.Rollout(name));
        try
        {
            var rollouts = await stages.RolloutAsync(names, images, cancellationToken);
            // The cause first: what was only not touched is no reason of a release's failure.
            foreach (var i in Enumerable.Range(0, names.Count).OrderBy(i => rollouts[i].Error?.Id == nameof(Messages.ServiceBeforeNotHealthy)))
                End(ReleaseSteps.Rollout(names[i]), rollouts[i]);
            return [.. rollouts.Select(result => result.Rollout)];
        }
        catch (ReleaseException failure)
        {
            EndAll(ReleaseStepStatus.Failed, failure.Message);
            ledger.Fail(ReleaseSteps.Rollout(names[0]), failure);
            return [];
        }
        catch (OperationCanceledException)
        {
            EndAll(ReleaseStepStatus.Stopped, "It was stopped.");
            throw;
        }

        void EndAll(ReleaseStepStatus status, string reason)
        {
            foreach (var name in names)
                ledger.End(ReleaseSteps.Rollout(name), new StepOutcome(status, reason), clock.GetElapsedTime(started));
        }
    }

    private void End(string step, RolloutResult result)
    {
        var rollout = result.Rollout;
        var error = result.Error ?? Outcomes.ErrorOf(rollout);
        var status = error is null ? ReleaseStepStatus.Succeeded : rollout.Status == RolloutStatus.NotRun ? ReleaseStepStatus.NotRun : ReleaseStepStatus.Failed;
        ledger.End(step, new StepOutcome(status, rollout.Reason), rollout.Duration);
        if (error is not null)
            ledger.Fail(step, error);
    }

    private Release End(Release release)
    {
        var (step, failure) = ledger.Failures.Count > 0 ? ledger.Failures[0] : default;
        if (failure is not null)
            ledger.Abandon("A step before it failed.");
        return release with
        {
            Status = failure is null ? ReleaseStatus.Succeeded : ReleaseStatus.Failed,
            Duration = clock.GetUtcNow() - release.Started,
            Steps = ledger.Steps,
            Reason = failure is null ? null : $"{step}: {failure.Message}",
            NextCommand = failure is null ? null : $"{failure.RecommendedAction.TrimEnd('.')}. Then go on with: {stages.Identity.Command}",
        };
    }

    /// <summary>How far an image has come, for those who wait for it: whether it got there.</summary>
    private sealed class ImageMilestones
    {
        public TaskCompletionSource<bool> Built { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<bool> InEcr { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>What it has not come to by now, it never will.</summary>
        public void End()
        {
            Built.TrySetResult(false);
            InEcr.TrySetResult(false);
        }
    }
}
