using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace ReleaseTools.Shell;

/// <summary>A runspace with the module, and the one pipeline that runs in it.</summary>
internal sealed class ShellSession : IDisposable
{
    private readonly ShellConsole console;
    private readonly ShellHost host;
    private readonly Runspace runspace;
    private readonly PowerShell pipeline;

    public ShellSession(ShellConsole console)
    {
        this.console = console;
        host = new ShellHost(console);
        var state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
            state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.RemoteSigned;
        runspace = RunspaceFactory.CreateRunspace(host, state);
        runspace.Open();
        pipeline = PowerShell.Create(runspace);
    }

    /// <summary>Imports the module and runs a script; answers the exit code.</summary>
    public int Run(string module, string script)
    {
        try
        {
            Invoke(ps => ps.AddCommand("Import-Module").AddParameter("Name", module).AddParameter("ErrorAction", ActionPreference.Stop));
            Invoke(ps => ps.AddScript(script).AddCommand("Out-Default"));
            return host.ExitCode ?? 0;
        }
        catch (PipelineStoppedException)
        {
            return ExitCode.Error;
        }
        catch (RuntimeException exception)
        {
            console.WriteError(exception.ErrorRecord);
            return ExitCode.Error;
        }
        finally
        {
            console.ClearProgress();
        }
    }

    /// <summary>Stops what runs, from another thread, without waiting for it.</summary>
    public void Stop() => pipeline.BeginStop(callback: null, state: null);

    /// <inheritdoc/>
    public void Dispose()
    {
        pipeline.Dispose();
        runspace.Dispose();
        console.ClearProgress();
    }

    private void Invoke(Action<PowerShell> add)
    {
        pipeline.Commands.Clear();
        pipeline.Streams.ClearStreams();
        pipeline.Streams.Error.DataAdding += ShowError;
        add(pipeline);
        try
        {
            pipeline.Invoke();
        }
        finally
        {
            pipeline.Streams.Error.DataAdding -= ShowError;
        }
    }

    private void ShowError(object? sender, DataAddingEventArgs adding) => console.WriteError((ErrorRecord)adding.ItemAdded);
}
