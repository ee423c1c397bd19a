using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;
using System.Reflection.Emit;

namespace ReleaseTools.Benchmarks;

/// <summary>The import of the packaged module in fresh processes, beside a binary module of one empty cmdlet.</summary>
internal static class ImportBenchmark
{
    /// <summary>The argument that makes of this program the fresh process.</summary>
    public const string OneImport = "import-one";

    public static async Task RunAsync(int runs)
    {
        var folder = Directory.CreateTempSubdirectory("releasetools-").FullName;
        try
        {
            var empty = MakeEmptyModule(folder);
            await new Measurement("import, from the process's start to its end")
                .Side("no module", () => FreshProcessAsync(folder))
                .Side("an empty binary module", () => FreshProcessAsync(folder, empty))
                .Side("ReleaseTools", () => FreshProcessAsync(folder, Repository.Module))
                .RunAsync(runs);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>What the fresh process does.</summary>
    public static void Import(string[] manifest)
    {
        using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        using var pipeline = PowerShell.Create(runspace);
        pipeline.AddScript(manifest is [var module] ? $"Import-Module '{module}' -ErrorAction Stop" : "$null = Get-Command Import-Module").Invoke();
    }

    private static Task<string> FreshProcessAsync(string folder, params string[] manifest) =>
        Repository.RunAsync(folder, "dotnet", [typeof(ImportBenchmark).Assembly.Location, OneImport, .. manifest]);

    private static string MakeEmptyModule(string folder)
    {
        var assembly = new PersistedAssemblyBuilder(new AssemblyName("Empty"), typeof(object).Assembly);
        var cmdlet = assembly.DefineDynamicModule("Empty").DefineType("GetNothingCommand", TypeAttributes.Public | TypeAttributes.Sealed, typeof(PSCmdlet));
        cmdlet.SetCustomAttribute(new CustomAttributeBuilder(typeof(CmdletAttribute).GetConstructor([typeof(string), typeof(string)])!, ["Get", "Nothing"]));
        cmdlet.CreateType();
        assembly.Save(Path.Combine(folder, "Empty.dll"));
        var manifest = Path.Combine(folder, "Empty.psd1");
        File.WriteAllText(manifest, "@{ RootModule = 'Empty.dll'; ModuleVersion = '1.0.0'; CmdletsToExport = @('Get-Nothing'); FunctionsToExport = @(); AliasesToExport = @(); VariablesToExport = @() }");
        return manifest;
    }
}
