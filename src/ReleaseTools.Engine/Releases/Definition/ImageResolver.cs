namespace ReleaseTools.Engine.Releases.Definition;

/// <summary>Fills the variables of one image in.</summary>
internal sealed class ImageResolver(
    DefinitionFile file, Interpolation variables, DefinitionProblems problems, string? defaultCodeBuildProject, DefinitionResolver rules)
{
    /// <summary>The image; null, with the problem said, where it has no usable repository.</summary>
    public ReleaseImage? Resolve(Named<ImageSection> named)
    {
        var (name, position, section) = named;
        var repository = rules.Matching(
            section.Repository, DefinitionRules.Repository(), "a repository: registry host and name, without scheme, tag or digest");
        var project = rules.Matching(section.CodeBuildProject, DefinitionRules.CodeBuildProject(), "a CodeBuild project") ?? defaultCodeBuildProject;
        if (section.Builder == ImageBuilder.CodeBuild && section.CodeBuildProject is null && file.Sections.CodeBuildProject is null)
            problems.Add(position, $"The image '{name}' is built by CodeBuild, but names no project: put \"codeBuildProject\" into it or at the top.");

        var image = new ReleaseImage
        {
            Name = name,
            Repository = repository ?? "",
            Builder = section.Builder,
            Dockerfile = InsidePath(section.Dockerfile),
            Context = section.Context is null ? file.Workspace : InsidePath(section.Context),
            Target = rules.Matching(section.Target, DefinitionRules.Stage(), "the name of a Dockerfile's stage"),
            Platform = rules.Matching(section.Platform, DefinitionRules.Platform(), "a platform, such as linux/amd64"),
            BuildArgs = BuildArgs(section),
            BaseImages = section.BaseImages.ToDictionary(argument => argument.Name, argument => argument.Value.Raw, StringComparer.Ordinal),
            After = [.. section.After.Select(other => other.Raw)],
            Before = [.. section.Before.Select(Before).OfType<BuildCommand>()],
            Secrets = [.. section.Secrets.Select(Secret).OfType<BuildSecret>()],
            Inputs = [.. section.Inputs.Select(InsidePath).OfType<string>()],
            WholeContext = section.WholeContext,
            CacheFrom = [.. section.CacheFrom.Select(PublicText).OfType<string>()],
            CacheTo = [.. section.CacheTo.Select(PublicText).OfType<string>()],
            MaxReuseDays = section.MaxReuseDays ?? file.Sections.MaxReuseDays,
            FailOnSeverity = section.FailOnSeverity ?? file.Sections.FailOnSeverity,
            CodeBuildProject = project,
            Workspace = file.Workspace,
            Services = [.. file.Sections.Services.Where(s => string.Equals(s.Value.Image?.Raw, name, StringComparison.Ordinal)).Select(s => s.Name)],
        };
        return repository is null ? null : image;
    }

    private Dictionary<string, string> BuildArgs(ImageSection section)
    {
        var arguments = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, _, text) in section.BuildArgs)
        {
            if (variables.Fill(text) is not { } filled)
                continue;
            if (filled.IsSensitive)
                problems.Add(text.Position, $"The build argument '{name}' is made of a sensitive variable. Build arguments stay in the image's history; use \"secrets\".");
            else
                arguments[name] = filled.Value;
        }

        return arguments;
    }

    private BuildCommand? Before(BeforeSection section)
    {
        var words = section.Command.Select(PublicText).ToList();
        var directory = section.Directory is null ? file.Workspace : InsidePath(section.Directory);
        return words.Contains(null) || directory is null
            ? null
            : new BuildCommand { Command = [.. words.OfType<string>()], Directory = directory, Outputs = [.. section.Outputs.Select(InsidePath).OfType<string>()] };
    }

    /// <summary>A secret by where it comes from. Its file may lie anywhere: the best place for one is outside of the workspace.</summary>
    private BuildSecret? Secret(Named<SecretSection> secret)
    {
        if (secret.Value.File is null)
            return new() { Id = secret.Name, EnvironmentVariable = secret.Value.Environment?.Raw };
        return PublicText(secret.Value.File) is { } path ? new() { Id = secret.Name, File = Path.GetFullPath(path, file.Workspace) } : null;
    }

    /// <summary>A text that ends up on a command line, which everybody on the machine can read.</summary>
    private string? PublicText(DefinitionText text) => rules.PublicText(text, "is shown on a command line; use a secret");

    private string? InsidePath(DefinitionText? text)
    {
        if (variables.Fill(text) is not { } filled)
            return null;
        if (filled.Value.Length > 0 && !filled.Value.Contains('\0', StringComparison.Ordinal) && WorkspacePaths.Inside(file.Workspace, filled.Value) is { } path)
            return path;
        problems.Add(filled.Source.Position, filled.Value.Length == 0 ? "The path is empty." : $"{filled.Shown} leads outside the workspace.");
        return null;
    }
}
