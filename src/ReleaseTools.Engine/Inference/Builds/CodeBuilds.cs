using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.CodeBuild;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Builds;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Inference.Builds;

/// <summary>Builds of images on AWS CodeBuild: planned, started, waited for, stopped.</summary>
public sealed class CodeBuilds(AwsSession aws, IImageRegistry registry, IReleaseObserver observer, TimeProvider time)
{
    /// <summary>Says whether the image would be built, or is in ECR already. Reads only.</summary>
    /// <param name="image">The image.</param>
    /// <param name="project">The CodeBuild project that builds it.</param>
    /// <param name="tag">The release tag.</param>
    /// <param name="options">What else the build is given.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="ReleaseException">There is no such project, or the image cannot be built by it.</exception>
    public async Task<InferenceBuild> PlanAsync(ReleaseImage image, string project, string tag, InferenceBuildOptions options, CancellationToken cancellationToken) =>
        (await PlanWithAgeAsync(image, project, tag, options, cancellationToken)).Build;

    /// <summary>As <see cref="PlanAsync"/>, and says when ECR got the image that is reused, for what is built on it.</summary>
    /// <inheritdoc cref="PlanAsync"/>
    internal async Task<(InferenceBuild Build, DateTimeOffset? PushedAt)> PlanWithAgeAsync(
        ReleaseImage image, string project, string tag, InferenceBuildOptions options, CancellationToken cancellationToken)
    {
        var found = await FindAsync(project, cancellationToken);
        _ = CodeBuildEnvironment.For(image, tag, options, found); // what is wrong with the image is said before anything starts
        var source = await BuiltSource.OfAsync(found, options, cancellationToken);
        var planned = Handle(image, project, tag, options, source) with { Status = InferenceBuildStatus.Planned };
        if (options.Fingerprint is null)
            return Build(BuildReason.NoInputs);
        if (options.Force || options.NoCache)
            return Build(BuildReason.Forced);
        if (source.Doubt is not null)
            return Build(source.Doubt);

        var held = await registry.FindAsync(image.Repository, SourceTag.For(options.Fingerprint), cancellationToken);
        if (held is not { Digest: var digest })
            return Build(BuildReason.Changed(options.Fingerprint));
        if (BuildReason.Aged(image, held, time.GetUtcNow()) is { } aged)
            return Build(aged);
        await registry.MustBeMovableAsync(image.Name, image.Repository, tag, digest, await registry.FindAsync(image.Repository, tag, cancellationToken), cancellationToken);
        return (planned with { Status = InferenceBuildStatus.Reused, Digest = digest, Reason = BuildReason.Unchanged(digest) }, held.PushedAt);

        (InferenceBuild, DateTimeOffset?) Build(string reason)
        {
            CodeBuildFeatures.CheckSecrets(image, found);
            return (planned with { Reason = reason }, null);
        }
    }

    /// <summary>A plan to build what another plan found in ECR.</summary>
    /// <exception cref="ReleaseException">There is no such project, or what only a build needs is not there: a secret.</exception>
    internal async Task<InferenceBuild> PlanAnewAsync(ReleaseImage image, InferenceBuild reused, string reason, CancellationToken cancellationToken)
    {
        CodeBuildFeatures.CheckSecrets(image, await FindAsync(reused.ProjectName, cancellationToken));
        return reused with { Status = InferenceBuildStatus.Planned, Digest = null, Reason = reason };
    }

    /// <summary>Puts the release tag on an image that a plan found in ECR, unless it bears it: a repeated release changes nothing.</summary>
    public async Task<InferenceBuild> ReuseAsync(InferenceBuild planned, CancellationToken cancellationToken)
    {
        if ((await registry.FindAsync(planned.Repository, planned.Tag, cancellationToken))?.Digest != planned.Digest)
            await registry.PutTagAsync(planned.Repository, planned.Digest!, planned.Tag, cancellationToken);
        return planned;
    }

    /// <summary>Starts a build and returns at once.</summary>
    /// <inheritdoc cref="PlanAsync"/>
    public async Task<InferenceBuild> StartAsync(ReleaseImage image, string project, string tag, InferenceBuildOptions options, CancellationToken cancellationToken)
    {
        var found = await FindAsync(project, cancellationToken);
        CodeBuildFeatures.CheckSecrets(image, found);
        var (variables, leftOut) = CodeBuildEnvironment.For(image, tag, options, found);
        if (leftOut.Count > 0)
            observer.Report(new Warned(image.Name, $"CodeBuild builds it without {string.Join(", ", leftOut)}: {CodeBuildEnvironment.ExtraArguments} carries only letters, digits and . _ - / : = , @ + %, and no keys."));
        var request = new StartBuildRequest(project)
        {
            EnvironmentVariablesOverride = variables,
            SourceVersion = options.SourceVersion,
            IdempotencyToken = options.IdempotencyToken ?? Token(image, project, tag),
        };

        Build? build;
        try
        {
            build = (await aws.CodeBuild.StartBuildAsync(request, cancellationToken)).Build;
        }
        catch (AwsServiceException missing) when (missing.Code == "ResourceNotFoundException")
        {
            throw ReleaseException.Wrap(missing, nameof(Messages.CodeBuildProjectNotFound), ErrorKind.NotFound, project, project, aws.Region);
        }

        observer.Report(new Noted(image.Name, $"CodeBuild builds it as {build?.Id}."));
        return Handle(image, project, tag, options, await BuiltSource.OfAsync(found, options, cancellationToken)) with
        {
            BuildId = build?.Id,
            Status = InferenceBuildStatus.InProgress,
            Phase = build?.CurrentPhase,
            Reason = options.NoCache ? "CodeBuild builds it without cache." : "CodeBuild builds it.",
        };
    }

