using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Rollouts.Undo;

/// <summary>Why a service cannot be put back.</summary>
internal static class UndoProblem
{
    /// <summary>There is nothing that it could be put back to.</summary>
    public static ReleaseException NothingToRestore(ReleaseService service, string why) =>
        ReleaseException.For(nameof(Messages.NothingToRestore), ErrorKind.InvalidState, service.Service, service.Service, service.Cluster, why);

    /// <summary>What it is to be put back to is not there, or not told from another.</summary>
    public static ReleaseException TargetNotFound(ReleaseService service, string to, string why) =>
        ReleaseException.For(nameof(Messages.RestoreTargetNotFound), ErrorKind.NotFound, service.Service, service.Service, to, why, service.Cluster);
}
