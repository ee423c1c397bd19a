using System.Reflection;
using System.Runtime.Loader;

namespace ReleaseTools.Hosting;

/// <summary>
/// The load context of everything in the module's <c>deps</c> folder. The root assembly and the Model stay in the default
/// context; what is not in <c>deps</c>, such as the Model, is taken from there.
/// </summary>
internal sealed class DependencyContext : AssemblyLoadContext
{
    // One for the process: assemblies cannot be unloaded, and a second context would bring second, incompatible types.
    private static readonly Lazy<DependencyContext> Instance = new(() => new DependencyContext());

    private readonly string folder = Path.Combine(Path.GetDirectoryName(typeof(DependencyContext).Assembly.Location)!, "deps");

    private DependencyContext()
        : base("ReleaseTools")
    {
    }

    /// <summary>
    /// Answers the default context's question for an assembly it cannot find. Only the two doors are opened: whoever
    /// else asks the default context for AWSSDK.Core must not get ours.
    /// </summary>
    public static Assembly? Resolve(AssemblyLoadContext asking, AssemblyName name) =>
        name.Name is "ReleaseTools.Engine" or "ReleaseTools.Sandbox" ? Instance.Value.LoadFromAssemblyName(name) : null;

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        // The Model that stands beside the root assembly; another of that name may have been loaded from elsewhere.
        if (string.Equals(assemblyName.Name, "ReleaseTools.Model", StringComparison.Ordinal))
            return typeof(ReleaseSandbox).Assembly;

        var path = Path.Combine(folder, assemblyName.Name + ".dll");
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }
}
