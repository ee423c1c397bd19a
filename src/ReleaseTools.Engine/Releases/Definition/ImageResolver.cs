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
            Inputs = [.. section.Inputs.Select(InsidePath).OfType<string>()],
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
                problems.Add(text.Position, $"The build argument '{name}' is made of a sensitive variable. Build arguments stay in the image's history; use a BuildKit secret.");
            else
                arguments[name] = filled.Value;
        }

        return arguments;
    }

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
