using System.Management.Automation;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Hosting;

/// <summary>A credential that a command was given for a registry, which names none.</summary>
internal static class RegistryCredentials
{
    private const string Parameter = "-RegistryCredential";

    /// <summary>The credential, for the one registry that the repositories are in and that is not ECR; it must go to no other.</summary>
    /// <param name="credential">What was given; null when nothing was.</param>
    /// <param name="repositories">The repositories.</param>
    /// <param name="ecrEndpoint">What stands in for ECR's own endpoint; null when nothing does.</param>
    /// <param name="observer">Warned when there is no such registry.</param>
    /// <exception cref="ReleaseException">RegistryCredentialAmbiguous: there are several.</exception>
    public static RegistryAuthorization? For(PSCredential? credential, IEnumerable<string> repositories, Uri? ecrEndpoint, IReleaseObserver observer)
    {
        if (credential is null)
            return null;
        // What is no repository is told of when its image's turn comes.
        var hosts = repositories.Where(repository => ImageReference.TryParse(repository, out _, out _))
            .Select(EcrRepository.Parse).Where(at => !at.IsInEcr(ecrEndpoint)).Select(at => at.Host).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (hosts.Count > 1)
            throw ReleaseException.For(nameof(Messages.RegistryCredentialAmbiguous), ErrorKind.InvalidArgument, Parameter, string.Join(", ", hosts), hosts[0]);
        if (hosts.Count == 0)
        {
            observer.Report(new Warned(Parameter, $"{Parameter} is not used: all images go to ECR, which is pushed to with a token of AWS."));
            return null;
        }

        return new RegistryAuthorization(hosts[0], credential.UserName, credential.GetNetworkCredential().Password, ExpiresAt: null) { Origin = Parameter };
    }
}
