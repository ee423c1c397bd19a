using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Prechecks;

/// <summary>
/// Whether the images of a task are there, and for the platform that it runs on. An image that does not say what it is for fits
/// every platform. Besides the image that is to run, those that the task definition names in ECR are looked at; of others
/// nothing is known here. What is wrong with them is a warning where the task may start all the same: a container that is not
/// essential does not end its task, an instance of EC2 may hold the image already
/// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html, ECS_IMAGE_PULL_BEHAVIOR), another
/// repository may be filled from elsewhere when its image is pulled
/// (https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html) or by another service of the same release,
/// and so may a tag that this rollout moves for another service.
/// </summary>
internal sealed class ImagePrecheck(IImageRegistry registry, IReleaseObserver observer, Looking looking)
{
    private readonly ImagePlatforms platforms = new(registry);

    /// <summary>What is wrong, by the task that it is wrong with.</summary>
    public async Task<ILookup<PrecheckedTask, ReleaseException>> CheckAsync(IReadOnlyList<PrecheckedTask> tasks, CancellationToken cancellationToken)
    {
        var named = tasks.SelectMany(task => task.Containers.Where(container => IsLookedAt(task, container)).Select(container => new Named(task, container))).ToList();
        var found = await FindAsync(named.Select(one => one.Key), cancellationToken);

        // The image that is to run is known to be there by who plans.
        var compared = tasks.Where(task => task.Image?.Digest is not null).Select(task => (Task: task, task.Image!.Repository, Digest: task.Image.Digest!))
            .Concat(named.Where(one => found.GetValueOrDefault(one.Key)?.Digest is not null).Select(one => (one.Task, one.Image.Repository, Digest: found[one.Key].Digest!)))
            .Where(IsComparable).Select(one => (one.Repository, one.Digest));
        var built = await looking.AskAsync(
            compared, of => $"The platform of {of.Repository}@{of.Digest}", (of, token) => platforms.OfAsync(of.Repository, of.Digest, token), cancellationToken);

        var moved = tasks.Select(task => task.TagToName).OfType<(string, string)>().ToHashSet();
        return tasks.Select(task => (Task: task, Problem: OfImage(task, built)))
            .Concat(named.Select(one => (one.Task, Problem: OfNamed(one, found.GetValueOrDefault(one.Key), built, moved))))
            .Where(one => one.Problem is not null).ToLookup(one => one.Task, one => one.Problem!);
    }

    // Services often share an image, and it is asked for once; what is not there is looked for again, as a push may just have made it.
    private async Task<IReadOnlyDictionary<(string Repository, string Name), Found>> FindAsync(IEnumerable<(string Repository, string Name)> images, CancellationToken cancellationToken)
    {
        var found = new Dictionary<(string, string), Found>(await AskAsync(images));
        var missed = found.Where(one => one.Value.Digest is null).Select(one => one.Key).ToList();
        if (missed.Count == 0)
            return found;
        await looking.WaitAsync(cancellationToken);
        foreach (var image in missed)
            found.Remove(image); // unless the second look says so, too, nothing is known
        foreach (var (image, answer) in await AskAsync(missed))
            found[image] = answer;
        return found;

        Task<IReadOnlyDictionary<(string Repository, string Name), Found>> AskAsync(IEnumerable<(string Repository, string Name)> of) =>
            looking.AskAsync(of, image => $"The image {image.Name} of {image.Repository}", FindAsync, cancellationToken);
    }

    private async Task<Found> FindAsync((string Repository, string Name) image, CancellationToken cancellationToken)
    {
        try
        {
            return new((await registry.FindAsync(image.Repository, image.Name, cancellationToken))?.Digest);
        }
        catch (ReleaseException missing) when (missing.Id == nameof(Messages.RepositoryNotFound))
        {
            return new(Digest: null);
        }
    }

    private bool IsComparable((PrecheckedTask Task, string Repository, string Digest) one)
    {
        if (TaskPlatform.Of(one.Task).IsKnown)
            return true;
        observer.Report(new Traced(one.Task.Name, $"{one.Task.DefinitionName} names no platform, and its instances' is not known; {one.Repository}@{one.Digest} was not compared with it."));
        return false;
    }

    private static ReleaseException? OfImage(PrecheckedTask task, IReadOnlyDictionary<(string, string), IReadOnlyList<ImagePlatform>> built) =>
        task.Image is { Digest: { } digest } image && Mismatch(task, built.GetValueOrDefault((image.Repository, digest))) is { } others
            ? task.Problem(
                nameof(Messages.ImagePlatformMismatch), ErrorKind.InvalidState, image.ImageUri, string.Join(", ", others), TaskPlatform.Of(task).Wanted, image.Name, TaskPlatform.RuntimePlatform(others[0]))
            : null;

    // What is not sure is told, and in nobody's way.
    private ReleaseException? OfNamed(
        Named one, Found? found, IReadOnlyDictionary<(string, string), IReadOnlyList<ImagePlatform>> built, HashSet<(string, string)> moved)
    {
        if (found is null)
            return null;
        var (task, container) = (one.Task, one.Container);
        var isSure = container.Essential != false && task.Repository is { } repository && one.Image.IsIn(repository) && !moved.Contains(one.Key);
        ReleaseException problem;
        if (found.Digest is not { } digest)
        {
            isSure &= task.IsOnFargate;
            problem = task.Problem(nameof(Messages.TaskImageNotFound), ErrorKind.NotFound, container.Name, container.Image);
        }
        else if (Mismatch(task, built.GetValueOrDefault((one.Image.Repository, digest))) is { } others)
        {
            problem = task.Problem(
                nameof(Messages.TaskImagePlatformMismatch), ErrorKind.InvalidState, container.Name, container.Image, string.Join(", ", others), TaskPlatform.Of(task).Wanted, TaskPlatform.RuntimePlatform(others[0]));
        }
        else
        {
            return null;
        }

        if (isSure)
            return problem;
        observer.Report(new Warned(task.Name, $"{problem.Message} {problem.RecommendedAction}"));
        return null;
    }

    // The platforms that an image is for, where it is for none that the task could run it on.
    private static IReadOnlyList<ImagePlatform>? Mismatch(PrecheckedTask task, IReadOnlyList<ImagePlatform>? built) =>
        TaskPlatform.Of(task) is { IsKnown: true } platform && built is { Count: > 0 } && !built.Any(platform.Fits) ? built : null;

    // In ECR, or in this machine's registry, as a sandbox's is: no other can be asked without a login of its own.
    private static bool IsLookedAt(PrecheckedTask task, ContainerDefinition container) =>
        container.Image is { Length: > 0 } image && !task.GetsImage(container)
        && NamedImage.Parse(image).Repository is var repository && ImageReference.TryParse(repository, out _, out _)
        && EcrRepository.Parse(repository) is var at && (at.Account is not null || (Uri.TryCreate($"http://{at.Host}/", UriKind.Absolute, out var host) && host.IsLoopback));

    /// <summary>An image that a task definition names, and that is not the one that is to run.</summary>
    private sealed record Named(PrecheckedTask Task, ContainerDefinition Container)
    {
        public NamedImage Image { get; } = NamedImage.Parse(Container.Image!);

        public (string Repository, string Name) Key => (Image.Repository, Image.Digest ?? Image.EffectiveTag);
    }

    /// <summary>What the registry said of an image.</summary>
    /// <param name="Digest">Its digest; null where it is not there.</param>
    private sealed record Found(string? Digest);
}
