using System.Text;
using System.Text.Json;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Images.Registries.Oci;

namespace ReleaseTools.Engine.Images.Docker;

/// <summary>
/// What <c>docker login</c> left in <c>config.json</c>
/// (https://docs.docker.com/reference/cli/docker/login/#credential-stores), or what <c>DOCKER_AUTH_CONFIG</c> says in its place.
/// </summary>
internal sealed class DockerConfigFile
{
    private readonly DockerConfigDocument document;

    private DockerConfigFile(string origin, DockerConfigDocument document)
    {
        Origin = origin;
        this.document = document;
    }

    /// <summary>The file's path, or the variable's name.</summary>
    public string Origin { get; }

    /// <summary>The context that <c>docker context use</c> chose; null where none was.</summary>
    public string? CurrentContext => document.CurrentContext;

    /// <summary>The folder of docker's configuration, as the docker CLI finds it.</summary>
    public static string FolderOf(IReadOnlyDictionary<string, string> environment) =>
        Value(environment, "DOCKER_CONFIG") ?? Path.Combine(Value(environment, "HOME") ?? Value(environment, "USERPROFILE") ?? ".", ".docker");

    /// <summary>What the environment says by itself, which the docker CLI reads since 28.3; null where it does not.</summary>
    /// <exception cref="ReleaseException"><c>DockerConfigInvalid</c>.</exception>
    public static DockerConfigFile? OfVariable(IReadOnlyDictionary<string, string> environment)
    {
        const string variable = "DOCKER_AUTH_CONFIG";
        return Value(environment, variable) is { } content ? Parse(variable, Encoding.UTF8.GetBytes(content)) : null;
    }

    /// <summary>The file as it is now; null where there is none.</summary>
    /// <exception cref="ReleaseException"><c>DockerConfigInvalid</c>: it cannot be read; the message names it.</exception>
    public static DockerConfigFile? Read(IReadOnlyDictionary<string, string> environment)
    {
        var path = Path.Combine(FolderOf(environment), "config.json");
        try
        {
            return Parse(path, File.ReadAllBytes(path));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw ReleaseException.Wrap(exception, nameof(Messages.DockerConfigInvalid), ErrorKind.InvalidArgument, path, path, exception.Message);
        }
    }

    /// <summary>The credential helper for a registry, without its prefix: that of <c>credHelpers</c>, else <c>credsStore</c>; null where there is none.</summary>
    public string? HelperFor(RegistryAddress registry)
    {
        var helper = Find(document.CredHelpers, registry) ?? document.CredsStore;
        return string.IsNullOrEmpty(helper) ? null : helper;
    }

    /// <summary>The credentials that it holds itself for a registry; null where it holds none.</summary>
    /// <exception cref="ReleaseException"><c>DockerConfigInvalid</c>: they cannot be read.</exception>
    public RegistryAuthorization? CredentialsFor(RegistryAddress registry)
    {
        if (Find(document.Auths, registry) is not { } entry)
            return null;
        var (user, password) = entry.Auth is { Length: > 0 } encoded ? Decode(encoded, registry) : (entry.Username ?? "", entry.Password ?? "");
        var identity = entry.IdentityToken is { Length: > 0 } token ? token : null;
        // An entry without content says only that a helper has the credentials.
        return user.Length == 0 && identity is null ? null : new RegistryAuthorization(registry.Host, user, password, ExpiresAt: null) { IdentityToken = identity, Origin = Origin };
    }

    private static DockerConfigFile Parse(string origin, ReadOnlyMemory<byte> content)
    {
        try
        {
            return new DockerConfigFile(origin, DockerConfigDocument.Parse(content));
        }
        catch (JsonException exception)
        {
            // Where, and not what: it may stand in the middle of a secret.
            var where = exception.Path ?? $"line {exception.LineNumber + 1}";
            throw ReleaseException.For(nameof(Messages.DockerConfigInvalid), ErrorKind.InvalidArgument, origin, origin, $"it is not the JSON it should be at {where}");
        }
    }

    /// <summary>The value of a registry's key. Older logins wrote keys with a scheme and a path, which the CLI still takes for the host alone.</summary>
    private static T? Find<T>(IReadOnlyDictionary<string, T> byServer, RegistryAddress registry)
        where T : class
    {
        if (byServer.TryGetValue(registry.ServerUrl, out var exact))
            return exact;
        var host = HostOf(registry.ServerUrl);
        return byServer.FirstOrDefault(pair => string.Equals(HostOf(pair.Key), host, StringComparison.OrdinalIgnoreCase)).Value;
    }

    private static string HostOf(string key)
    {
        var scheme = key.IndexOf("://", StringComparison.Ordinal);
        var rest = scheme < 0 ? key : key[(scheme + 3)..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? rest : rest[..slash];
    }

    private (string User, string Password) Decode(string encoded, RegistryAddress registry)
    {
        var buffer = new byte[encoded.Length];
        var text = Convert.TryFromBase64String(encoded, buffer, out var length) ? Encoding.UTF8.GetString(buffer, 0, length) : "";
        if (text.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon)
            return (text[..colon], text[(colon + 1)..].Trim('\0'));
        throw ReleaseException.For(
            nameof(Messages.DockerConfigInvalid), ErrorKind.InvalidArgument, Origin, Origin, $"\"auth\" of {registry.ServerUrl} is not user:password in base64");
    }

    private static string? Value(IReadOnlyDictionary<string, string> environment, string name) =>
        environment.TryGetValue(name, out var value) && value.Length > 0 ? value : null;
}
