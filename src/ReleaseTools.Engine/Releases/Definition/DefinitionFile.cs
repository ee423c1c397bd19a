using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Infrastructure;

namespace ReleaseTools.Engine.Releases.Definition;

/// <summary>
/// A release definition as it stands in its file, or as it was discovered. Its variables are filled in by <see cref="Resolve"/>, in a
/// second step, because terraform may only then have written the env file they come from.
/// </summary>
public sealed class DefinitionFile
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "release.json";

    private DefinitionFile(string path, string workspace, DefinitionSections sections)
    {
        Path = path;
        Workspace = workspace;
        Sections = sections;
        Project = sections.Project?.Raw ?? System.IO.Path.GetFileName(workspace);
        Region = sections.Region?.Raw;
        Terraform = new();
    }

    /// <summary>The file's absolute path; the env file's where the definition was discovered from it.</summary>
    public string Path { get; }

    /// <summary>The workspace's root: the file's directory, absolute.</summary>
    public string Workspace { get; }

    /// <summary>The project's name; the workspace's where the file gives none.</summary>
    public string Project { get; }

    /// <summary>The region as written, variables and all.</summary>
    public string? Region { get; }

    /// <summary>Terraform and the env file.</summary>
    public TerraformSettings Terraform { get; private init; }

    /// <summary>Whether there is no release.json, and this was made from the env file and the folders.</summary>
    public bool IsDiscovered { get; private init; }

    /// <summary>What discovery took for what, and what it left out and why; to be shown to the user.</summary>
    public IReadOnlyList<string> Notes { get; private init; } = [];

    /// <summary>Whether it has images that are built on the Docker engine and nowhere else.</summary>
    public bool BuildsWithDocker => Sections.Images.Any(image => image.Value.Builder == ImageBuilder.Docker);

    internal DefinitionSections Sections { get; }

    /// <summary>
    /// Loads a definition. Without a release.json it is discovered; load it again after terraform has written the env file, since it is made of that.
    /// </summary>
    /// <param name="path">A release.json, or a directory: the file is looked for there and above.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="DefinitionException">The file is wrong; all that is wrong is told at once.</exception>
    /// <exception cref="ReleaseException">DefinitionNotFound, EnvFileInvalid.</exception>
    public static async Task<DefinitionFile> LoadAsync(string path, CancellationToken cancellationToken)
    {
        var full = System.IO.Path.GetFullPath(path);
        if (File.Exists(full))
            return Read(full);
        if (!Directory.Exists(full))
            throw ReleaseException.For(nameof(Messages.DefinitionNotFound), ErrorKind.NotFound, path, path, "there is no such file or directory.");
        if (FindAbove(full) is { } file)
            return Read(file);
        var found = await DefinitionDiscovery.DiscoverAsync(full, cancellationToken).ConfigureAwait(false);
        return new(found.EnvFile, found.Workspace, found.Sections)
        {
            IsDiscovered = true,
            Notes = found.Notes,
            Terraform = new() { Directory = found.TerraformDirectory, EnvFile = found.EnvFile },
        };
    }

    /// <summary>
    /// Loads what a command that only runs terraform needs of a definition. Without a release.json its directory is found by its <c>*.tf</c> files, for
    /// the env file that the rest is discovered from may not be written yet; then nothing but <see cref="Terraform"/> is known.
    /// </summary>
    /// <inheritdoc cref="LoadAsync"/>
    public static async Task<DefinitionFile> LoadForTerraformAsync(string path, CancellationToken cancellationToken)
    {
        var full = System.IO.Path.GetFullPath(path);
        if (File.Exists(full) || !Directory.Exists(full) || FindAbove(full) is not null)
            return await LoadAsync(path, cancellationToken).ConfigureAwait(false);
        var (workspace, directory) = TerraformDiscovery.Find(full);
        var envFile = System.IO.Path.Combine(directory, ".env");
        return new(envFile, workspace, new()) { IsDiscovered = true, Terraform = new() { Directory = directory, EnvFile = envFile } };
    }

    /// <summary>Fills the variables in and checks what comes out.</summary>
    /// <param name="environment">The env file; null where it is not there.</param>
    /// <param name="processEnvironment">Where a variable is looked for that the env file does not have.</param>
    /// <exception cref="DefinitionException">A variable is not known, or a value is not what it should be.</exception>
    /// <exception cref="ReleaseException">EnvFileNotFound: a value needs the env file, and it is not there.</exception>
    public ReleaseDefinition Resolve(InfraEnvironment? environment, IReadOnlyDictionary<string, string> processEnvironment)
    {
        var problems = new DefinitionProblems(Path);
        var variables = new Interpolation(environment, processEnvironment, problems);
        var definition = new DefinitionResolver(this, variables, problems).Resolve();
        if (variables.MissedWithoutEnvFile is { } name && Terraform.EnvFile is { } envFile)
            throw InfraEnvironmentFile.NotFound(envFile, $"'{Path}' takes {name} from it");
        problems.ThrowIfAny();
        return definition;
    }

    /// <summary>Terraform's settings, for a command that is nothing without them.</summary>
    /// <exception cref="ReleaseException">TerraformNotNamed.</exception>
    public TerraformSettings RequireTerraform() => Terraform.Directory is null
        ? throw ReleaseException.For(nameof(Messages.TerraformNotNamed), ErrorKind.InvalidArgument, Path, Path)
        : Terraform;

    /// <summary>The env file's path, for a command that is nothing without it.</summary>
    /// <exception cref="ReleaseException">EnvFileNotDefined, EnvFileNotFound.</exception>
    public string RequireEnvFile()
    {
        if (Terraform.EnvFile is not { } envFile)
            throw ReleaseException.For(nameof(Messages.EnvFileNotDefined), ErrorKind.InvalidArgument, Path, Path);
        return File.Exists(envFile) ? envFile : throw InfraEnvironmentFile.NotFound(envFile, $"'{Path}' names it");
    }

    private static string? FindAbove(string start)
    {
        for (var directory = start; directory is not null; directory = System.IO.Path.GetDirectoryName(directory))
        {
            var candidate = System.IO.Path.Combine(directory, FileName);
            if (File.Exists(candidate))
                return candidate;
        }

        return null;
    }

    private static DefinitionFile Read(string path)
    {
        var problems = new DefinitionProblems(path);
        var sections = DefinitionReader.Read(File.ReadAllBytes(path), problems, new Dictionary<string, ISet<string>>(StringComparer.Ordinal));
        DefinitionStructure.Check(sections, problems);
        var workspace = System.IO.Path.GetDirectoryName(path)!;
        var terraform = ReadTerraform(sections.Terraform, workspace, problems);
        problems.ThrowIfAny();
        return new(path, workspace, sections) { Terraform = terraform };
    }

    private static TerraformSettings ReadTerraform(TerraformSection? section, string workspace, DefinitionProblems problems)
    {
        if (section is null)
            return new();
        var directory = Inside(section.Directory);
        return new()
        {
            Directory = directory,
            EnvFile = Inside(section.EnvFile) ?? (directory is null ? null : System.IO.Path.Combine(directory, ".env")),
            Workspace = section.Workspace?.Raw,
            VarFiles = [.. section.VarFiles.Select(Inside).OfType<string>()],
        };

        string? Inside(DefinitionText? text)
        {
            if (text is null)
                return null;
            if (text.Raw.Length > 0 && WorkspacePaths.Inside(workspace, text.Raw) is { } path)
                return path;
            problems.Add(text.Position, text.Raw.Length == 0 ? "The path is empty." : $"'{text.Raw}' leads outside the workspace.");
            return null;
        }
    }
}
