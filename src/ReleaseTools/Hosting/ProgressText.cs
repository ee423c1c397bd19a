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

    public static string Of(BuildProgress build) => $"{build.Number}/{build.Total} {build.Name}{(build.Cached ? " (cached)" : string.Empty)}";

    public static string Of(LayerProgress layer) =>
        layer.TotalBytes > 0 ? $"{layer.Layer} {layer.State} {Words.Size(layer.SentBytes)} of {Words.Size(layer.TotalBytes)}" : $"{layer.Layer} {layer.State}";

    public static string Of(ScanProgress scan) => $"waiting for its scan, {Words.Duration(scan.Elapsed)}: {scan.Detail}";

    public static string Of(EndpointProgress endpoint) =>
        endpoint.Detail is null ? $"{endpoint.Status}, {Words.Duration(endpoint.Elapsed)}" : $"{endpoint.Status}: {endpoint.Detail}, {Words.Duration(endpoint.Elapsed)}";

    public static string Of(DeploymentProgress deployment) =>
        $"{deployment.RolloutState}: {deployment.Running} of {deployment.Desired} running, {deployment.Pending} pending, {deployment.Failed} failed, {Words.Duration(deployment.Elapsed)}";

    public static string Of(TaskProgress task) => $"its task is {task.Status}, {Words.Duration(task.Elapsed)}";

    public static string Of(StoppedTask task)
    {
        var text = new StringBuilder("task ").Append(task.TaskArn[(task.TaskArn.LastIndexOf('/') + 1)..]).Append(" stopped");
        if (task.Container is not null)
            text.Append(CultureInfo.InvariantCulture, $", container {task.Container}");
        if (task.ExitCode is { } code)
            text.Append(CultureInfo.InvariantCulture, $", exit code {code}{(task.ExitMeaning is { } meaning ? $" ({meaning})" : string.Empty)}");
        text.Append(": ").Append(task.Reason ?? task.StopCode ?? "no reason given");
        foreach (var line in task.LogLines)
            text.AppendLine().Append("    ").Append(line);
        return text.ToString();
    }

    public static string Of(ReleaseStep step) =>
        step.Reason is null ? $"{step.Id}: {step.Status}, {Words.Duration(step.Duration)}" : $"{step.Id}: {step.Status}, {Words.Duration(step.Duration)}: {step.Reason}";
}
