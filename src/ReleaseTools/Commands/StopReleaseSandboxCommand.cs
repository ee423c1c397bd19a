using System.Management.Automation;
using ReleaseTools.Hosting;

namespace ReleaseTools.Commands;

/// <summary>Stops a sandbox and puts the environment back as it was before it was started.</summary>
[Cmdlet(VerbsLifecycle.Stop, "ReleaseSandbox", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class StopReleaseSandboxCommand : SandboxCommand
{
    /// <inheritdoc/>
    protected override void Process()
    {
        var running = FindSandbox();
        if (ShouldProcess(running.Record.EndpointUrl.ToString(), "Stop the sandbox"))
            running.Stop();
    }
}
