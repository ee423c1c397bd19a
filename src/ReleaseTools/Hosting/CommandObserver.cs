using ReleaseTools.Engine.Releases.Running;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Hosting;

/// <summary>
/// Makes PowerShell progress and streams of what happens in a release. The release is one activity, each running step
/// stands under it and shows how far its image, endpoint or service is; a cmdlet that runs alone has only the latter.
/// </summary>
internal sealed class CommandObserver(CommandPipeline pipeline, ProgressBoard board) : IReleaseObserver
{
    private const string Release = "release";

    private readonly object gate = new();
    private readonly HashSet<string> running = new(StringComparer.Ordinal);
    private readonly HashSet<string> stopping = new(StringComparer.Ordinal);
    private string title = "Release";
    private int steps;
    private int done;

    /// <inheritdoc/>
    public void Report(ReleaseEvent happened)
    {
        switch (happened)
        {
            case Noted noted: pipeline.Verbose($"{noted.Subject}: {noted.Message}"); break;
            case Announced announced: pipeline.Announce($"{announced.Subject}: {announced.Message}"); break;
            case LeftRunning left: pipeline.Announce($"{left.Subject}: {left.Message}"); break;
            case StopTakesTime stop: pipeline.TakeTime($"{stop.Subject}: {stop.Message}", stop.Longest); break;
            case Warned warned: pipeline.Warn($"{warned.Subject}: {warned.Message}"); break;
            case Traced traced: pipeline.Debug($"{traced.Subject}: {traced.Message}"); break;

            // Not as an error yet: -ErrorAction Stop would end the work, and with it what runs beside the failed item.
            case ItemFailed failed: pipeline.Warn($"{failed.Subject}: {failed.Error.Message.Split('\n')[0].TrimEnd()}"); break;

            case PlanMade made: ShowPlan(made.Plan); break;
            case BatchProgress batch: Draw(Release, parent: null, batch.Subject, $"{batch.Done} of {batch.Total}", Percent(batch.Done, batch.Total)); break;
            case ItemDone item: Complete(Key(item.Stage, item.Subject)); break;
            case StepStarted started: ShowStart(started.Step); break;
            case StepFinished finished: ShowEnd(finished.Step); break;

            case BuildOutput output: pipeline.Verbose($"{output.Subject}: {output.Line}"); break;
            case TerraformOutput output: pipeline.Verbose($"{output.Subject}: {output.Line}"); break;
            case ServiceSaid said: pipeline.Verbose($"{said.Subject}: {said.Message}"); break;
            case TaskStopped stopped: ShowStop(stopped); break;
            case RolloutEnded ended: ShowEnd(ended.Rollout); break;

            case BuildProgress build:
                Show(ReleaseStage.Build, build.Subject, ProgressText.Of(build), Percent(build.Number, build.Total));
                break;
            case BuildPhaseChanged phase:
                Show(ReleaseStage.Build, phase.Subject, $"{phase.Phase}, {Words.Duration(phase.Elapsed)}");
                break;
            case LayerProgress layer:
                Show(ReleaseStage.Push, layer.Subject, ProgressText.Of(layer), Percent(layer.SentBytes, layer.TotalBytes));
                break;
            case ScanProgress scan:
                Show(StageOfPush(scan.Subject), scan.Subject, ProgressText.Of(scan));
                break;
            case EndpointProgress endpoint:
                Show(ReleaseStage.Endpoint, endpoint.Subject, ProgressText.Of(endpoint));
                break;
            case DeploymentProgress deployment:
                Show(ReleaseStage.Rollout, deployment.Subject, ProgressText.Of(deployment), Percent(deployment.Running, deployment.Desired));
                break;
            case TaskProgress task:
                Show(ReleaseStage.Rollout, task.Subject, ProgressText.Of(task));
                break;
            case TerraformProgress terraform:
                Show(ReleaseStage.Infrastructure, terraform.Subject, terraform.Resource, Percent(terraform.Done, terraform.Total));
                break;
        }
    }

    // There is one terraform step; what terraform says is about its directory, which the step names relative to the workspace.
    private static string Key(ReleaseStage stage, string name) => stage == ReleaseStage.Infrastructure ? $"{stage}" : $"{stage}:{name}";

    // What CodeBuild builds is put into ECR by its build, and has no other step.
    private ReleaseStage StageOfPush(string image)
    {
        lock (gate)
            return running.Contains(Key(ReleaseStage.Build, image)) ? ReleaseStage.Build : ReleaseStage.Push;
    }

    private static int Percent(long part, long whole) => whole > 0 ? (int)(100 * part / whole) : -1;

    // The first stop of a service tells the story; a crash loop would tell it hundreds of times.
    private void ShowStop(TaskStopped stopped)
    {
        var text = $"{stopped.Subject}: {ProgressText.Of(stopped.Task)}";
        bool first;
        lock (gate)
            first = stopping.Add(stopped.Subject);
        if (first)
            pipeline.Warn(text);
        else
            pipeline.Verbose(text);
    }

    private void ShowPlan(ReleasePlan plan)
    {
        lock (gate)
        {
            title = $"Release {plan.Project} {plan.Tag}";
            steps = plan.Steps.Count(step => step.Action != ReleaseAction.Skip);
        }

        pipeline.Announce(ViewText.Of(plan, pipeline.Width) + Environment.NewLine);
    }

    private void ShowStart(ReleaseStep step)
    {
        lock (gate)
            running.Add(Key(step.Stage, step.Name));
        ShowRelease();
        Show(step.Stage, step.Name, step.Reason ?? string.Empty);
    }

    // Told at once: the command's records, and its errors, come when the last service has ended.
    private void ShowEnd(ServiceRollout rollout)
    {
        Complete(Key(ReleaseStage.Rollout, rollout.Service));
        var text = $"{rollout.Service}: {rollout.Status}: {rollout.Reason}";
        if (Outcomes.ErrorOf(rollout) is null)
            pipeline.Verbose(text);
        else
            pipeline.Warn(text);
    }

    private void ShowEnd(ReleaseStep step)
    {
        var key = Key(step.Stage, step.Name);
        lock (gate)
        {
            if (running.Remove(key))
                done++;
        }

        Complete(key);
        pipeline.Verbose(ProgressText.Of(step));
        ShowRelease();
    }

    private void Complete(string key)
    {
        if (board.Complete(key) is { } completed)
            pipeline.Progress(completed);
    }

    private void ShowRelease()
    {
        string name;
        int finished, all;
        lock (gate)
            (name, finished, all) = (title, done, steps);
        Draw(Release, parent: null, name, all > 0 ? $"{finished} of {all} steps" : $"{finished} steps", Percent(finished, all));
    }

    private void Show(ReleaseStage stage, string name, string status, int percent = -1) =>
        Draw(Key(stage, name), Release, $"{ProgressText.Of(stage)} {name}", status, percent);

    private void Draw(string key, string? parent, string name, string status, int percent)
    {
        if (board.Update(key, parent, name, status, percent) is { } record)
            pipeline.Progress(record);
    }
}
