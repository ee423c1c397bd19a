using ReleaseTools.Engine.Aws.CodeBuild;

namespace ReleaseTools.Engine.Inference.Builds;

/// <summary>
/// Whether what a CodeBuild project builds is the tree that the fingerprint was made of. A project takes its source from
/// somewhere of its own, so a fingerprint of the workspace says nothing about its image, unless
/// <code>
/// the project's environment has        workspace  the source version that CodeBuild resolved   the fingerprint counts
/// RELEASETOOLS_SOURCE=workspace        any        any                                          yes
/// anything else, and a source          as commit  the workspace's commit                       yes
/// anything else, and a source          as commit  another                                      no
/// anything else, and a source          differs    any                                          no
/// anything else, and no source         any        none is told                                 no
/// </code>
/// It is as its commit where it is clean and each file that the fingerprint counts is in the commit as it is here: one that git
/// ignores counts, and whoever checks the commit out does not get it.
/// Where it does not count, the image is always built, and gets no src- tag.
/// </summary>
/// <param name="Commit">The commit that the build must turn out to be of; null where the project builds the workspace.</param>
/// <param name="Doubt">Why the fingerprint does not count; null when it does.</param>
internal sealed record BuiltSource(string? Commit, string? Doubt)
{
    /// <summary>The environment variable by which a project declares what it builds.</summary>
    public const string Variable = "RELEASETOOLS_SOURCE";

    private const string Workspace = "workspace";

    /// <summary>Whether a project declares that it builds the workspace as it is.</summary>
    public static bool IsWorkspace(Project project) => (project.Environment?.EnvironmentVariables ?? []).Any(variable => variable is { Name: Variable, Value: Workspace });

    /// <summary>What a project builds for somebody whose workspace is as the options say.</summary>
    public static async Task<BuiltSource> OfAsync(Project project, InferenceBuildOptions options, CancellationToken cancellationToken)
    {
        if (IsWorkspace(project))
            return new(Commit: null, Doubt: null);
        if (project.Source?.Type is null or "NO_SOURCE")
            return new(Commit: null, $"The project {project.Name} fetches its source itself, so whether it is this workspace's cannot be told.");
        if (options.Commit is null)
            return new(Commit: null, $"The project {project.Name} builds a commit, and this workspace has none.");
        return await options.Difference(cancellationToken) is { } difference
            ? new(Commit: null, $"The project {project.Name} builds a commit, and {difference}.")
            : new(options.Commit, Doubt: null);
    }
}
