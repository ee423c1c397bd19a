using ReleaseTools.Engine.Infrastructure;
using ReleaseTools.Engine.Releases.Definition;

namespace ReleaseTools.Engine.Releases.Source;

/// <summary>Who gets a file of the workspace when an image is built.</summary>
internal enum SourceUse
{
    /// <summary>Nobody: the context leaves it out, or it is made of what does count.</summary>
    None,

    /// <summary>The commands that are run first, but not Docker.</summary>
    Commands,

    /// <summary>Docker.</summary>
    Build,
}

/// <summary>
/// The paths an image is made of, and which files at them count. Names are from the workspace, with <c>/</c>.
/// <code>
/// a file at an input, or the Dockerfile                            counts
/// of a folder that a command is run in, but at no input            as what a command sees does (below); of the whole workspace: no
/// of .releasetools, or of an output of a command                   no: it follows from what counts
/// the Dockerfile; what the build context does not leave out        yes
/// left out of the context, and seen by a command that is run
///   first: git knows it, or does not ignore it                     yes, as such
/// left out of the context                                          no
/// </code>
/// What builds an image that names no Dockerfile is not known; it is taken for such a command.
/// </summary>
internal sealed class ImageSources
{
    private readonly DockerIgnore? ignore;
    private readonly string context;
    private readonly string? dockerfile;
    private readonly IReadOnlyList<string> outputs;
    private readonly string root;
    private readonly bool hasCommands;
    private readonly IReadOnlyList<string> sent;

    public ImageSources(ReleaseImage image)
    {
        root = WorkspacePaths.Real(image.Workspace);
        context = NameOf(image.Context ?? image.Workspace);
        dockerfile = image.Dockerfile is null ? null : NameOf(image.Dockerfile);
        outputs = [.. image.Before.SelectMany(before => before.Outputs).Select(NameOf)];
        hasCommands = image.Before.Count > 0 || dockerfile is null;
        ignore = DockerIgnore.Of(image.Dockerfile, image.Context ?? image.Workspace);
        IgnoreFiles = [.. DockerIgnore.FilesOf(image.Dockerfile, image.Context ?? image.Workspace).Select(OwnNameOf)];
        var inputs = image.Inputs.Select(NameOf).ToList();
        IsKnown = inputs.Exists(input => !IsMade(input));
        inputs = [.. dockerfile is null ? inputs : inputs.Append(dockerfile)];
        sent = inputs;
        var folders = image.Before.Select(before => NameOf(before.Directory)).Where(folder => folder is not ".");
        Names = [.. inputs.Concat(folders).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        NeedsOwnLook = Names.Any(name => InnerRepositories.MayHold(root, name));
    }

    /// <summary>Inputs, Dockerfile and the folders that commands are run in, each once, in order. Where one is reached over a link it is where the link leads.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Where the ignore file of the build may be; it is no source, but decides which files are.</summary>
    public IReadOnlyList<string> IgnoreFiles { get; }

    /// <summary>Whether the image's changes can be told: it has inputs, and not only such as its own commands make.</summary>
    public bool IsKnown { get; }

    /// <summary>Whether git must be asked what it ignores.</summary>
    public bool NeedsUnignored => hasCommands && (ignore is not null || !Names.All(IsSent));

    /// <summary>
    /// Whether a listing for other images would not do: some of its paths lie in a repository within this one. Such are listed by that
    /// repository's git, which may tell of them otherwise than what lists the whole of it.
    /// </summary>
    public bool NeedsOwnLook { get; }

    /// <summary>Whether a listing for this image does for another one.</summary>
    public bool IsSeenWith(ImageSources other) =>
        (NeedsUnignored || !other.NeedsUnignored)
        && (NeedsOwnLook || other.NeedsOwnLook ? Names.SequenceEqual(other.Names, StringComparer.Ordinal) : other.Names.All(Has));

    /// <summary>Whether a file is at one of the paths.</summary>
    public bool Has(string name)
    {
        foreach (var path in Names)
        {
            if (SourceName.IsAt(path, name))
                return true;
        }

        return false;
    }

    /// <summary>Who gets a file.</summary>
    /// <param name="name">The file.</param>
    /// <param name="isSource">Whether somebody wrote it, as far as can be told: git knows it, or does not ignore it.</param>
    public SourceUse UseOf(string name, bool isSource)
    {
        if (IsMade(name))
            return SourceUse.None;
        if (!IsSent(name))
            return isSource ? SourceUse.Commands : SourceUse.None;
        if (ignore is null || string.Equals(name, dockerfile, StringComparison.Ordinal) || InContext(name) is not { } inContext || !ignore.Excludes(inContext))
            return SourceUse.Build;
        return hasCommands && isSource ? SourceUse.Commands : SourceUse.None;
    }

    /// <summary>Whether nothing in a folder counts, so that it need not be looked into: a node_modules that the context leaves out.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="isSource">Whether somebody wrote what is in it.</param>
    public bool IsLeftOutWhole(string folder, bool isSource) =>
        IsMade(folder) || (!IsSent(folder) && !isSource) || (!(hasCommands && isSource) && InContext(folder) is { } inContext && ignore?.ExcludesWhole(inContext) == true);

    private bool IsSent(string name)
    {
        foreach (var path in sent)
        {
            if (SourceName.IsAt(path, name))
                return true;
        }

        return false;
    }

    /// <summary>A path as a name, with every link followed.</summary>
    private string NameOf(string path) => SourceName.Of(root, WorkspacePaths.Real(path));

    /// <summary>A file's path as a name, with the links followed that lead to its folder.</summary>
    private string OwnNameOf(string file)
    {
        var (folder, name) = (NameOf(Path.GetDirectoryName(file)!), Path.GetFileName(file));
        return folder is "." ? name : $"{folder}/{name}";
    }

    private bool IsMade(string name)
    {
        if (SourceName.IsAt(OwnFolder.Name, name))
            return true;
        foreach (var output in outputs)
        {
            if (SourceName.IsAt(output, name))
                return true;
        }

        return false;
    }

    private string? InContext(string name) =>
        !SourceName.IsAt(context, name) ? null : context is "." ? name : name.Length == context.Length ? "." : name[(context.Length + 1)..];
}
