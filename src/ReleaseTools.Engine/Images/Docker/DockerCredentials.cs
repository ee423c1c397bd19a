using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Images.Registries.Oci;

namespace ReleaseTools.Engine.Images.Docker;

/// <summary>
/// The credentials that the docker CLI would use for a registry, looked for as it does: <c>DOCKER_AUTH_CONFIG</c>, then
/// <c>config.json</c> of <c>DOCKER_CONFIG</c> or <c>~/.docker</c>, whose <c>credHelpers</c> and <c>credsStore</c> go before its <c>auths</c>.
/// Nothing is kept: each look is a new one.
/// </summary>
/// <param name="environment">The environment that names docker's configuration and PATH, and that credential helpers run in.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="given">Credentials that go before docker's, for the one host that they name; null where none are given.</param>
public sealed class DockerCredentials(IReadOnlyDictionary<string, string> environment, TimeProvider timeProvider, RegistryAuthorization? given = null)
{
    /// <summary>The credentials for a registry; anonymous where there are none.</summary>
    /// <param name="host">The host, with its port, as references name it.</param>
    /// <param name="cancellationToken">Stops it, and a credential helper with it.</param>
    /// <exception cref="ReleaseException">
    /// <c>DockerConfigInvalid</c>: docker's configuration is broken. <c>DockerCredentialHelperFailed</c>: the program that it names for
    /// the host cannot be asked.
    /// </exception>
    public async Task<RegistryAuthorization> FindAsync(string host, CancellationToken cancellationToken)
    {
        if (given is not null && string.Equals(given.Host, host, StringComparison.OrdinalIgnoreCase))
            return given;
        var registry = RegistryAddress.Of(host);
        if (DockerConfigFile.OfVariable(environment)?.CredentialsFor(registry) is { } named)
            return named;
        if (DockerConfigFile.Read(environment) is not { } file)
            return RegistryAuthorization.Anonymous(host);
        var found = file.HelperFor(registry) is { } helper
            ? await new CredentialHelper(helper, file.Origin, environment, timeProvider).GetAsync(registry, cancellationToken)
            : file.CredentialsFor(registry);
        return found ?? RegistryAuthorization.Anonymous(host);
    }
}
