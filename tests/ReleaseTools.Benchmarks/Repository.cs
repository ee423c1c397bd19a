using System.Diagnostics;
using System.Runtime.Loader;

namespace ReleaseTools.Benchmarks;

/// <summary>What the build of this repository left, and processes to run.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Module { get; } = Path.Combine(Root, "out", "ReleaseTools", "ReleaseTools.psd1");

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