    /// <summary>
    /// Follows a build to its end, telling its phases and every line of its log, and asks ECR for the digest it pushed.
    /// A build that failed is returned as such, with its reason; it is not an exception.
    /// </summary>
    /// <param name="build">The build, as <see cref="StartAsync"/> gave it.</param>
    /// <param name="timeout">How long to wait. Afterwards the status is <see cref="InferenceBuildStatus.TimedOut"/>, and the build goes on.</param>
    /// <param name="cancellationToken">Ends the wait; the build goes on, and an event says how to find and to stop it.</param>
    /// <exception cref="ReleaseException">There is no such build.</exception>
    public async Task<InferenceBuild> WaitAsync(InferenceBuild build, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var ended = await FollowAsync(build, timeout, cancellationToken);
        if (ended is { Digest: { } digest, Fingerprint: { } fingerprint })
            await registry.PutTagAsync(ended.Repository, digest, SourceTag.For(fingerprint), cancellationToken);
        return ended;
    }

    /// <summary>As <see cref="WaitAsync"/>, but leaves the src- tag to who pushes: a scan may yet refuse the image.</summary>
    /// <inheritdoc cref="WaitAsync"/>
    internal async Task<InferenceBuild> FollowAsync(InferenceBuild build, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var ended = await new CodeBuildWatcher(aws, observer, time).WaitAsync(build, timeout, cancellationToken);
        return ended.Status == InferenceBuildStatus.Succeeded ? await WithDigestAsync(ended, cancellationToken) : ended;
    }

    /// <summary>Stops a build that runs.</summary>
    /// <exception cref="ReleaseException">There is no such build.</exception>
    public async Task<InferenceBuild> StopAsync(InferenceBuild build, CancellationToken cancellationToken)
    {
        try
        {
            var stopped = (await aws.CodeBuild.StopBuildAsync(new(build.BuildId!), cancellationToken)).Build;
            return build with { Status = CodeBuildStatuses.Read(stopped?.BuildStatus), Phase = stopped?.CurrentPhase ?? build.Phase, Reason = "It was stopped." };
        }
        catch (AwsServiceException missing) when (missing.Code == "ResourceNotFoundException")
        {
            throw ReleaseException.Wrap(missing, nameof(Messages.CodeBuildNotFound), ErrorKind.NotFound, build.BuildId, build.BuildId, aws.Region);
        }
    }

    private async Task<Project> FindAsync(string project, CancellationToken cancellationToken)
    {
        var projects = await aws.CodeBuild.BatchGetProjectsAsync(new([project]), cancellationToken);
        return projects.Projects is [var found, ..]
            ? found
            : throw ReleaseException.For(nameof(Messages.CodeBuildProjectNotFound), ErrorKind.NotFound, project, project, aws.Region);
    }

    // The same start, sent twice because its answer was lost, starts one build; the next start begins its own. CodeBuild
    // takes at most 64 characters.
    private string Token(ReleaseImage image, string project, string tag) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"{time.GetUtcNow().UtcTicks}\n{project}\n{image.Repository}\n{image.Name}\n{tag}"))));

    private static InferenceBuild Handle(ReleaseImage image, string project, string tag, InferenceBuildOptions options, BuiltSource source) => new()
    {
        Name = image.Name,
        ProjectName = project,
        Repository = image.Repository,
        Tag = tag,
        Fingerprint = source.Doubt is null ? options.Fingerprint : null,
        Commit = source.Commit,
        EndpointName = options.EndpointName,
        Services = image.Services,
    };

    // The build pushes by tag; what counts from here on is the digest ECR holds under it.
    private async Task<InferenceBuild> WithDigestAsync(InferenceBuild build, CancellationToken cancellationToken)
    {
        var digest = (await registry.FindAsync(build.Repository, build.Tag, cancellationToken))?.Digest;
        if (digest is null)
            return build with { Status = InferenceBuildStatus.Failed, Reason = $"The build succeeded, but ECR holds no image {build.Repository}:{build.Tag}: does the project's buildspec push to $ECR_URI?" };

        build = build with { Digest = digest, Reason = $"CodeBuild built and pushed {Words.Digest(digest)}." };
        if (build.Fingerprint is null)
            return build;
        return build.Commit is not null && build.Commit != build.SourceVersion
            ? build with { Fingerprint = null, Reason = $"{build.Reason} It built {build.SourceVersion ?? "a source it does not name"}, not this workspace's commit {build.Commit}." }
            : build;
    }
}
