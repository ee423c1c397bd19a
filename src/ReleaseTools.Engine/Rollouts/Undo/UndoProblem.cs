using System.Globalization;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Undo;

/// <summary>Why a service cannot be put back.</summary>
internal static class UndoProblem
{
    /// <summary>There is nothing that it could be put back to.</summary>
    public static ReleaseException NothingToRestore(ReleaseService service, string why) =>
        ReleaseException.For(nameof(Messages.NothingToRestore), ErrorKind.InvalidState, service.Service, service.Service, service.Cluster, why);

    /// <summary>What it would be put back to has an image that nobody knows.</summary>
    /// <param name="service">The service.</param>
    /// <param name="former">What ran before.</param>
    /// <param name="known">The newest before that of which the image is known; null where there is none.</param>
    public static ReleaseException FormerImageUnknown(ReleaseService service, FormerDeployment former, FormerDeployment? known)
    {
        var at = former.At is { } began ? string.Create(CultureInfo.InvariantCulture, $" of {began.UtcDateTime:yyyy-MM-dd HH:mm} UTC") : "";
        var digests = (known?.Revision.ContainerImages ?? []).Select(one => one.ImageDigest).Where(digest => digest is { Length: > 0 }).Select(digest => Words.Digest(digest!)).ToList();
        var before = digests.Count == 0 ? "" : $" What ran before that was {ServiceReader.ShortName(known!.Revision.TaskDefinition)} with {string.Join(" and ", digests)}.";
        return ReleaseException.For(
            nameof(Messages.FormerImageUnknown), ErrorKind.InvalidState, service.Service, service.Service, service.Cluster, at, ServiceReader.ShortName(former.Revision.TaskDefinition), before);
    }

    /// <summary>Somebody else has moved the tag that would have to go back.</summary>
    public static ReleaseException TagMovedMeanwhile(ReleaseService service, string repository, string tag, string names) =>
        ReleaseException.For(nameof(Messages.TagMovedMeanwhile), ErrorKind.InvalidState, service.Service, service.Service, service.Cluster, tag, repository, Words.Digest(names));

    /// <summary>What it is to be put back to is not there, or not told from another.</summary>
    public static ReleaseException TargetNotFound(ReleaseService service, string to, string why) =>
        ReleaseException.For(nameof(Messages.RestoreTargetNotFound), ErrorKind.NotFound, service.Service, service.Service, to, why, service.Cluster);
}
