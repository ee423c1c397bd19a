using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Rollouts.Prechecks;

/// <summary>A task that is about to be started, and on whose behalf.</summary>
internal sealed class PrecheckedTask(string name, TaskDefinition definition, bool isOnFargate, bool isOffEc2)
{
    /// <summary>The service, or whatever else starts it; what errors are about.</summary>
    public string Name => name;

    /// <summary>The task definition.</summary>
    public TaskDefinition Definition => definition;

    /// <summary>Whether it runs on Fargate.</summary>
    public bool IsOnFargate => isOnFargate;

    /// <summary>Whether it has no container instance of EC2 whose role it could use: on Fargate, or on a machine elsewhere.</summary>
    public bool IsOffEc2 => isOffEc2;

    /// <summary>Whether no task of it is started for now: the service's desired count is 0.</summary>
    public bool StartsNothing { get; init; }

    /// <summary>The image that is to run; null where it runs what the task definition names.</summary>
    public EcrImage? Image { get; init; }

    /// <summary>The container that is to run it.</summary>
    public string? ImageContainer { get; init; }

    /// <summary>Whether that image is named by digest in a revision that is registered for it, and no tag moves.</summary>
    public bool PinsDigest { get; init; }

    /// <summary>The repository that releases push the service's image to; null where the definition does not know it.</summary>
    public string? Repository { get; init; }

    /// <summary>How people call the task definition, <c>family:revision</c>.</summary>
    public string DefinitionName => ServiceReader.ShortName(Definition.TaskDefinitionArn) ?? $"{Definition.Family}:{Definition.Revision}";

    /// <summary>The containers.</summary>
    public IReadOnlyList<ContainerDefinition> Containers => Definition.ContainerDefinitions ?? [];

    /// <summary>The repository and tag that are to name the image when it runs; null where it is named by digest, or none is to run.</summary>
    public (string Repository, string Name)? TagToName =>
        !PinsDigest && ImageToReplace is { } name ? SameImage.TagOf(name) : null;

    private string? ImageToReplace => Image is null ? null : Containers.FirstOrDefault(container => container.Name == ImageContainer)?.Image;

    /// <summary>Whether a container runs the image that is to run: the one it is for, and those whose image is replaced with it.</summary>
    public bool GetsImage(ContainerDefinition container) =>
        Image is not null && (container.Name == ImageContainer || SameImage.IsReplacedWith(container.Image, ImageToReplace, PinsDigest));

    /// <summary>The account it runs in; null where the task definition's ARN is not known.</summary>
    public string? Account => Definition.TaskDefinitionArn?.Split(':') is [_, _, _, _, var account, ..] ? account : null;

    /// <summary>The task that a service would start.</summary>
    /// <param name="name">What errors are about.</param>
    /// <param name="service">The service.</param>
    /// <param name="definition">The task definition.</param>
    /// <param name="count">How many tasks are to run; as many as the service has wanted so far when null.</param>
    /// <param name="runs">The image that is to run, and the container that is to run it; null where it runs what the task definition names.</param>
    /// <param name="repository">The repository that releases push the service's image to; null where it is not known.</param>
    /// <param name="pinsDigest">Whether a revision is registered that names the image by digest.</param>
    public static PrecheckedTask Of(string name, EcsService service, TaskDefinition definition, int? count = null, (EcrImage Image, string? Container)? runs = null, string? repository = null, bool pinsDigest = false)
    {
        var providers = (service.CapacityProviderStrategy ?? []).Select(item => item?["capacityProvider"]?.GetValue<string>());
        var onFargate = service.LaunchType == "FARGATE" || providers.Any(provider => provider is "FARGATE" or "FARGATE_SPOT");
        return new(name, definition, onFargate, onFargate || service.LaunchType == "EXTERNAL")
        {
            StartsNothing = (count ?? service.DesiredCount) == 0,
            Image = runs?.Image,
            ImageContainer = runs?.Container,
            Repository = repository,
            PinsDigest = pinsDigest,
        };
    }

    /// <summary>What is wrong with it.</summary>
    /// <param name="id">The message; its first two arguments are the service and the task definition.</param>
    /// <param name="kind">What kind of error it is.</param>
    /// <param name="more">The other arguments.</param>
    public ReleaseException Problem(string id, ErrorKind kind, params object?[] more) => ReleaseException.For(id, kind, Name, [Name, DefinitionName, .. more]);
}
