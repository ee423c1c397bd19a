using System.Text.Json;
using Docker.DotNet;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Images.Docker;

/// <summary>
/// Which engine docker means, so that CLI and API talk to the same one: <c>DOCKER_HOST</c>, else the context named by
/// <c>DOCKER_CONTEXT</c> or by the CLI's config file, else the default socket
/// (https://docs.docker.com/engine/manage-resources/contexts/).
/// </summary>
/// <param name="Endpoint">The engine's address.</param>
/// <param name="Tls">What it is reached over TLS with, from where its address is; null without TLS.</param>
public sealed record DockerHost(Uri Endpoint, DockerTls? Tls)
{
    private const string DefaultContext = "default";

    /// <summary>Finds the engine by the environment and the CLI's configuration.</summary>
    /// <exception cref="ReleaseException"><c>DockerHostInvalid</c>: it cannot be read, or is of a kind that the API cannot be reached by (<c>ssh://</c>).</exception>
    public static DockerHost Resolve(IReadOnlyDictionary<string, string> environment)
    {
        var settings = new CliSettings(environment);
        var host = Value(environment, "DOCKER_HOST");
        try
        {
            var endpoint = host is not null ? new Uri(host) : Context(settings);
            return endpoint.Scheme is "unix" or "npipe" or "tcp" or "http" or "https"
                ? new DockerHost(endpoint, endpoint.Scheme is "unix" or "npipe" or "http" ? null : host is null ? OfContext(environment, settings) : OfEnvironment(environment, settings))
                : throw Invalid(endpoint.OriginalString, $"'{endpoint.Scheme}' is not a way the engine's API is reached", inner: null);
        }
        catch (Exception exception) when (exception is UriFormatException or DockerConfigurationException or SshDockerEndpointNotSupportedException or IOException or UnauthorizedAccessException or JsonException)
        {
            throw Invalid(host ?? settings.DockerContext ?? settings.DockerConfig, exception.Message, exception);
        }
    }

    /// <summary>The name of the context that docker means; <c>default</c> where the environment names the engine itself, or nobody chose one.</summary>
    /// <exception cref="ReleaseException"><c>DockerConfigInvalid</c>.</exception>
    internal static string ContextOf(IReadOnlyDictionary<string, string> environment) =>
        Value(environment, "DOCKER_HOST") is not null ? DefaultContext : Value(environment, "DOCKER_CONTEXT") ?? DockerConfigFile.Read(environment)?.CurrentContext ?? DefaultContext;

    private static Uri Context(CliSettings settings)
    {
        var config = new DockerConfig(settings);
        return settings.DockerContext is { } name ? config.GetEndpoint(name) : config.GetEndpoint();
    }

    private static DockerTls? OfEnvironment(IReadOnlyDictionary<string, string> environment, CliSettings settings) =>
        Value(environment, "DOCKER_TLS_VERIFY") is null ? null : DockerTls.In(Value(environment, "DOCKER_CERT_PATH") ?? settings.DockerConfig);

    /// <summary>A context has its own certificates, and the environment's are not for it.</summary>
    private static DockerTls? OfContext(IReadOnlyDictionary<string, string> environment, CliSettings settings) =>
        (settings.DockerContext ?? DockerConfigFile.Read(environment)?.CurrentContext) is { } name ? DockerTls.OfContext(settings.DockerConfig, name) : null;

    private static ReleaseException Invalid(string what, string why, Exception? inner) =>
        inner is null
            ? ReleaseException.For(nameof(Messages.DockerHostInvalid), ErrorKind.InvalidArgument, what, what, why)
            : ReleaseException.Wrap(inner, nameof(Messages.DockerHostInvalid), ErrorKind.InvalidArgument, what, what, why);

    private static string? Value(IReadOnlyDictionary<string, string> environment, string name) =>
        environment.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>What the docker CLI would read from its environment, taken from a given one.</summary>
    private sealed class CliSettings(IReadOnlyDictionary<string, string> environment) : IDockerCliSettings
    {
        public string DockerConfig => DockerConfigFile.FolderOf(environment);

        public string? DockerContext => Value(environment, "DOCKER_CONTEXT");

        public string? DockerHost => null;

        public string? DockerTlsVerify => Value(environment, "DOCKER_TLS_VERIFY");
    }
}
