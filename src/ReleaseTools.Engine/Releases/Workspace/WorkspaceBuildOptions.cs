using ReleaseTools.Engine.Images.Builds;

namespace ReleaseTools.Engine.Releases.Workspace;

/// <summary>How the images of a workspace are built.</summary>
public sealed record WorkspaceBuildOptions
{
    /// <summary>The release tag.</summary>
    public required string Tag { get; init; }

    /// <summary>How many are built at once on the Docker engine; the definition's, else the processor count when null.</summary>
    public int? ThrottleLimit { get; init; }

    /// <summary>Whether a repository that is not there yet is no error, because the push will make it.</summary>
    public bool RepositoriesMayBeMissing { get; init; }

    /// <summary>How each is built.</summary>
    public ImageBuildOptions Build { get; init; } = new();

    /// <summary>The names of the images that what goes over the definition is meant for; all when null. Others are built because these begin with them.</summary>
    public IReadOnlySet<string>? Chosen { get; init; }

    /// <summary>What goes over the definition.</summary>
    public BuildOverrides Overrides { get; init; } = new();

    /// <summary>How long each build on CodeBuild is waited for.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromHours(1);
}
