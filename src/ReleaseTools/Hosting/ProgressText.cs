using System.Globalization;
using System.Text;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Hosting;

/// <summary>The words in which events are shown.</summary>
internal static class ProgressText
{
    public static string Of(ReleaseStage stage) => stage switch
    {
        ReleaseStage.Infrastructure => "Apply",
        ReleaseStage.Build => "Build",
        ReleaseStage.Push => "Push",
        ReleaseStage.Endpoint => "Update",
        _ => "Roll out",
    };

    public static string Of(TimeSpan elapsed) => elapsed switch
    {
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)elapsed.TotalHours}h {elapsed.Minutes}m"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{elapsed.Minutes}m {elapsed.Seconds}s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{elapsed.Seconds}s"),
    };

    public static string OfBytes(long bytes) => bytes switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB"),
        >= 1_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.0} kB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
    };

    public static string Of(BuildProgress build) => $"{build.Number}/{build.Total} {build.Name}{(build.Cached ? " (cached)" : string.Empty)}";

    public static string Of(LayerProgress layer) =>
        layer.TotalBytes > 0 ? $"{layer.Layer} {layer.State} {OfBytes(layer.SentBytes)} of {OfBytes(layer.TotalBytes)}" : $"{layer.Layer} {layer.State}";

    public static string Of(EndpointProgress endpoint) =>
        endpoint.Detail is null ? $"{endpoint.Status}, {Of(endpoint.Elapsed)}" : $"{endpoint.Status}: {endpoint.Detail}, {Of(endpoint.Elapsed)}";

    public static string Of(DeploymentProgress deployment) =>
        $"{deployment.RolloutState}: {deployment.Running} of {deployment.Desired} running, {deployment.Pending} pending, {deployment.Failed} failed, {Of(deployment.Elapsed)}";

    public static string Of(StoppedTask task)
    {
        var text = new StringBuilder("task ").Append(task.TaskArn[(task.TaskArn.LastIndexOf('/') + 1)..]).Append(" stopped");
        if (task.Container is not null)
            text.Append(CultureInfo.InvariantCulture, $", container {task.Container}");
        if (task.ExitCode is { } code)
            text.Append(CultureInfo.InvariantCulture, $", exit code {code}");
        text.Append(": ").Append(task.Reason ?? task.StopCode ?? "no reason given");
        foreach (var line in task.LogLines)
            text.AppendLine().Append("    ").Append(line);
        return text.ToString();
    }

    public static string Of(ReleaseStep step) =>
        step.Reason is null ? $"{step.Id}: {step.Status}, {Of(step.Duration)}" : $"{step.Id}: {step.Status}, {Of(step.Duration)}: {step.Reason}";

    /// <summary>A plan as a table: what is done to what, and why.</summary>
    public static string Of(ReleasePlan plan)
    {
        var where = string.Join(", ", new[] { plan.Region, plan.Account }.Where(part => part is not null));
        var text = new StringBuilder("Release ").Append(plan.Project).Append(' ').Append(plan.Tag);
        if (where.Length > 0)
            text.Append(" to ").Append(where);

        var nameWidth = plan.Steps.Select(step => step.Name.Length).DefaultIfEmpty(0).Max();
        foreach (var step in plan.Steps)
            text.AppendLine().Append($"  {step.Stage,-14}  {step.Name.PadRight(nameWidth)}  {step.Action,-14}  {step.Reason}".TrimEnd());
        return text.ToString();
    }
}
