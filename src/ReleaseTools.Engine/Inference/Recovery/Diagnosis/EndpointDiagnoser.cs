using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Inference.Endpoints;

namespace ReleaseTools.Engine.Inference.Recovery.Diagnosis;

/// <summary>What an endpoint's facts say.</summary>
/// <param name="Diagnosis">How it is, and what is next.</param>
/// <param name="TargetConfigName">The configuration that the next step brings it to; null where it brings it to none.</param>
internal sealed record EndpointFinding(EndpointDiagnosis Diagnosis, string? TargetConfigName);

/// <summary>
/// Says what is wrong with an endpoint and what is next. The statuses, in AWS's words, are in <see cref="EndpointState"/>; here is what
/// else decides:
/// <code>
/// EndpointStatus        and                                             next step               brings it to
/// InService             a re-creation of it was not finished            Create                  what it is on
///                       its configuration, or a model of it, was        RecreateConfiguration   the same, made again
///                       deleted, and there is one like it
///                       … and there is none like it                     Unknown
///                       else                                            None
/// Creating, Updating,                                                   Wait
/// RollingBack,
/// SystemUpdating
/// UpdateRollbackFailed  a configuration is known to be good             Update                  that one
///                       none is                                         Unknown
/// OutOfService          a configuration is known to be good             Update                  that one
///                       none is, and its own is whole                   Recreate                its own
///                       neither                                         Unknown
/// Failed                its own is known to be good, or nothing         Recreate                its own
///                       better is known, and it is whole
///                       another is known to be good                     Recreate                that one
///                       neither                                         Unknown
/// Deleting                                                              Wait, then Create
/// Missing               a re-creation was begun                         Create                  what was recorded
///                       a configuration was made for it                 Create                  the last known to be good, else the newest
///                       none was                                        Unknown
/// </code>
/// Whole means: the models that it names are there, and their images are in ECR as far as it can be asked. Nothing is ever put on a
/// configuration that is not.
/// </summary>
internal static class EndpointDiagnoser
{
    /// <summary>The diagnosis.</summary>
    public static EndpointFinding Of(EndpointFacts facts)
    {
        var good = KnownGood.Of(facts.History);
        var lastGood = good.FirstOrDefault(config => config.IsWhole);
        var decision = EndpointDecision.Of(facts, good, lastGood);
        var endpoint = facts.Endpoint;
        var images = (endpoint?.ProductionVariants ?? []).Concat(endpoint?.ShadowProductionVariants ?? [])
            .SelectMany(variant => variant.DeployedImages ?? []).Select(image => image.ResolvedImage).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var terraform = facts.Terraform.ConfigName ?? BeforeFirstUpdate(facts);
        var pending = endpoint?.PendingDeploymentSummary?.EndpointConfigName;
        return new(
            new()
            {
                EndpointName = facts.EndpointName,
                Status = facts.Status,
                EndpointConfigName = endpoint?.EndpointConfigName,
                PendingEndpointConfigName = pending,
                ModelNames = [.. (facts.Current?.Content?.Variants ?? []).Select(variant => variant.Model).Distinct(StringComparer.Ordinal)],
                ImageUris = images,
                Digests = [.. images.Select(image => NamedImage.Parse(image).Digest).OfType<string>()],
                Release = facts.Current?.Release,
                IntendedEndpointConfigName = pending ?? Attempted(facts, good) ?? endpoint?.EndpointConfigName ?? decision.Target,
                LastGoodEndpointConfigName = lastGood?.Name,
                TerraformEndpointConfigName = terraform,
                Drift = Drift(facts, terraform),
                Problem = decision.Problem,
                NextStep = decision.NextStep,
                NextCommand = decision.NextCommand,
                LastModifiedTime = endpoint?.LastModifiedTime,
            },
            decision.Target);
    }

    // An update that began where the endpoint is now and that nothing speaks for having come to its end.
    private static string? Attempted(EndpointFacts facts, IReadOnlyList<HistoricConfig> good) => facts.History
        .Where(config => config.PreviousConfig is { } before && before == facts.Endpoint?.EndpointConfigName && !good.Contains(config))
        .OrderByDescending(config => config.CreationTime).FirstOrDefault()?.Name;

    // Each configuration that this module made names the one before it; the first that it did not make is somebody else's: Terraform's, as a rule.
    private static string? BeforeFirstUpdate(EndpointFacts facts)
    {
        var passed = new HashSet<string>(StringComparer.Ordinal);
        var config = facts.Current ?? (facts.History.Count > 0 && facts.Endpoint is null ? facts.History[0] : null);
        while (config is { Endpoint: not null, PreviousConfig: { } before } && passed.Add(config.Name))
            config = facts.Find(before);
        return config is { Endpoint: null } ? config.Name : null;
    }

    private static string? Drift(EndpointFacts facts, string? terraform)
    {
        if (terraform is null || facts.Endpoint is null || facts.Endpoint.EndpointConfigName == terraform)
            return null;
        return facts.Terraform.ConfigName is not null
            ? $"Terraform's state has it on {terraform}: a terraform apply would put it back on that, unless it ignores changes of endpoint_config_name."
            : $"It was on {terraform} before this module's first update: where Terraform made that, a terraform apply would put it back on it.";
    }
}
