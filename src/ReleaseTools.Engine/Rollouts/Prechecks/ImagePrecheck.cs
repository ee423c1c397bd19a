using System.Collections.Concurrent;
using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Prechecks;

/// <summary>
/// Whether the images of a task are there, and for the platform that it runs on
/// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RuntimePlatform.html):
/// <code>
/// cpuArchitecture         X86_64 = amd64   ARM64 = arm64              not said: amd64 on Fargate, else the instance's, which is not known
/// operatingSystemFamily   LINUX = linux    WINDOWS_SERVER_… = windows  not said: linux on Fargate, else the instance's
/// </code>
/// An image that does not say what it is for, and a platform that is not known, fit everything. Besides the image that is to run,
/// those that the task definition names in ECR are looked at; of others nothing is known here. What is wrong with them is a
/// warning where the task may start all the same: a container that is not essential does not end its task, an instance of EC2
/// may hold the image already (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html,
/// ECS_IMAGE_PULL_BEHAVIOR), and a repository that no release pushes to may be filled from elsewhere when its image is pulled
/// (https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html).
/// </summary>
internal sealed class ImagePrecheck(IImageRegistry registry, IReleaseObserver observer, Looking looking)
{
    // A processor of 64 bits may run the programs of its forerunner of 32.
    private static readonly Dictionary<string, string[]> Runs = new(StringComparer.Ordinal) { ["amd64"] = ["amd64", "386"], ["arm64"] = ["arm64", "arm"] };

    private readonly ImagePlatforms platforms = new(registry);
    private readonly ConcurrentDictionary<(string Repository, string Name), Lazy<Task<Found?>>> found = new();

    /// <summary>What is wrong, by the task that it is wrong with.</summary>
    public async Task<ILookup<PrecheckedTask, ReleaseException>> CheckAsync(IReadOnlyList<PrecheckedTask> tasks, CancellationToken cancellationToken)
    {
        var problems = await Task.WhenAll(tasks.Select(async task => (Task: task, Problems: await CheckAsync(task, cancellationToken))));
        return problems.SelectMany(one => one.Problems.Select(problem => (one.Task, Problem: problem))).ToLookup(one => one.Task, one => one.Problem);
    }

    private async Task<IReadOnlyList<ReleaseException>> CheckAsync(PrecheckedTask task, CancellationToken cancellationToken)
    {
        var problems = new List<ReleaseException>();
        if (await CheckImageAsync(task, cancellationToken) is { } mismatch)
            problems.Add(mismatch);
        foreach (var container in task.Containers.Where(container => IsLookedAt(task, container)))
        {
            if (await CheckNamedAsync(task, container, cancellationToken) is not (var problem, var isSure))
                continue;
            if (isSure)
                problems.Add(problem);
            else
                observer.Report(new Warned(task.Name, $"{problem.Message} {problem.RecommendedAction}"));
        }

        return problems;
    }

    // The image that is to run is known to be there by who plans.
    private async Task<ReleaseException?> CheckImageAsync(PrecheckedTask task, CancellationToken cancellationToken)
    {
        if (task.Image is not { Digest: { } digest } image || await MismatchAsync(task, image.Repository, digest, cancellationToken) is not (var built, var wanted))
            return null;
        return task.Problem(
            nameof(Messages.ImagePlatformMismatch), ErrorKind.InvalidState, image.ImageUri, string.Join(", ", built), wanted, image.Name, RuntimePlatform(built[0]));
    }

