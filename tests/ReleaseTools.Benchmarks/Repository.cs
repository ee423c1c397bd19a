using System.Diagnostics;
using System.Runtime.Loader;

namespace ReleaseTools.Benchmarks;

/// <summary>The module as it is installed from this repository, and processes to run.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    private static readonly string Modules = Path.Combine(AppContext.BaseDirectory, "modules");

    public static string Module => Directory.GetFiles(Path.Combine(Modules, "ReleaseTools"), "ReleaseTools.psd1", SearchOption.AllDirectories).Single();

    /// <summary>Installs the module beside this program, the way users do: compiled ahead for this machine.</summary>
    public static Task InstallAsync() => RunAsync(
        Root, "dotnet", "msbuild", Path.Combine("src", "ReleaseTools"), "-restore", "-target:InstallModule", "-property:Configuration=Release", $"-property:ModuleDirectory={Modules}");

    /// <summary>Runs a program to its end, and gives what it wrote.</summary>
    public static async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await output}{await error}");
    }

    /// <summary>Lets this program use the packaged Engine itself, where no import has loaded it yet.</summary>
    public static void HookEngine()
    {
        var folder = Path.GetDirectoryName(Module)!;
        AssemblyLoadContext.Default.Resolving += (context, name) =>
            new[] { folder, Path.Combine(folder, "deps") }.Select(place => Path.Combine(place, name.Name + ".dll")).FirstOrDefault(File.Exists) is { } file
                ? context.LoadFromAssemblyPath(file)
                : null;
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ReleaseTools.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The benchmarks run outside the repository.");
        return folder;
    }
}
