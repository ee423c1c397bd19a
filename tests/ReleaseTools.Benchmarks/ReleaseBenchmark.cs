using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace ReleaseTools.Benchmarks;

/// <summary>A release of the example in which nothing has changed, in a session that has released it before.</summary>
internal static class ReleaseBenchmark
{
    public static async Task RunAsync(int runs)
    {
        var folder = Directory.CreateTempSubdirectory("releasetools-").FullName;
        try
        {
            CopyExample(folder);
            using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
            runspace.Open();
            Run(runspace, $"Import-Module '{Repository.Module}'");
            var host = Run(runspace, $"(Start-ReleaseSandbox -TimeScale 1000 -Workspace '{folder}' -SeedPath '{Path.Combine(folder, "sandbox.json")}').RegistryHost").Single().ToString();
            try
            {
                var infra = Path.Combine(folder, "packages", "aws-infra");
                var outputs = await File.ReadAllTextAsync(Path.Combine(infra, "sandbox.env"));
                await File.WriteAllTextAsync(Path.Combine(infra, ".env"), outputs.Replace("127.0.0.1:4599", host, StringComparison.Ordinal));

                var release = $"Invoke-FullRelease -Path '{folder}' -Tag warm -SkipTerraform -Builder CodeBuild";
                Run(runspace, release);
                await new Measurement("warm release of the example: no image or endpoint changed, four services rolled out")
                    .Side("the plan alone (-WhatIf)", () => Task.FromResult(Run(runspace, $"{release} -WhatIf")))
                    .Side("the release, waits on the sandbox included", () => Task.FromResult(Run(runspace, release)))
                    .RunAsync(runs);
            }
            finally
            {
                Run(runspace, "Stop-ReleaseSandbox");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IReadOnlyList<PSObject> Run(Runspace runspace, string script)
    {
        using var pipeline = PowerShell.Create(runspace);
        var output = pipeline.AddScript(script).Invoke();
        return pipeline.HadErrors ? throw new InvalidOperationException($"{script}: {pipeline.Streams.Error.FirstOrDefault()}") : [.. output];
    }

    private static void CopyExample(string folder)
    {
        var example = Path.Combine(Repository.Root, "examples", "stereo-spot");
        foreach (var file in Directory.EnumerateFiles(example, "*", SearchOption.AllDirectories))
        {
            var relative = Path.GetRelativePath(example, file);
            if (relative.Split(Path.DirectorySeparatorChar).Any(part => part is ".releasetools" or ".terraform" or ".env"))
                continue;
            var copy = Path.Combine(folder, relative);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
