namespace ReleaseTools.Sandbox;

/// <summary>How a sandbox is set up.</summary>
public sealed record SandboxOptions
{
    /// <summary>The TCP port on 127.0.0.1; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>The region it plays.</summary>
    public string Region { get; init; } = "eu-west-1";

    /// <summary>The account it plays.</summary>
    public string Account { get; init; } = "000000000000";

    /// <summary>The clock; resources move through their states on it.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The clock of the clients, which signatures and registry tokens are good by: they do not know that resources live faster.</summary>
    public TimeProvider WallClock { get; init; } = TimeProvider.System;

    /// <summary>The directory that keeps state and image layers between runs; null keeps nothing.</summary>
    public string? StatePath { get; init; }

    /// <summary>The directory that CodeBuild's builds take for their source.</summary>
    public string? Workspace { get; init; }

    /// <summary>A file of AWS calls (service, operation, request) replayed into an empty sandbox; see <c>SeedFile</c>.</summary>
    public string? SeedPath { get; init; }
}
