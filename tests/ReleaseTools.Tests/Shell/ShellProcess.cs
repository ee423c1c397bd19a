using System.Diagnostics;

namespace ReleaseTools.Tests.Shell;

/// <summary>The shell as a process of its own, with nothing of these tests in it.</summary>
internal static class ShellProcess
{
    private static readonly string Assembly = Path.Combine(
        PackagedModule.Root, "src", "ReleaseTools.Shell", "bin", Configuration, "net10.0", "ReleaseTools.Shell.dll");

    private static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    /// <summary>Runs it to its end.</summary>
    public static async Task<ShellResult> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new ShellResult(process.ExitCode, await output, await error);
    }

    /// <summary>Starts it; the test reads what it says and ends it.</summary>
    public static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Assembly, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("AWS_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }
}

/// <summary>What the shell said, and its exit code.</summary>
internal sealed record ShellResult(int ExitCode, string Output, string Error)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
