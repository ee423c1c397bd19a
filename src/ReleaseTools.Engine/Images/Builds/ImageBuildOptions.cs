namespace ReleaseTools.Engine.Images.Builds;

/// <summary>How to build.</summary>
public sealed record ImageBuildOptions
{
    /// <summary>The folder for log files; <c>.releasetools/logs</c> of the image's workspace when null.</summary>
    public string? LogFolder { get; init; }

    /// <summary>Labels put on the image, such as <c>org.opencontainers.image.revision</c>.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Build although the registry holds an image of the same inputs.</summary>
    public bool NoReuse { get; init; }

    /// <summary>Use no cached step, and reuse no image.</summary>
    public bool NoCache { get; init; }

    /// <summary>Ask the registry for newer base images.</summary>
    public bool Pull { get; init; }

    /// <summary>Attest how the image was built. Turns it into an index.</summary>
    public bool Provenance { get; init; }

    /// <summary>Attest what packages are in the image. Turns it into an index.</summary>
    public bool Sbom { get; init; }

    /// <summary>Whether the image gets attestations.</summary>
    internal bool IsAttested => Provenance || Sbom;

    /// <summary>Whether what was asked for can only come of a build.</summary>
    internal bool BuildsAnyway => NoReuse || NoCache || Pull || IsAttested;

    /// <summary>Gives the value of a variable that a secret is taken from; null where there is none. What it gives is secret.</summary>
    public Func<string, string?> Variable { get; init; } = _ => null;
}
