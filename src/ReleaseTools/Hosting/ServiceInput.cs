using ReleaseTools.Engine.Aws.Ecr;

namespace ReleaseTools.Hosting;

/// <summary>The services that a command is given, in one of the ways it takes.</summary>
internal sealed class ServiceInput
{
    private readonly List<string> names = [];
    private readonly List<ReleaseService> services = [];
    private readonly List<object> misplaced = [];

    /// <summary>Names in the definition, or wildcards.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>Services that are known by name and cluster.</summary>
    public IReadOnlyList<ReleaseService> Services => services;

    /// <summary>Objects that are no services.</summary>
    public IReadOnlyList<object> Misplaced => misplaced;

    /// <summary>Whether nothing was given at all.</summary>
    public bool IsEmpty => names.Count + services.Count + misplaced.Count == 0;

    /// <summary>Adds what <c>-Service</c> was given: names at ECS with <c>-Cluster</c>, else in the definition.</summary>
    public void Add(IEnumerable<string> given, string? cluster)
    {
        foreach (var name in given)
        {
            if (ServiceNamesAttribute.MisplacedAs(name) is { } other)
                misplaced.Add(other);
            else if (cluster is null)
                names.Add(name);
            else
                services.Add(new ReleaseService { Service = name, Cluster = cluster });
        }
    }

    /// <summary>The service of a rollout; by its image's repository it is known which of its containers is meant.</summary>
    public static ReleaseService Of(ServiceRollout rollout) => new()
    {
        Service = rollout.Service,
        Cluster = rollout.Cluster,
        Repository = rollout.ImageUri is { } image ? NamedImage.Parse(image).Repository : null,
    };

    /// <summary>Adds services.</summary>
    public void Add(IEnumerable<ReleaseService> given) => services.AddRange(given);
}
