using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace ReleaseTools.Tests;

/// <summary>A runspace with the packaged module, and with cmdlets that tests define.</summary>
internal sealed class PowerShellSession : IDisposable
{
    private readonly Runspace runspace;

    public PowerShellSession(params (string Name, Type Type)[] cmdlets)
    {
        var state = InitialSessionState.CreateDefault2();
        foreach (var (name, type) in cmdlets)
            state.Commands.Add(new SessionStateCmdletEntry(name, type, helpFileName: null));
        runspace = RunspaceFactory.CreateRunspace(Host, state);
        runspace.Open();
        Run($"Import-Module '{PackagedModule.Manifest}' -ErrorAction Stop");
    }

    public RecordingHost Host { get; } = new();

    /// <summary>Runs a script to its end.</summary>
    public IReadOnlyList<PSObject> Run(string script)
    {
        using var pipeline = Start(script);
        return [.. pipeline.Invoke()];
    }

    /// <summary>A pipeline to be started, stopped and looked into by the test.</summary>
    public PowerShell Start(string script)
    {
        var pipeline = PowerShell.Create(runspace);
        pipeline.AddScript(script);
        return pipeline;
    }

    public void Dispose() => runspace.Dispose();
}
