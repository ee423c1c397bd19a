using System.Management.Automation.Runspaces;

namespace ReleaseTools.Hosting;

/// <summary>The runspace whose pipeline thread asks.</summary>
internal static class CurrentRunspace
{
    /// <summary>Its id; empty on a thread that runs none.</summary>
    public static Guid Id => Runspace.DefaultRunspace?.InstanceId ?? Guid.Empty;
}
