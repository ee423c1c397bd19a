using System.Text.Json.Nodes;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Aws.SageMaker;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>
/// Reads an endpoint and says what an image, or another change, means for it. What it serves is asked of DeployedImages,
/// which names images by digest; the model names only the path it was made with.
/// </summary>
internal sealed class EndpointPlanner(AwsSession aws, IImageRegistry registry, IReleaseObserver observer, EndpointProof proof)
{
    private readonly EndpointReader reader = new(aws);
    private readonly ImageGoals goals = new(registry);

    /// <summary>Makes the plan. Reads only, and does not wait.</summary>
    public async Task<EndpointPlan> PlanAsync(string endpointName, EcrImage? image, EndpointUpdateOptions options, CancellationToken cancellationToken)
    {
        if (image is null && options.Change.IsNone && !options.Force)
            throw ReleaseException.For(nameof(Messages.EndpointChangeNotGiven), ErrorKind.InvalidArgument, endpointName, endpointName);
        options.Check();

        var endpoint = await reader.EndpointAsync(endpointName, cancellationToken);
        var plan = new EndpointPlan
        {
            EndpointName = endpointName,
            Image = image,
            Options = options,
            EndpointConfigName = endpoint.EndpointConfigName,
            Seen = endpoint,
            Action = EndpointAction.Wait,
            Reason = $"It is {endpoint.EndpointStatus}; what it serves is asked once that is over.",
        };

        var state = EndpointState.Of(endpointName, endpoint.EndpointStatus, endpoint.FailureReason);
        if (state.Readiness == EndpointReadiness.Refuse)
        {
            throw ReleaseException.For(
                nameof(Messages.EndpointNotUpdatable), ErrorKind.InvalidState, endpointName, endpointName, endpoint.EndpointStatus, state.Diagnosis, state.NextCommand);
        }

        return state.Readiness == EndpointReadiness.Wait ? plan : await CompareAsync(plan, endpoint, cancellationToken);
    }

    private async Task<EndpointPlan> CompareAsync(EndpointPlan plan, DescribeEndpointResponse endpoint, CancellationToken cancellationToken)
    {
        var config = await reader.ConfigAsync(plan.EndpointName, endpoint.EndpointConfigName!, cancellationToken);
        var chosen = await new EndpointVariants(reader).ChooseAsync(plan, config, endpoint, cancellationToken);
        plan = plan with
        {
            Config = config,
            Models = chosen.Models,
            Variants = [.. chosen.Models.SelectMany(model => model.Variants), .. chosen.WithoutModel],
        };
        EndpointDeploymentRules.CheckFor(plan);
        foreach (var model in plan.Models)
            EndpointEnvironmentRules.CheckModel(EndpointClone.Model(model, "new", plan.Options.Change, []));
        if (plan.Options.Deployment is { Alarms.Count: > 0 } deployment)
            await new EndpointAlarms(aws, observer).CheckAsync(plan.EndpointName, deployment.Alarms, cancellationToken);
        if (plan.Image is { Digest: null })
            return plan with { Action = EndpointAction.Update, Reason = "The image is built first." };

        plan = plan with { Goals = await GoalsAsync(plan, cancellationToken) };
        plan = Compare(plan, config, endpoint);
        return plan.Action == EndpointAction.Unchanged && plan.Goals.Count > 0 ? plan with { OwesProof = await proof.IsOwedAsync(plan.EndpointName, config, cancellationToken) } : plan;
    }

    private async Task<IReadOnlyList<ImageGoal>> GoalsAsync(EndpointPlan plan, CancellationToken cancellationToken)
    {
        var found = new List<ImageGoal>();
        foreach (var (variant, image) in plan.Models.SelectMany(model => model.Variants.SelectMany(variant => model.Images.Values.Select(image => (variant, image)))))
        {
            // What is served already was resolved to this digest before, and is again.
            found.Add(plan.Image is not null
                ? await goals.OfAsync(variant, image, cancellationToken)
                : await goals.FindAsync(variant, image, cancellationToken) ?? new ImageGoal(variant, image, [NamedImage.Parse(image).Digest!]));
        }

        return found;
    }

    private static EndpointPlan Compare(EndpointPlan plan, JsonObject config, DescribeEndpointResponse endpoint)
    {
        var changes = Changes(plan, config, endpoint);
        foreach (var goal in plan.Goals)
        {
            var before = Before(plan, goal, endpoint);
            if (before is not null && goal.AcceptedDigests.Contains(before, StringComparer.Ordinal))
                continue;
            var serves = before is null
                ? $"Its variant {goal.VariantName} serves no image of {goal.Repository}."
                : $"It serves {Words.Digest(before)} (variant {goal.VariantName}).";
            return plan with { Action = EndpointAction.Update, PreviousDigest = before, Reason = string.Join(' ', [serves, .. changes]) };
        }

        plan = plan with { PreviousDigest = plan.Goals.Count == 0 ? null : Before(plan, plan.Goals[0], endpoint) };
        if (changes.Count > 0)
            return plan with { Action = EndpointAction.Update, Reason = string.Join(' ', changes) };
        var same = plan.ImageUri is null ? "It is as it is asked for already" : $"It serves {Words.Digest(plan.Goals[0].Digest)} already";
        return plan.Options.Force
            ? plan with { Action = EndpointAction.Update, Reason = $"{same}; the update was asked for." }
            : plan with { Action = EndpointAction.Unchanged, Reason = plan.Options.Change.IsNone ? $"{same}." : $"{same}, and is as asked for." };
    }

    // What a variant serves where the image is to be: for the words that its container's model has now.
    private static string? Before(EndpointPlan plan, ImageGoal goal, DescribeEndpointResponse endpoint)
    {
        var model = plan.Models.First(one => one.Variants.Contains(goal.VariantName, StringComparer.Ordinal));
        var index = model.Images.First(image => image.Value == goal.ImageUri).Key;
        var served = DeployedDigests.Of(endpoint, goal.VariantName, EndpointClone.Text(EndpointClone.ContainersOf(model.Model)[index], "Image")!);
        return served?.IsIn(goal.Repository) == true ? served.Digest : null;
    }

    // Sentences of what would change besides the image: "Set IW3_LOW_VRAM."
    private static List<string> Changes(EndpointPlan plan, JsonObject config, DescribeEndpointResponse endpoint)
    {
        var change = plan.Options.Change;
        var models = plan.Models.Where(model => model.Changed is not null)
            .SelectMany(model => change.DifferencesFrom(EndpointClone.ContainersOf(model.Model)[model.Changed!.Value]));
        var variants = EndpointClone.VariantsOf(config).Where(variant => plan.Variants.Contains(EndpointClone.Text(variant, "VariantName")!, StringComparer.Ordinal))
            .SelectMany(variant => change.DifferencesFrom(variant, DeployedDigests.Variant(endpoint, EndpointClone.Text(variant, "VariantName")!)));
        return [.. models.Concat(variants).Distinct(StringComparer.Ordinal).Select(what => $"{char.ToUpperInvariant(what[0])}{what[1..]}.")];
    }
}
