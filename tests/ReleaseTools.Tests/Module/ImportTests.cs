using System.Diagnostics;
using System.Globalization;
using ReleaseTools.Tests.Shell;

namespace ReleaseTools.Tests.Module;

/// <summary>Imports in fresh processes, where nothing has been loaded by other tests.</summary>
public sealed class ImportTests(ITestOutputHelper output)
{
    private const string Loaded =
        "[AppDomain]::CurrentDomain.GetAssemblies() | ForEach-Object { $_.GetName().Name } | Where-Object { $_ -match '^(AWSSDK|Docker|CliWrap|ReleaseTools\\.)' }";

    [Fact]
    public async Task An_import_loads_the_model_and_nothing_of_what_is_behind_it()
    {
        var result = await ShellProcess.RunAsync("-Command", Loaded);

        result.Lines.Where(name => name != "ReleaseTools.Shell").ShouldBe(["ReleaseTools.Model"]);
    }

    [Fact]
    public async Task Importing_again_and_by_force_leaves_commands_that_work()
    {
        var import = $"Import-Module '{PackagedModule.Manifest}'";

        var result = await ShellProcess.RunAsync(
            "-Command", $"{import}; {import} -Force; (Start-ReleaseSandbox).Region; {import} -Force; (Start-ReleaseSandbox).Region; (Get-Module ReleaseTools).ExportedCmdlets.Count -gt 3");

        result.Error.ShouldBeEmpty();
        result.Lines.ShouldBe(["eu-west-1", "eu-west-1", "True"]);
    }

    [Fact]
    public async Task Removing_the_module_stops_its_sandbox_and_restores_the_environment()
    {
        var result = await ShellProcess.RunAsync(
            "-Command",
            """
            $env:AWS_PROFILE = 'mine'
            $url = (Start-ReleaseSandbox).EndpointUrl
            "$env:AWS_PROFILE|$env:AWS_REGION|$($env:AWS_ENDPOINT_URL -eq "$url".TrimEnd('/'))"
            Remove-Module ReleaseTools
            "$env:AWS_PROFILE|$env:AWS_REGION|$env:AWS_ENDPOINT_URL"
            try { [Net.Sockets.TcpClient]::new($url.Host, $url.Port).Dispose(); 'still listens' } catch { 'stopped' }
            """);

        result.Lines.ShouldBe(["|eu-west-1|True", "mine||", "stopped"]);
    }

    [Fact]
    public async Task The_time_an_import_takes_is_measured()
    {
        var result = await ShellProcess.RunAsync(
            "-Command",
            $"Remove-Module ReleaseTools; $watch = [Diagnostics.Stopwatch]::StartNew(); Import-Module '{PackagedModule.Manifest}'; $watch.Elapsed.TotalMilliseconds.ToString('0.0', [cultureinfo]::InvariantCulture)");
        var again = double.Parse(result.Output.Trim(), CultureInfo.InvariantCulture);

        var watch = Stopwatch.StartNew();
        await ShellProcess.RunAsync("-Command", "1");

        output.WriteLine($"import in a fresh process, assembly mapped: {again:0.0} ms; the shell from start to end with one import: {watch.ElapsedMilliseconds} ms");
        again.ShouldBeGreaterThan(0);
    }
}
