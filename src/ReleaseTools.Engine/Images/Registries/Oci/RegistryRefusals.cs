using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Images.Registries.Oci;

/// <summary>What a registry's refusal means to an operator.</summary>
internal static class RegistryRefusals
{
    /// <summary>The error of an answer that is no success.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="login">What it was asked with.</param>
    /// <param name="request">What was asked, such as <c>GET /v2/web-ui/manifests/v1</c>.</param>
    /// <param name="target">What it was asked about.</param>
    /// <param name="answer">The answer.</param>
    public static ReleaseException Of(RegistryAddress registry, RegistryAuthorization login, string request, string target, RegistryAnswer answer) => (int)answer.Status switch
    {
        401 => Unauthorized(registry, login, answer),
        403 => Denied(registry, login, target, answer),
        var status => ReleaseException.For(
            nameof(Messages.RegistryRefused), status is 429 or >= 500 ? ErrorKind.Connection : ErrorKind.Failed, target, registry.Host, status, request, answer.Words),
    };

    /// <summary>The registry does not know who asks.</summary>
    public static ReleaseException Unauthorized(RegistryAddress registry, RegistryAuthorization login, RegistryAnswer answer) =>
        Unauthorized(registry.Host, login, answer.Words);

    /// <inheritdoc cref="Unauthorized(RegistryAddress, RegistryAuthorization, RegistryAnswer)"/>
    public static ReleaseException Unauthorized(string host, RegistryAuthorization login, string words) =>
        ReleaseException.For(nameof(Messages.RegistryUnauthorized), ErrorKind.Authentication, host, host, login.Words, words);

    /// <summary>The registry knows who asks, and that they may not.</summary>
    public static ReleaseException Denied(RegistryAddress registry, RegistryAuthorization login, string target, RegistryAnswer answer) =>
        ReleaseException.For(nameof(Messages.RegistryDenied), ErrorKind.PermissionDenied, target, registry.Host, login.Words, target, answer.Words);
}
