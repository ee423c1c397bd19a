using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Releases.Definition;

namespace ReleaseTools.Hosting;

/// <summary>Finds what was named in the definition. A name that is not there is an error of its own; the others go on.</summary>
internal static class Selection
{
    /// <summary>The images of these names or wildcards, in the definition's order; all when none is named.</summary>
    public static IReadOnlyList<ReleaseImage> OfImages(ReleaseDefinition definition, IReadOnlyCollection<string> names, CommandPipeline pipeline) =>
        Of(definition.Images, image => [image.Name], names, missing => Missing(nameof(Messages.ImageNotDefined), missing, definition, definition.Images.Select(image => image.Name)), pipeline);

    /// <summary>The services of these names or wildcards, in the definition or at ECS; all when none is named.</summary>
    public static IReadOnlyList<ServiceDefinition> OfServices(ReleaseDefinition definition, IReadOnlyCollection<string> names, CommandPipeline pipeline) =>
        Of(definition.Services, service => [service.Name, service.Service], names, missing => Missing(nameof(Messages.ServiceNotDefined), missing, definition, definition.Services.Select(service => service.Name)), pipeline);

    private static List<T> Of<T>(
        IReadOnlyList<T> all, Func<T, IReadOnlyList<string>> namesOf, IReadOnlyCollection<string> asked, Func<string, ReleaseException> missing, CommandPipeline pipeline)
    {
        if (asked.Count == 0)
            return [.. all];
        foreach (var name in asked.Where(name => !System.Management.Automation.WildcardPattern.ContainsWildcardCharacters(name)))
        {
            if (!all.Any(one => namesOf(one).Contains(name, StringComparer.OrdinalIgnoreCase)))
                pipeline.WriteError(missing(name), name);
        }

        var patterns = Wildcards.Of(asked);
        return [.. all.Where(one => namesOf(one).Any(patterns.Fit))];
    }

    private static ReleaseException Missing(string id, string name, ReleaseDefinition definition, IEnumerable<string> there) =>
        ReleaseException.For(id, ErrorKind.NotFound, name, name, definition.Path, string.Join(", ", there));
}
