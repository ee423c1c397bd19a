using System.Diagnostics;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using ReleaseTools.Tests.Shell;

namespace ReleaseTools.Tests.Module;

/// <summary>The module as it is installed: compiled ahead for this machine.</summary>
public sealed class InstalledModuleTests : IDisposable
{
    private readonly string temporary = Directory.CreateTempSubdirectory("releasetools-").FullName;

    [Fact]
    public async Task It_is_compiled_ahead_and_runs()
    {
        var place = Path.Combine(temporary, "ReleaseTools") + Path.DirectorySeparatorChar;
        await PlaceAsync(place);

        Files(place).ShouldBe(Files(PackagedModule.Folder));
        string[] ours = ["ReleaseTools.dll", "ReleaseTools.Model.dll", "deps/ReleaseTools.Engine.dll", "deps/ReleaseTools.Sandbox.dll", "deps/AWSSDK.Core.dll", "deps/Docker.DotNet.dll"];
        ours.ShouldAllBe(file => IsCompiledAhead(Path.Combine(place, file))); // .NET has the others itself

        // The face, the Model, the Engine and the sandbox each do something.
        using var script = new TemporaryScript("$null = Start-ReleaseSandbox; (Get-ReleaseImage -Path $PSScriptRoot).Name; Stop-ReleaseSandbox");
        File.WriteAllText(Path.Combine(script.Folder, "Dockerfile"), "FROM scratch\n");
        File.WriteAllText(
            Path.Combine(script.Folder, "release.json"), """{ "project": "p", "images": { "web-ui": { "dockerfile": "Dockerfile", "repository": "registry.example/web-ui" } } }""");
        var ran = await ShellProcess.RunAsync("--module", place, script.Path);
        ran.ExitCode.ShouldBe(0, ran.Error);
        ran.Lines.ShouldBe(["web-ui"]);
    }

    public void Dispose() => Directory.Delete(temporary, recursive: true);

    private static async Task PlaceAsync(string place)
    {
        var project = Path.Combine(PackagedModule.Root, "src", "ReleaseTools");
        using var msbuild = Process.Start(new ProcessStartInfo("dotnet", ["msbuild", project, "-target:PlaceModule", "-nodeReuse:false", $"-property:Place={place}", $"-property:AheadRuntime={RuntimeInformation.RuntimeIdentifier}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        var said = await msbuild.StandardOutput.ReadToEndAsync();
        await msbuild.WaitForExitAsync();
        msbuild.ExitCode.ShouldBe(0, said);
    }

    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file)).Order(StringComparer.Ordinal);

    private static bool IsCompiledAhead(string file)
    {
        using var reader = new PEReader(File.OpenRead(file));
        return reader.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0;
    }
}
