using System.Management.Automation;
using ReleaseTools.Hosting;

namespace ReleaseTools.Tests.Hosting;

/// <summary>Runs asynchronous work in the command that tests define.</summary>
internal sealed class WorkSession : IDisposable
{
    private readonly PowerShellSession session = new(("Invoke-Work", typeof(WorkCommand)));

    public RecordingHost Host => session.Host;

    /// <summary>A pipeline that runs the work by <paramref name="script"/>, in which <c>$args[0]</c> is the work and <c>$args[1]</c> the clock.</summary>
    public PowerShell Start(Func<CommandPipeline, CancellationToken, Task> work, string script = "try { Invoke-Work $args[0] -Time $args[1] } catch { throw }", TimeProvider? clock = null) =>
        session.Start(script).AddArgument(work).AddArgument(clock ?? TimeProvider.System);

    public void Dispose() => session.Dispose();
}
