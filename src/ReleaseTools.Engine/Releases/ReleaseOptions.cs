namespace ReleaseTools.Engine.Releases;

/// <summary>How a release is run.</summary>
public sealed record ReleaseOptions
{
    /// <summary>The release tag; git's when null.</summary>
    public string? Tag { get; init; }

    /// <summary>Leaves terraform out and takes the env file as it is.</summary>
    public bool SkipTerraform { get; init; }

    /// <summary>Whether terraform may destroy or replace resources.</summary>
    public bool AllowDestroy { get; init; }

    /// <summary>Where images are built that the definition does not give to CodeBuild; as it says when null.</summary>
    public ImageBuilder? Builder { get; init; }

    /// <summary>Builds every image, also one whose inputs have not changed.</summary>
    public bool NoReuse { get; init; }

    /// <summary>Leaves out the tasks that services have run before their rollout.</summary>
    public bool SkipBeforeRollout { get; init; }

    /// <summary>How many images are built at once; the definition's, else the processor count when null.</summary>
    public int? ThrottleLimit { get; init; }

    /// <summary>The severity from which on a finding of an image's scan fails it; as the definition says when null.</summary>
    public FindingSeverity? FailOnSeverity { get; init; }

    /// <summary>How long each image's scan is waited for.</summary>
    public TimeSpan ScanTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether a service whose rollout fails is put back to what ran before.</summary>
    public bool RollbackOnFailure { get; init; }

    /// <summary>The command line that runs this release, for people to type again.</summary>
    public string Command { get; init; } = "Invoke-FullRelease";

    /// <summary>How long each CodeBuild build, the endpoint's update and the rollouts are waited for.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromHours(1);
}
