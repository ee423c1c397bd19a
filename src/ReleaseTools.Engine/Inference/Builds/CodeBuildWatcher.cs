using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.CodeBuild;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Inference.Builds;

/// <summary>Follows one CodeBuild build: its phases, its log, its end.</summary>
internal sealed class CodeBuildWatcher(AwsSession aws, IReleaseObserver observer, TimeProvider time)
{
    private const int LinesKept = 30;

    // Lines of the last seconds reach CloudWatch Logs after the build says that it is complete.
    private static readonly TimeSpan LogDelay = TimeSpan.FromSeconds(1);

    private readonly Queue<string> lastLines = new(LinesKept + 1);
    private readonly HashSet<string> phasesTold = new(StringComparer.Ordinal);
    private LogTail? tail;
    private bool logRefused;
    private bool logWarned;

    /// <summary>Waits for the build's end.</summary>
    public async Task<InferenceBuild> WaitAsync(InferenceBuild build, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var pace = new PollPace(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));
        try
        {
            while (true)
            {
                TimeSpan wait;
                try
                {
                    var seen = await LookAsync(build, cancellationToken);
                    var moved = TellPhases(build, seen);
                    build = Merge(build, seen, time.GetElapsedTime(began));
                    moved |= await ReadLogAsync(build, cancellationToken);
                    if (seen.BuildComplete)
                        return await EndAsync(build, seen, cancellationToken);
                    wait = pace.After(moved);
                }
                catch (AwsServiceException error) when (error.IsTransient())
                {
                    observer.Report(new Traced(build.Name, $"{error.Operation} was not answered ({error.Code}); looking again."));
                    wait = pace.AfterNoAnswer();
                }

                var left = timeout - time.GetElapsedTime(began);
                if (left <= TimeSpan.Zero)
                    return build with { Status = InferenceBuildStatus.TimedOut, Duration = time.GetElapsedTime(began), Reason = $"The wait of {Words.Duration(timeout)} ran out in {build.Phase}. {GoesOn(build)}" };
                await Task.Delay(wait < left ? wait : left, time, cancellationToken);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or AwsServiceException)
        {
            // The wait ends (Ctrl-C, credentials that expired), the build does not.
            observer.Report(new LeftRunning(build.Name, GoesOn(build)));
            throw;
        }
    }

    private static string GoesOn(InferenceBuild build) =>
        $"Build {build.BuildId} goes on. To look at it: aws codebuild batch-get-builds --ids {build.BuildId}. To stop it: aws codebuild stop-build --id {build.BuildId}.";

    private static InferenceBuild Merge(InferenceBuild build, Build seen, TimeSpan waited) => build with
    {
        Status = CodeBuildStatuses.Read(seen.BuildStatus),
        Phase = seen.CurrentPhase ?? build.Phase,
        LogGroup = seen.Logs?.GroupName ?? build.LogGroup,
        LogStream = seen.Logs?.StreamName ?? build.LogStream,
        SourceVersion = seen.ResolvedSourceVersion ?? build.SourceVersion,
        Duration = seen.StartTime is { } start && seen.EndTime is { } end ? end - start : waited,
    };

    private async Task<Build> LookAsync(InferenceBuild build, CancellationToken cancellationToken)
    {
        var answer = await aws.CodeBuild.BatchGetBuildsAsync(new([build.BuildId!]), cancellationToken);
        return answer.Builds is [var found, ..]
            ? found
            : throw ReleaseException.For(nameof(Messages.CodeBuildNotFound), ErrorKind.NotFound, build.BuildId, build.BuildId, aws.Region);
    }

    // A short phase may begin and end between two looks: all that the build lists are told, each once.
    private bool TellPhases(InferenceBuild build, Build seen)
    {
        var moved = false;
        foreach (var phase in (seen.Phases ?? []).Select(phase => phase.PhaseType).Append(seen.CurrentPhase))
        {
            if (phase is null || !phasesTold.Add(phase))
                continue;
            moved = true;
            var elapsed = seen.StartTime is { } start ? time.GetUtcNow() - start : TimeSpan.Zero;
            observer.Report(new BuildPhaseChanged(build.Name, build.BuildId!, phase, elapsed < TimeSpan.Zero ? TimeSpan.Zero : elapsed));
        }

        return moved;
    }

    private async Task<bool> ReadLogAsync(InferenceBuild build, CancellationToken cancellationToken)
    {
        if (logRefused || build.LogGroup is null || build.LogStream is null)
            return false;

        tail ??= new LogTail(aws.Logs, build.LogGroup, build.LogStream);
        var any = false;
        try
        {
            await tail.ReadAsync(
                line =>
                {
                    any = true;
                    lastLines.Enqueue(line);
                    if (lastLines.Count > LinesKept)
                        lastLines.Dequeue();
                    observer.Report(new BuildOutput(build.Name, line));
                },
                cancellationToken);
        }
        catch (AwsServiceException error)
        {
            // The log is a comfort, the build is the work: who cannot read the one can still wait for the other.
            logRefused = !error.IsTransient();
            if (!logWarned)
                observer.Report(new Warned(build.Name, $"The build's log cannot be read{(logRefused ? "" : " for now")}: {error.Message}"));
            logWarned = true;
        }

        return any;
    }

    private async Task<InferenceBuild> EndAsync(InferenceBuild build, Build seen, CancellationToken cancellationToken)
    {
        if (tail is not null && !logRefused)
        {
            await Task.Delay(LogDelay, time, cancellationToken);
            await ReadLogAsync(build, cancellationToken);
        }

        if (build.Status == InferenceBuildStatus.Succeeded)
            return build;
        return build with
        {
            Phase = CodeBuildStatuses.FailedPhase(seen)?.PhaseType ?? build.Phase,
            Reason = CodeBuildStatuses.Reason(seen, build.Status),
            LogLines = [.. lastLines],
        };
    }
}
