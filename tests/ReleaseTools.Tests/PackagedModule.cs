using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using ReleaseTools.Hosting;

namespace ReleaseTools.Tests;

/// <summary>The module in out/ReleaseTools, as the build left it.</summary>
internal static class PackagedModule
{
    public static string Root { get; } = FindRoot();

    public static string Folder { get; } = Path.Combine(Root, "out", "ReleaseTools");

    public static string Manifest { get; } = Path.Combine(Folder, "ReleaseTools.psd1");

    /// <summary>
    /// The tests are compiled against the packaged assemblies, which are not beside them: the two of the default context are
    /// found here, and the others by the hook that an import sets.
    /// </summary>
    [ModuleInitializer]
    internal static void FindItsAssemblies()
    {
        AssemblyLoadContext.Default.Resolving += FindInFolder;
        HookDependencies();
    }

    private static Assembly? FindInFolder(AssemblyLoadContext context, AssemblyName name) =>
        name.Name is "ReleaseTools" or "ReleaseTools.Model" ? context.LoadFromAssemblyPath(Path.Combine(Folder, name.Name + ".dll")) : null;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void HookDependencies() => new ModuleInitializer().OnImport();

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ReleaseTools.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run outside the repository.");
        return folder;
    }
}
