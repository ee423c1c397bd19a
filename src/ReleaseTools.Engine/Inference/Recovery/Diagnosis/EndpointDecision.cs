using System.Globalization;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Inference.Recovery.Diagnosis;

/// <summary>What is next for an endpoint; the table is that of <see cref="EndpointDiagnoser"/>.</summary>
/// <param name="NextStep">What is next.</param>
/// <param name="Problem">Why; null when nothing is wrong.</param>
/// <param name="NextCommand">The command that does it; null when there is nothing to do.</param>
/// <param name="Target">The configuration that it brings the endpoint to.</param>
internal sealed record EndpointDecision(EndpointNextStep NextStep, string? Problem, string? NextCommand, string? Target = null)
{
    /// <summary>Decides.</summary>
    /// <param name="facts">What was read.</param>
    /// <param name="good">What is known to be good.</param>
    /// <param name="lastGood">The last of these that is whole.</param>
    public static EndpointDecision Of(EndpointFacts facts, IReadOnlyList<HistoricConfig> good, HistoricConfig? lastGood)
    {
        var name = facts.EndpointName;
        var state = EndpointState.Of(name, facts.Status, facts.Endpoint?.FailureReason);
        return facts.Status switch
        {
            "InService" => OfServing(facts),
            "UpdateRollbackFailed" or "OutOfService" when lastGood is not null => new(EndpointNextStep.Update, state.Diagnosis, state.NextCommand, lastGood.Name),
            "UpdateRollbackFailed" => Unknown(
                $"{state.Diagnosis} {NothingGood}",
                facts.Current is { IsWhole: true } own ? $"Restore-SageMakerEndpoint {name} -To {own.Name}" : TerraformApply(facts)),
            "OutOfService" or "Failed" => OfLost(facts, state, good.Any(config => config.Name == facts.Current?.Name), lastGood),
            "Deleting" => new(EndpointNextStep.Wait, $"{Since(facts)}{state.Diagnosis}", state.NextCommand),
            EndpointState.Missing => OfMissing(facts, state, lastGood),
            _ => new(state.NextStep, $"{Since(facts)}{state.Diagnosis}", state.NextCommand),
        };
    }

    private const string NothingGood = "No configuration of its history is known to be good.";

    private static EndpointDecision OfServing(EndpointFacts facts)
    {
        var configName = facts.Endpoint!.EndpointConfigName;
        if (facts.Interrupted is { } record)
        {
            return new(
                EndpointNextStep.Create, $"Its re-creation, which began {At(record.Begun)}, was not finished: its scaling may not be registered again.",
                EndpointText.Repair(facts.EndpointName), configName);
        }

        var deleted = facts.Current is null ? $"Its configuration {configName} was"
            : facts.Current.Content?.DeletedModels is [var model, ..] ? $"The model {model} of its configuration {configName} was"
            : null;
        if (deleted is null)
            return new(EndpointNextStep.None, Problem: null, NextCommand: null);
        var problem = $"{deleted} deleted while in use, so the next update would fail.";
        return facts.Pattern is null
            ? Unknown($"{problem} There is none like it to make it again by.", TerraformApply(facts))
            : new(EndpointNextStep.RecreateConfiguration, problem, EndpointText.Repair(facts.EndpointName), configName);
    }

    private static EndpointDecision OfLost(EndpointFacts facts, EndpointState state, bool isOwnGood, HistoricConfig? lastGood)
    {
        var own = facts.Current is { IsWhole: true } whole ? whole : null;
        if ((isOwnGood ? own ?? lastGood : lastGood ?? own) is { } source)
            return new(EndpointNextStep.Recreate, state.Diagnosis, EndpointText.Recreate(facts.EndpointName), source.Name);
        var lacks = facts.Current is null ? "was deleted" : facts.Current.Content?.Lacks ?? "cannot be read";
        return Unknown(
            $"{state.Diagnosis} Its configuration {facts.Endpoint!.EndpointConfigName} {lacks}, and no other is known to be good.",
            $"aws sagemaker delete-endpoint --endpoint-name {facts.EndpointName}; aws sagemaker wait endpoint-deleted --endpoint-name {facts.EndpointName}; {TerraformApply(facts)}");
    }

    private static EndpointDecision OfMissing(EndpointFacts facts, EndpointState state, HistoricConfig? lastGood)
    {
        var recorded = facts.Interrupted is { } record && facts.Find(record.EndpointConfigName) is { IsWhole: true } whole ? whole : null;
        if ((recorded ?? lastGood ?? facts.History.FirstOrDefault(config => config.IsWhole)) is not { } source)
            return Unknown($"{state.Diagnosis} No configuration that was made for it is there, whole.", TerraformApply(facts));
        return new(
            EndpointNextStep.Create,
            facts.Interrupted is null ? $"{state.Diagnosis} Configurations that were made for it are there."
                : $"It was deleted to be created again, {At(facts.Interrupted.Begun)}, and that was not finished.",
            state.NextCommand, source.Name);
    }

    private static EndpointDecision Unknown(string problem, string command) =>
        new(EndpointNextStep.Unknown, problem, command);

    private static string TerraformApply(EndpointFacts facts) => facts.Terraform.IsThere ? "Invoke-TerraformApply" : "terraform apply";

    private static string Since(EndpointFacts facts) => facts.Endpoint?.LastModifiedTime is { } since
        ? $"Since {At(since)}, for {Words.Duration(facts.ReadAt > since ? facts.ReadAt - since : TimeSpan.Zero)}: "
        : "";

    private static string At(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
