using System.Runtime.InteropServices;

namespace ReleaseTools.Shell;

/// <summary>Makes Ctrl-C and SIGTERM stop the pipeline, so that cmdlets clear up. A second one ends the process at once.</summary>
internal sealed class StopSignals : IDisposable
{
    // Most commands end sooner, and then there is nothing to say.
    private static readonly TimeSpan WithoutAWord = TimeSpan.FromSeconds(1);

    private readonly ShellSession session;
    private readonly Timer word;
    private readonly PosixSignalRegistration interrupt;
    private readonly PosixSignalRegistration terminate;
    private int code;

    public StopSignals(ShellSession session, ShellConsole console)
    {
        this.session = session;
        word = new Timer(
            _ => console.WriteErrorLine("Stopping. Press Ctrl-C again to leave now, and what has not ended to itself.", AnsiColor.Yellow),
            state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
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
        word.Dispose();
    }

    private void Stop(PosixSignalContext context, int exitCode)
    {
        if (Interlocked.CompareExchange(ref code, exitCode, 0) != 0)
            return;
        context.Cancel = true;
        word.Change(WithoutAWord, Timeout.InfiniteTimeSpan);
        session.Stop();
    }
}
