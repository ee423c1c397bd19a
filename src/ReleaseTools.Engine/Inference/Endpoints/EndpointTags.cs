using System.Globalization;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.SageMaker;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>
/// The tags of every model and configuration that this module makes: whose it is, and what it is known to be good for.
/// They are the history that a restore goes by, and what a clean-up may touch; SageMaker keeps no other.
/// </summary>
internal static class EndpointTags
{
    /// <summary>What all our keys begin with; none of these is ever carried over to a clone.</summary>
    public const string Prefix = "releasetools:";

    /// <summary>The endpoint's name.</summary>
    public const string Endpoint = Prefix + "endpoint";

    /// <summary>The release tag.</summary>
    public const string Release = Prefix + "release";

    /// <summary>The configuration in use before: the endpoint was InService on it when the update began.</summary>
    public const string PreviousConfig = Prefix + "previous-config";

    /// <summary>On a configuration, when the endpoint was proven to serve it: ISO 8601, UTC.</summary>
    public const string Proven = Prefix + "proven";

    // A resource takes at most 50 tags (AddTags, API reference).
    private const int Maximum = 50;

    /// <summary>The tags of something that is made for an update.</summary>
    /// <param name="carried">The tags of what is cloned. Those of AWS itself (<c>aws:…</c>, which nobody else may set) and ours are left out.</param>
    /// <param name="endpointName">The endpoint.</param>
    /// <param name="release">The release tag; null where none is known.</param>
    /// <param name="previousConfig">The configuration in use.</param>
    public static IReadOnlyList<Tag> Of(IEnumerable<Tag> carried, string endpointName, string? release, string previousConfig)
    {
        List<Tag> ours = [new(Endpoint, endpointName), new(PreviousConfig, previousConfig)];
        if (release is not null)
            ours.Insert(1, new(Release, release));

        // One more comes with the proof.
        return [.. carried.Where(IsCarried).Take(Maximum - ours.Count - 1), .. ours];
    }

    /// <summary>What of a resource's tags another may get: not AWS's own (<c>aws:…</c>), which nobody else may set, and not ours.</summary>
    public static IReadOnlyList<Tag> Carried(IEnumerable<Tag> tags) => [.. tags.Where(IsCarried)];

    /// <summary>The tag that says that a configuration is known to be good.</summary>
    public static Tag ProvenAt(DateTimeOffset time) => new(Proven, time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));

    /// <summary>The value of one of a resource's tags; null when it has none of that key.</summary>
    public static string? Value(this IEnumerable<Tag> tags, string key) => tags.FirstOrDefault(tag => tag.Key == key)?.Value;

    /// <summary>All tags of a model, a configuration or an endpoint.</summary>
    /// <exception cref="AwsServiceException">It is not there, or may not be read.</exception>
    public static async Task<IReadOnlyList<Tag>> ReadAsync(AwsSession aws, string arn, CancellationToken cancellationToken)
    {
        var tags = new List<Tag>();
        string? next = null;
        do
        {
            var page = await aws.SageMaker.ListTagsAsync(new(arn) { NextToken = next }, cancellationToken);
            tags.AddRange(page.Tags ?? []);
            next = page.NextToken;
        }
        while (next is not null);
        return tags;
    }

    private static bool IsCarried(Tag tag) => !tag.Key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase) && !tag.Key.StartsWith(Prefix, StringComparison.Ordinal);
}
