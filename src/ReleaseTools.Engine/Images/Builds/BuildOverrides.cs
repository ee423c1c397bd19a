using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Releases.Definition;

namespace ReleaseTools.Engine.Images.Builds;

/// <summary>What a command says over an image's definition. What it says nothing of stays as defined.</summary>
public sealed record BuildOverrides
{
    /// <summary>Build arguments, <c>NAME=value</c>, or <c>NAME</c> for the variable of that name, as <c>docker build --build-arg</c> takes them.</summary>
    public IReadOnlyList<string> BuildArgs { get; init; } = [];

    /// <summary>The Dockerfile's stage.</summary>
    public string? Target { get; init; }

    /// <summary>The platform.</summary>
    public string? Platform { get; init; }

    /// <summary>Secrets, <c>id=NAME,env=VARIABLE</c> or <c>id=NAME,src=FILE</c>, as <c>docker build --secret</c> takes them.</summary>
    public IReadOnlyList<string> Secrets { get; init; } = [];

    /// <summary>Where cached steps may be taken from; goes before the definition's.</summary>
    public IReadOnlyList<string> CacheFrom { get; init; } = [];

    /// <summary>Where the cache is left; goes before the definition's.</summary>
    public IReadOnlyList<string> CacheTo { get; init; } = [];

    /// <summary>The folder that relative paths of secrets are in.</summary>
    public string Folder { get; init; } = ".";

    /// <summary>What of it holds for an image that is built only because the images asked for begin with it: that they are for one platform.</summary>
    public BuildOverrides ForBaseImages => new() { Platform = Platform, Folder = Folder };

    /// <summary>The image with what the command says.</summary>
    /// <param name="image">The image as defined.</param>
    /// <param name="variable">Gives the value of a variable; null where there is none.</param>
    /// <exception cref="ReleaseException"><c>BuildArgInvalid</c>, <c>BuildArgWithoutValue</c>, <c>BuildArgIsBaseImage</c>, <c>BuildSecretInvalid</c>, <c>BuildPlatformInvalid</c>, <c>BuildTargetInvalid</c>.</exception>
    public ReleaseImage ApplyTo(ReleaseImage image, Func<string, string?> variable)
    {
        if (Platform is not null && !DefinitionRules.Platform().IsMatch(Platform))
            throw ReleaseException.For(nameof(Messages.BuildPlatformInvalid), ErrorKind.InvalidArgument, Platform, Platform);
        if (Target is not null && !DefinitionRules.Stage().IsMatch(Target))
            throw ReleaseException.For(nameof(Messages.BuildTargetInvalid), ErrorKind.InvalidArgument, Target, Target);
        return image with
        {
            BuildArgs = With(image.BuildArgs, BuildArgs.Select(argument => Argument(image, argument, variable))),
            Target = Target ?? image.Target,
            Platform = Platform ?? image.Platform,
            Secrets = With(image.Secrets),
            CacheFrom = CacheFrom.Count > 0 ? CacheFrom : image.CacheFrom,
            CacheTo = CacheTo.Count > 0 ? CacheTo : image.CacheTo,
        };
    }

    private static Dictionary<string, string> With(IReadOnlyDictionary<string, string> defined, IEnumerable<(string Name, string Value)> given)
    {
        var all = new Dictionary<string, string>(defined, StringComparer.Ordinal);
        foreach (var (name, value) in given)
            all[name] = value;
        return all;
    }

    private static (string Name, string Value) Argument(ReleaseImage image, string argument, Func<string, string?> variable)
    {
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? argument : argument[..equals];
        if (!DefinitionRules.Variable().IsMatch(name))
            throw ReleaseException.For(nameof(Messages.BuildArgInvalid), ErrorKind.InvalidArgument, argument, image.Name, name);
        if (image.BaseImages.TryGetValue(name, out var other))
            throw ReleaseException.For(nameof(Messages.BuildArgIsBaseImage), ErrorKind.InvalidArgument, argument, image.Name, name, other);
        return equals >= 0
            ? (name, argument[(equals + 1)..])
            : (name, variable(name) ?? throw ReleaseException.For(nameof(Messages.BuildArgWithoutValue), ErrorKind.InvalidArgument, argument, image.Name, name));
    }

    private List<BuildSecret> With(IReadOnlyList<BuildSecret> defined)
    {
        var given = Secrets.Select(Secret).ToList();
        return [.. defined.Where(secret => !given.Exists(other => other.Id == secret.Id)), .. given];
    }

    private BuildSecret Secret(string text)
    {
        string? id = null, variable = null, file = null;
        foreach (var part in text.Split(','))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var value = equals < 0 ? string.Empty : part[(equals + 1)..];
            switch (equals < 0 ? part : part[..equals])
            {
                case "id": id = value; break;
                case "env": variable = value; break;
                case "src" or "source": file = value; break;
                case "type" when value is "file" or "env": break; // docker's own word for what the other keys say already
                // What stands there may be the secret itself.
                default: throw Invalid("it has a part that is neither id=, env= nor src=");
            }
        }

        if (id is null || !DefinitionRules.SecretId().IsMatch(id))
        {
            id = null; // nobody knows what it is
            throw Invalid("it has no id of letters, digits, '.', '_' and '-'");
        }

        if (string.IsNullOrEmpty(variable) == string.IsNullOrEmpty(file))
            throw Invalid("it comes either from a variable or from a file");
        if (variable is { Length: > 0 } && !DefinitionRules.Variable().IsMatch(variable))
            throw Invalid("its env= is not the name of a variable");
        return new BuildSecret { Id = id, EnvironmentVariable = variable, File = file is null ? null : Path.GetFullPath(file, Folder) };

        ReleaseException Invalid(string why) => ReleaseException.For(nameof(Messages.BuildSecretInvalid), ErrorKind.InvalidArgument, id, id is null ? "-Secret" : $"id={id}", why);
    }
}
