namespace ReleaseTools.Engine.Inference.Builds;

/// <summary>What a CodeBuild build of an image is given besides the image and its tag.</summary>
public sealed record InferenceBuildOptions
{
    /// <summary>Build without Docker's cache.</summary>
    public bool NoCache { get; init; }

    /// <summary>Ask the registry for newer base images.</summary>
    public bool Pull { get; init; }

    /// <summary>Labels put on the image, where the project builds the workspace: of another source they would tell what is not so.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Environment variables that override the project's, for this build only. Visible in CodeBuild's console: not for secrets.</summary>
    public IReadOnlyDictionary<string, string> EnvironmentVariables { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The source version to build; the project's own when null. A project without source ignores it.</summary>
    public string? SourceVersion { get; init; }

    /// <summary>The same token within five minutes starts no second build; one for each start when null.</summary>
    public string? IdempotencyToken { get; init; }

    /// <summary>A hash over everything the image is made of; null when that is not known, and then nothing is reused.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>The workspace's commit; null where it has none.</summary>
    public string? Commit { get; init; }

    /// <summary>Says in what the workspace differs from its commit, as far as it matters to the image; null where in nothing. Asked only of an image that is built of the commit.</summary>
    public Func<CancellationToken, Task<string?>> Difference { get; init; } = _ => Task.FromResult<string?>(null);

    /// <summary>Build even where ECR holds an image of the same fingerprint.</summary>
    public bool Force { get; init; }

    /// <summary>The endpoint the image is for.</summary>
    public string? EndpointName { get; init; }
}
