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

    /// <summary>The image whose platform must fit; null to leave it.</summary>
    public EcrImage? Image { get; init; }

    /// <summary>How people call the task definition, <c>family:revision</c>.</summary>
    public string DefinitionName => ServiceReader.ShortName(Definition.TaskDefinitionArn) ?? $"{Definition.Family}:{Definition.Revision}";

    /// <summary>The containers.</summary>
    public IReadOnlyList<ContainerDefinition> Containers => Definition.ContainerDefinitions ?? [];

    /// <summary>The account it runs in; null where the task definition's ARN is not known.</summary>
    public string? Account => Definition.TaskDefinitionArn?.Split(':') is [_, _, _, _, var account, ..] ? account : null;

    /// <summary>The task that a service would start.</summary>
    public static PrecheckedTask Of(string name, EcsService service, TaskDefinition definition, EcrImage? image)
    {
        var providers = (service.CapacityProviderStrategy ?? []).Select(item => item?["capacityProvider"]?.GetValue<string>());
        var onFargate = service.LaunchType == "FARGATE" || providers.Any(provider => provider is "FARGATE" or "FARGATE_SPOT");
        return new(name, definition, onFargate, onFargate || service.LaunchType == "EXTERNAL") { Image = image };
    }

    /// <summary>What is wrong with it.</summary>
    /// <param name="id">The message; its first two arguments are the service and the task definition.</param>
    /// <param name="kind">What kind of error it is.</param>
    /// <param name="more">The other arguments.</param>
    public ReleaseException Problem(string id, ErrorKind kind, params object?[] more) => ReleaseException.For(id, kind, Name, [Name, DefinitionName, .. more]);
}
