using System.Runtime.InteropServices;

namespace ReleaseTools.Shell;

/// <summary>Makes Ctrl-C and SIGTERM stop the pipeline, so that cmdlets clear up. A second one ends the process at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly ShellSession session;
    private readonly PosixSignalRegistration interrupt;
    private readonly PosixSignalRegistration terminate;
    private int code;

    public StopSignals(ShellSession session)
    {
        this.session = session;
        interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, Shell.ExitCode.Interrupted));
        terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, Shell.ExitCode.Terminated));
    }

    /// <summary>The code to exit with; null when no signal came.</summary>
    public int? ExitCode => Volatile.Read(ref code) is var stopped and not 0 ? stopped : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        interrupt.Dispose();
        terminate.Dispose();
    }

    private void Stop(PosixSignalContext context, int exitCode)
    {
        if (Interlocked.CompareExchange(ref code, exitCode, 0) != 0)
            return;
        context.Cancel = true;
        session.Stop();
    }
}
