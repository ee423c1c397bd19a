namespace ReleaseTools.Sandbox.CodeBuild;

/// <summary>How long each phase takes at least; a phase whose work is not done takes longer.</summary>
internal sealed record BuildDurations
{
    /// <summary>PROVISIONING: a host is found and started.</summary>
    public TimeSpan Provisioning { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>BUILD.</summary>
    public TimeSpan Build { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>POST_BUILD, in which images are pushed.</summary>
    public TimeSpan PostBuild { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Every other phase.</summary>
    public TimeSpan Other { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The duration of a phase.</summary>
    public TimeSpan Of(string phase) => phase switch
    {
        "PROVISIONING" => Provisioning,
        "BUILD" => Build,
        "POST_BUILD" => PostBuild,
        "COMPLETED" => TimeSpan.Zero,
        _ => Other,
    };
}

/// <summary>What the machine asks of those who do the work.</summary>
internal interface IBuildWork
{
    /// <summary>What came of a phase's work, which begins at the first call; null while it goes on.</summary>
    PhaseOutcome? Outcome(Build build, BuildPhase phase);

    /// <summary>A phase has ended.</summary>
    void Ended(Build build, BuildPhase phase);
}

/// <summary>
/// The life of a build. https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details.html#view-build-details-phases
/// <code>
/// phase              when it succeeds    when it fails
/// SUBMITTED          QUEUED              FINALIZING
/// QUEUED             PROVISIONING        FINALIZING
/// PROVISIONING       DOWNLOAD_SOURCE     FINALIZING
/// DOWNLOAD_SOURCE    INSTALL             FINALIZING
/// INSTALL            PRE_BUILD           FINALIZING
/// PRE_BUILD          BUILD               FINALIZING
/// BUILD              POST_BUILD          POST_BUILD (which so runs after a failed BUILD too)
/// POST_BUILD         UPLOAD_ARTIFACTS    UPLOAD_ARTIFACTS
/// UPLOAD_ARTIFACTS   FINALIZING          FINALIZING
/// FINALIZING         COMPLETED           COMPLETED
/// COMPLETED          the build is SUCCEEDED, or FAILED when any phase was; TIMED_OUT and STOPPED come here at once
/// </code>
/// </summary>
internal static class BuildMachine
{
    /// <summary>The first phase.</summary>
    public static Build Start(Build build) => build with { Phases = [new BuildPhase("SUBMITTED", build.StartTime)] };

    /// <summary>Brings a build to this moment, as far as its work has come.</summary>
    public static Build Advance(Build build, DateTimeOffset now, BuildDurations durations, IBuildWork work)
    {
        while (build.IsRunning)
        {
            var phase = build.Phases[^1];
            var deadline = build.StartTime + build.Timeout;
            var outcome = work.Outcome(build, phase);
            var due = phase.StartTime + durations.Of(phase.Type);
            if ((outcome is null || due > deadline) && deadline <= now)
            {
                var timedOut = phase with { EndTime = deadline, Status = "TIMED_OUT", StatusCode = "BUILD_TIMED_OUT", Message = "Build has timed out." };
                work.Ended(build, timedOut);
                return End(build, timedOut, "TIMED_OUT", deadline);
            }
            if (outcome is null || due > now)
                return build;
            build = phase.Type == "COMPLETED" ? Complete(build, phase) : Step(build, phase, outcome, due, work);
        }
        return build;
    }

    /// <summary>Stops a build where it is.</summary>
    public static Build Stop(Build build, DateTimeOffset now) =>
        End(build, build.Phases[^1] with { EndTime = now, Status = "STOPPED" }, "STOPPED", now);

    /// <summary>Ends a build whose host is lost.</summary>
    public static Build Lose(Build build, DateTimeOffset now) =>
        End(build, build.Phases[^1] with { EndTime = now, Status = "FAULT", StatusCode = "INTERNAL_SERVICE_ERROR", Message = "The build's host was lost." }, "FAULT", now);

    private static Build Step(Build build, BuildPhase phase, PhaseOutcome outcome, DateTimeOffset at, IBuildWork work)
    {
        var failed = outcome.StatusCode is not null;
        var ended = phase with { EndTime = at, Status = failed ? "FAILED" : "SUCCEEDED", StatusCode = outcome.StatusCode, Message = outcome.Message };
        work.Ended(build, ended);
        var next = (phase.Type, failed) switch
        {
            ("SUBMITTED", false) => "QUEUED",
            ("QUEUED", false) => "PROVISIONING",
            ("PROVISIONING", false) => "DOWNLOAD_SOURCE",
            ("DOWNLOAD_SOURCE", false) => "INSTALL",
            ("INSTALL", false) => "PRE_BUILD",
            ("PRE_BUILD", false) => "BUILD",
            ("BUILD", _) => "POST_BUILD",
            ("POST_BUILD", _) => "UPLOAD_ARTIFACTS",
            ("FINALIZING", _) => "COMPLETED",
            _ => "FINALIZING",
        };
        return build with { Phases = build.Phases.SetItem(build.Phases.Count - 1, ended).Add(new BuildPhase(next, at)) };
    }

    private static Build Complete(Build build, BuildPhase phase) => build with
    {
        Status = build.Phases.Any(one => one.Status == "FAILED") ? "FAILED" : "SUCCEEDED",
        EndTime = phase.StartTime,
    };

    private static Build End(Build build, BuildPhase ended, string status, DateTimeOffset at) => build with
    {
        Status = status,
        EndTime = at,
        Phases = build.Phases.SetItem(build.Phases.Count - 1, ended).Add(new BuildPhase("COMPLETED", at)),
    };
}
