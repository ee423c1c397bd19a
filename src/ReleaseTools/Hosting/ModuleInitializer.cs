using System.Management.Automation;
using System.Runtime.Loader;

namespace ReleaseTools.Hosting;

/// <summary>
/// Sends the Engine, the Sandbox and what they bring into a load context of their own, so that the module lives in one
/// session with modules that bring another AWSSDK.Core, such as AWS.Tools. Nothing of it is loaded by the import.
/// </summary>
/// <remarks>
/// PowerShell makes one instance for the import and another for the removal. The hook is process-wide and counted by the
/// event itself: every import adds the same handler once and every removal takes one away, so a runspace that removes the
/// module leaves it working in the others.
/// </remarks>
public sealed class ModuleInitializer : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    /// <inheritdoc/>
    public void OnImport() => AssemblyLoadContext.Default.Resolving += DependencyContext.Resolve;

    /// <inheritdoc/>
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        RunningSandbox.StopThatOf(CurrentRunspace.Id);
        AssemblyLoadContext.Default.Resolving -= DependencyContext.Resolve;
    }
}
