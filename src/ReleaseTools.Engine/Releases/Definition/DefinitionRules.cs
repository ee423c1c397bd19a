using System.Text.RegularExpressions;

namespace ReleaseTools.Engine.Releases.Definition;

/// <summary>What names may look like, by the rules of those who own them. Patterns are also in release.schema.json.</summary>
internal static partial class DefinitionRules
{
    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    /// <summary>Project, image and service names are parts of paths, SSM parameter names and step ids.</summary>
    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}\z", Options, 1000)]
    public static partial Regex Name();

    /// <summary>
    /// A repository: a registry host, with a port perhaps, and path components (distribution's reference grammar). No tag, no digest.
    /// </summary>
    [GeneratedRegex(@"^[A-Za-z0-9](-*[A-Za-z0-9])*(\.[A-Za-z0-9](-*[A-Za-z0-9])*)*(:[0-9]+)?(/[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*)+\z", Options, 1000)]
    public static partial Regex Repository();

    /// <summary><c>os/architecture</c> or <c>os/architecture/variant</c>.</summary>
    [GeneratedRegex(@"^[a-z0-9]+/[a-z0-9_]+(/[a-z0-9]+)?\z", Options, 1000)]
    public static partial Regex Platform();

    /// <summary>A region's code, in any partition.</summary>
    [GeneratedRegex(@"^[a-z]{2,}(-[a-z]+)+-[0-9]+\z", Options, 1000)]
    public static partial Regex Region();

    /// <summary>A SageMaker name: at most 63 characters, letters, digits and inner hyphens.</summary>
    [GeneratedRegex(@"^(?=.{1,63}\z)[A-Za-z0-9](-*[A-Za-z0-9])*\z", Options, 1000)]
    public static partial Regex EndpointName();

    /// <summary>An ECS service or cluster: up to 255 letters, digits, underscores and hyphens; or its ARN.</summary>
    [GeneratedRegex(@"^([A-Za-z0-9_-]{1,255}|arn:[^:\s]+:ecs:[^:\s]+:[0-9]{12}:(cluster|service)/[A-Za-z0-9_/-]+)\z", Options, 1000)]
    public static partial Regex EcsName();

    /// <summary>A container of a task definition: up to 255 letters, digits, underscores and hyphens. (ContainerDefinition, API reference.)</summary>
    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,255}\z", Options, 1000)]
    public static partial Regex ContainerName();

    /// <summary>A CodeBuild project: 2 to 150 letters, digits, underscores and hyphens.</summary>
    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_-]{1,149}\z", Options, 1000)]
    public static partial Regex CodeBuildProject();

    /// <summary>A Dockerfile's stage.</summary>
    [GeneratedRegex(@"^([a-zA-Z][a-zA-Z0-9_.-]*|[0-9]+)\z", Options, 1000)]
    public static partial Regex Stage();

    /// <summary>A build argument.</summary>
    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*\z", Options, 1000)]
    public static partial Regex Variable();

    /// <summary>A build secret's id, as it can stand in <c>--mount=type=secret,id=…</c>: a comma or equals sign would end it.</summary>
    [GeneratedRegex(@"^[A-Za-z0-9_.-]+\z", Options, 1000)]
    public static partial Regex SecretId();
}
