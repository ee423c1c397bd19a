using System.Text.RegularExpressions;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Images.Registries;

/// <summary>What a repository's URI says about where it is.</summary>
/// <param name="Uri">Host and name, as given.</param>
/// <param name="Host">The registry's host, with its port where one is given.</param>
/// <param name="Name">The repository's name within the registry.</param>
/// <param name="Account">The account; null when the host is not one of Amazon ECR's (a sandbox).</param>
/// <param name="Region">The region; null when the host is not one of Amazon ECR's.</param>
public sealed partial record EcrRepository(string Uri, string Host, string Name, string? Account, string? Region)
{
    /// <summary>Reads a repository's URI, <c>123456789012.dkr.ecr.eu-west-1.amazonaws.com/web-ui</c>.</summary>
    /// <exception cref="ReleaseException"><c>ImageReferenceInvalid</c>.</exception>
    public static EcrRepository Parse(string uri)
    {
        var reference = ImageReference.ParseRepository(uri);
        var match = EcrHost().Match(reference.Host);
        return new EcrRepository(
            uri, reference.Host, reference.Path, match.Success ? match.Groups["account"].Value : null, match.Success ? match.Groups["region"].Value : null);
    }

    /// <summary>Whether it is in Amazon ECR, or in what stands in for it: a sandbox's registry answers where its ECR does.</summary>
    /// <param name="endpoint">The endpoint that stands in for ECR's own; null when none does.</param>
    public bool IsInEcr(System.Uri? endpoint) =>
        Account is not null
        || endpoint is not null && System.Uri.TryCreate($"{endpoint.Scheme}://{Host}/", UriKind.Absolute, out var url)
        && string.Equals(url.Authority, endpoint.Authority, StringComparison.OrdinalIgnoreCase);

    // https://docs.aws.amazon.com/general/latest/gr/ecr.html: IPv4, FIPS and China, and the dual-stack names.
    [GeneratedRegex(@"\A(?<account>\d{12})\.(?:dkr\.ecr(?:-fips)?\.(?<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?|dkr-ecr(?:-fips)?\.(?<region>[a-z0-9-]+)\.on\.(?:aws|amazonwebservices\.com\.cn))\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex EcrHost();
}
