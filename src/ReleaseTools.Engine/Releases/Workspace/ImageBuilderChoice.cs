using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Releases.Workspace;

/// <summary>Settles where each image is built: as the command says, else as the definition says.</summary>
public sealed class ImageBuilderChoice(ReleaseWorkspace workspace, ImageBuilder? asked)
{
    private readonly object gate = new();
    private Task<bool>? engineAnswers;

    /// <summary>An image with its builder settled: not <see cref="ImageBuilder.Auto"/> any more.</summary>
    /// <exception cref="ReleaseException">CodeBuildProjectNotNamed: an image is to be built on CodeBuild, and no project is named.</exception>
    public async Task<ReleaseImage> SettleAsync(ReleaseImage image, CancellationToken cancellationToken)
    {
        // What the definition gives to CodeBuild stays there: it may need what only its machines have.
        var builder = image.Builder == ImageBuilder.CodeBuild ? image.Builder : asked ?? image.Builder;
        if (builder == ImageBuilder.Auto)
            builder = await EngineAnswersAsync(cancellationToken) ? ImageBuilder.Docker : ImageBuilder.CodeBuild;
        if (builder != ImageBuilder.CodeBuild)
            return image with { Builder = builder };
        if (image.CodeBuildProject is null)
            throw ReleaseException.For(nameof(Messages.CodeBuildProjectNotNamed), ErrorKind.InvalidArgument, image.Name, image.Name);
        // It is the same image wherever it is built, so it is for the same platform, and each builder reuses what the other built.
        return image with { Builder = builder, Platform = image.Platform ?? (image.Builder == ImageBuilder.CodeBuild ? null : ReleaseImage.DefaultPlatform) };
    }

    /// <summary>Asked once, and said once, however many images ask.</summary>
    private Task<bool> EngineAnswersAsync(CancellationToken cancellationToken)
    {
        lock (gate)
            return engineAnswers ??= AskAsync(cancellationToken);
    }

    private async Task<bool> AskAsync(CancellationToken cancellationToken)
    {
        var unavailable = await DockerUse.WhyNotAsync(workspace.Engine, workspace.Environment, cancellationToken);
        if (unavailable is not null)
            workspace.Observer.Report(new Announced(workspace.File.Project, $"CodeBuild builds the images: {unavailable.Message}"));
        return unavailable is null;
    }
}
