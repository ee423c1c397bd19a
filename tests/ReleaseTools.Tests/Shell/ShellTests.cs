using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ReleaseTools.Tests.Shell;

public sealed class ShellTests
{
    [Theory]
    [InlineData("exit 3", 3)]
    [InlineData("'fine'", 0)]
    [InlineData("throw 'bad'", 1)]
    [InlineData("$ErrorActionPreference = 'Stop'; Get-ReleaseSandboxCall", 1)]
    [InlineData("Get-ReleaseSandboxCall; 'goes on'", 0)]
    public async Task A_script_s_exit_code_is_the_shell_s(string text, int exitCode)
    {
        using var script = new TemporaryScript(text);

        (await ShellProcess.RunAsync(script.Path)).ExitCode.ShouldBe(exitCode);
    }

    [Theory]
    [InlineData("exit 4", 4)]
    [InlineData("1 + 1", 0)]
    [InlineData("Get-ReleaseSandboxCall", 1)]
    [InlineData("throw 'bad'", 1)]
    public async Task A_line_fails_when_its_last_command_does(string line, int exitCode) =>
        (await ShellProcess.RunAsync("-Command", line)).ExitCode.ShouldBe(exitCode);

    [Fact]
    public async Task Arguments_bind_by_name_and_by_position()
    {
        using var script = new TemporaryScript("param([string] $Tag, [switch] $Fast, [switch] $Slow, [string] $Rest) \"$Tag|$Fast|$Slow|$Rest|$PSScriptRoot\"");

        var result = await ShellProcess.RunAsync(script.Path, "-Tag", "it's", "-Fast", "-Slow:$false", "two words");

        result.Output.Trim().ShouldBe($"it's|True|False|two words|{script.Folder}");
    }

    [Fact]
    public async Task An_error_says_its_place_its_id_and_what_to_type_next()
    {
        using var script = new TemporaryScript("'first line'\nGet-ReleaseSandboxCall");

        var result = await ShellProcess.RunAsync(script.Path);

        result.Error.ShouldContain("No sandbox is running in this process.");
        result.Error.ShouldContain($"at {script.Path}:2");
        result.Error.ShouldContain("id SandboxNotRunning,");
        result.Error.ShouldContain("Start one with Start-ReleaseSandbox.");
    }

    [Fact]
    public async Task A_script_that_is_not_there_is_named_with_the_usage()
    {
        var result = await ShellProcess.RunAsync("missing.ps1");

        result.ExitCode.ShouldBe(64);
        result.Error.ShouldContain("There is no script 'missing.ps1'");
        result.Error.ShouldContain("dotnet run --project src/ReleaseTools.Shell");
    }

    [Fact]
    public async Task A_module_that_is_not_there_is_named()
    {
        var result = await ShellProcess.RunAsync("--module", "/nowhere", "-Command", "1");

        result.ExitCode.ShouldBe(64);
        result.Error.ShouldContain("There is no module at '/nowhere'");
    }

    [Fact]
    public async Task Redirected_output_bears_no_escape_sequences() =>
        (await ShellProcess.RunAsync("-Command", "Start-ReleaseSandbox -NoEnvironment; [pscustomobject]@{ A = 1 }; Stop-ReleaseSandbox")).Output.ShouldNotContain("\e");

    [Fact]
    public async Task A_question_without_a_terminal_is_an_error_that_says_what_to_pass()
    {
        var result = await ShellProcess.RunAsync("-Command", "$ConfirmPreference = 'Low'; Start-ReleaseSandbox");

        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain("-Confirm:$false");
    }

    [Fact]
    public Task Ctrl_C_stops_the_pipeline_runs_its_finally_and_exits_130() =>
        InterruptAsync("try { 'ready'; while ($true) { [Threading.Thread]::Sleep(20) } } finally { [Console]::Out.WriteLine('cleared up') }", async process =>
        {
            Kill(process.Id, Interrupt).ShouldBe(0);
            await process.WaitForExitAsync();

            (await process.StandardOutput.ReadToEndAsync()).ShouldContain("cleared up");
            process.ExitCode.ShouldBe(130);
        });

    [Fact]
    public Task Ctrl_C_that_takes_longer_says_that_a_second_one_leaves_at_once_and_it_does() =>
        InterruptAsync("try { 'ready'; while ($true) { [Threading.Thread]::Sleep(20) } } finally { [Threading.Thread]::Sleep(600000) }", async process =>
        {
            Kill(process.Id, Interrupt).ShouldBe(0);
            (await process.StandardError.ReadLineAsync())!.ShouldContain("Press Ctrl-C again");
            Kill(process.Id, Interrupt).ShouldBe(0);
            await process.WaitForExitAsync();

            process.ExitCode.ShouldBe(130);
        });

    private const int Interrupt = 2;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Runs a line that says <c>ready</c> and then goes on for ever, and the test of it; what does not end by itself is ended.</summary>
    private static async Task InterruptAsync(string line, Func<Process, Task> test)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "Signals are sent with kill, which Windows does not have.");
        using var process = ShellProcess.Start("-Command", line);
        try
        {
            (await process.StandardOutput.ReadLineAsync().WaitAsync(Limit)).ShouldBe("ready");
            await test(process).WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Within {Limit.TotalMinutes} minutes the shell did not say that it is ready, or did not end at SIGINT: was this run begun with SIGINT ignored?");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