    private async Task<(ReleaseException Problem, bool IsSure)?> CheckNamedAsync(PrecheckedTask task, ContainerDefinition container, CancellationToken cancellationToken)
    {
        var named = NamedImage.Parse(container.Image!);
        var isEssential = container.Essential != false;
        if (await FindAsync(named, cancellationToken) is not { } answer)
            return null;
        if (answer.Digest is null)
        {
            var isOurs = task.Repository is { } repository && named.IsIn(repository);
            return (task.Problem(nameof(Messages.TaskImageNotFound), ErrorKind.NotFound, container.Name, container.Image), isEssential && task.IsOnFargate && isOurs);
        }

        if (await MismatchAsync(task, named.Repository, answer.Digest, cancellationToken) is not (var built, var wanted))
            return null;
        var problem = task.Problem(
            nameof(Messages.TaskImagePlatformMismatch), ErrorKind.InvalidState, container.Name, container.Image, string.Join(", ", built), wanted, RuntimePlatform(built[0]));
        return (problem, isEssential);
    }

    // In ECR, or in this machine's registry, as a sandbox's is: no other can be asked without a login of its own.
    private static bool IsLookedAt(PrecheckedTask task, ContainerDefinition container) =>
        container.Image is { Length: > 0 } image && (task.Image is null || container.Name != task.ImageContainer)
        && NamedImage.Parse(image).Repository is var repository && ImageReference.TryParse(repository, out _, out _)
        && EcrRepository.Parse(repository) is var at && (at.Account is not null || (Uri.TryCreate($"http://{at.Host}/", UriKind.Absolute, out var host) && host.IsLoopback));

    // Null where nothing is known; services often share an image, and it is asked for once.
    private Task<Found?> FindAsync(NamedImage named, CancellationToken cancellationToken) =>
        found.GetOrAdd((named.Repository, named.Digest ?? named.EffectiveTag), of => new(() => looking.TryAsync($"The image {of.Name} of {of.Repository}", async token =>
        {
            try
            {
                return new Found((await registry.FindAsync(of.Repository, of.Name, token))?.Digest);
            }
            catch (ReleaseException missing) when (missing.Id == nameof(Messages.RepositoryNotFound))
            {
                return new Found(Digest: null);
            }
        }, cancellationToken))).Value;

    private async Task<(IReadOnlyList<ImagePlatform> Built, ImagePlatform Wanted)?> MismatchAsync(
        PrecheckedTask task, string repository, string digest, CancellationToken cancellationToken)
    {
        var (os, architecture) = (Os(task), Architecture(task));
        if (os is null && architecture is null)
        {
            observer.Report(new Traced(task.Name, $"{task.DefinitionName} names no platform, and its instances' is not known; {repository}@{digest} was not compared with it."));
            return null;
        }

        var built = await looking.TryAsync($"The platform of {repository}@{digest}", token => platforms.OfAsync(repository, digest, token), cancellationToken) ?? [];
        return built.Count == 0 || built.Any(platform => Fits(platform, os, architecture)) ? null : (built, new ImagePlatform(os ?? "linux", architecture ?? "amd64"));
    }

    private static bool Fits(ImagePlatform platform, string? os, string? architecture) =>
        (os is null || os == platform.Os) && (architecture is null || Runs[architecture].Contains(platform.Architecture, StringComparer.Ordinal));

    private static string? Architecture(PrecheckedTask task) => task.Definition.RuntimePlatform?.CpuArchitecture switch
    {
        "X86_64" => "amd64",
        "ARM64" => "arm64",
        null or "" when task.IsOnFargate => "amd64",
        _ => null,
    };

    private static string? Os(PrecheckedTask task) => task.Definition.RuntimePlatform?.OperatingSystemFamily switch
    {
        "LINUX" => "linux",
        { } family when family.StartsWith("WINDOWS", StringComparison.Ordinal) => "windows",
        null or "" when task.IsOnFargate => "linux",
        _ => null,
    };

    // As Terraform's runtime_platform has it.
    private static string RuntimePlatform(ImagePlatform image) => image.Architecture switch
    {
        "amd64" => "cpu_architecture = \"X86_64\"",
        "arm64" => "cpu_architecture = \"ARM64\"",
        _ => "cpu_architecture and operating_system_family",
    };

    /// <summary>What the registry said of an image.</summary>
    /// <param name="Digest">Its digest; null where it is not there.</param>
    private sealed record Found(string? Digest);
}
