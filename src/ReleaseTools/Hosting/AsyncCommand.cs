using System.Management.Automation;

namespace ReleaseTools.Hosting;

/// <summary>The base of cmdlets whose work is asynchronous.</summary>
/// <remarks>
/// How a cmdlet is written:
/// <list type="number">
/// <item>Parameters, <c>[OutputType]</c> and every other public or protected signature name Model types only: PowerShell
/// reads them during the import, when the Engine cannot be loaded yet. Bodies and lambdas may use the Engine.</item>
/// <item><c>ProcessRecord</c> collects what comes down the pipeline; <c>EndProcessing</c> calls <see cref="Run"/> once,
/// so that the items are worked on together. Where each can be worked on as it comes, <see cref="Start"/> begins with the first.</item>
/// <item>Parameters, preferences and <c>SessionState</c> are read before <see cref="Run"/>. Inside it the cmdlet is not
/// touched: everything goes through the <see cref="CommandPipeline"/>.</item>
/// <item>An item that fails is written with <c>pipeline.WriteError</c> and its own record; what is thrown ends the command.</item>
/// </list>
/// </remarks>
public abstract class AsyncCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource stop = new();

    private protected AsyncCommand()
    {
    }

    /// <summary>The clock that progress is throttled by and waits are measured with.</summary>
    private protected virtual TimeProvider Clock => TimeProvider.System;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ctrl-C, called on another thread while the pipeline thread is busy.</summary>
    protected override void StopProcessing()
    {
        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself a moment ago.
        }
    }

    /// <summary>Lets go of what the cmdlet holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
            stop.Dispose();
    }

    /// <summary>
    /// Runs asynchronous work to its end while this thread, the pipeline's, writes and asks for it. What the work throws ends
    /// the command with an error record; a cancellation is silent only when the user stopped the command.
    /// </summary>
    private protected void Run(Func<CommandPipeline, CancellationToken, Task> work)
    {
        using var running = Start(work);
        running.Finish();
    }

    /// <summary>Starts asynchronous work that goes on while input still comes. It is served, finished and disposed of by the caller.</summary>
    /// <inheritdoc cref="Run"/>
    private protected RunningWork Start(Func<CommandPipeline, CancellationToken, Task> work)
    {
        var pump = new PipelinePump(Clock, stop.Token);
        var pipeline = new CommandPipeline(this, pump, new ProgressBoard(Clock));
        return new RunningWork(pump, RunAsync, Ended);

        async Task RunAsync(CancellationToken cancelled)
        {
            try
            {
                await work(pipeline, cancelled).ConfigureAwait(false);
            }
            finally
            {
                pipeline.CompleteProgress();
            }
        }
    }

    /// <summary>Ends the command for an exception of its work, or gives back what is to be thrown.</summary>
    private PipelineStoppedException? Ended(Exception exception)
    {
        if (exception is OperationCanceledException && stop.IsCancellationRequested)
            return new PipelineStoppedException();
        ThrowTerminatingError(ErrorRecords.From(exception));
        return null;
    }
}
