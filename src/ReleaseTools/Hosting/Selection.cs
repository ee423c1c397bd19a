using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Releases.Definition;

namespace ReleaseTools.Hosting;

/// <summary>Finds what was named in the definition. A name that is not there, or a wildcard that nothing fits, is an error of its own.</summary>
internal static class Selection
{
    /// <summary>The images of these names or wildcards, in the definition's order; all when none is named.</summary>
    public static IReadOnlyList<ReleaseImage> OfImages(ReleaseDefinition definition, IReadOnlyCollection<string> names, CommandPipeline pipeline) =>
        Of(definition.Images, image => [image.Name], names, missing => pipeline.WriteError(ReleaseException.For(
            nameof(Messages.ImageNotDefined), ErrorKind.NotFound, missing, missing, definition.Path, Names(definition.Images.Select(image => image.Name)))));

    /// <summary>The services of these names or wildcards, in the definition or at ECS; all when none is named.</summary>
    /// <param name="definition">The definition.</param>
    /// <param name="names">Names or wildcards.</param>
    /// <param name="takesCluster">Whether the command takes services of <c>-Cluster</c>, which need not be in the definition.</param>
    /// <param name="missing">Is told the error of each name that fits nothing.</param>
    public static IReadOnlyList<ServiceDefinition> OfServices(
        ReleaseDefinition definition, IReadOnlyCollection<string> names, bool takesCluster, Action<ReleaseException> missing) =>
        Of(definition.Services, service => [service.Name, service.Service], names, name => missing(ReleaseException.For(
            nameof(Messages.ServiceNotDefined), ErrorKind.NotFound, name, name, definition.Path, Names(definition.Services.Select(service => service.Name)),
            takesCluster ? "; or pass -Cluster for a service that the definition does not name" : "")));

    private static List<T> Of<T>(IReadOnlyList<T> all, Func<T, IReadOnlyList<string>> namesOf, IReadOnlyCollection<string> asked, Action<string> missing)
    {
        foreach (var name in asked.Where(name => !all.Any(one => namesOf(one).Any(Wildcards.Of([name]).Fit))))
            missing(name);
        var patterns = Wildcards.Of(asked);
        return [.. all.Where(one => namesOf(one).Any(patterns.Fit))];
    }

    private static string Names(IEnumerable<string> there) => string.Join(", ", there) is { Length: > 0 } names ? names : "none";
}
