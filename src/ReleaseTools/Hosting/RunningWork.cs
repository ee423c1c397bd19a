using System.Management.Automation;

namespace ReleaseTools.Hosting;

/// <summary>
/// Asynchronous work of a command, begun while input still comes: what downstream does with the first items need not wait for
/// the last. Called on the pipeline thread.
/// </summary>
internal sealed class RunningWork : IDisposable
{
    private readonly PipelinePump pump;
    private readonly Func<Exception, Exception?> ended;
    private bool isFinished;

    /// <summary>Starts work.</summary>
    /// <param name="pump">What serves it.</param>
    /// <param name="work">The work.</param>
    /// <param name="ended">What becomes of an exception that ended it; the exception itself when null.</param>
    public RunningWork(PipelinePump pump, Func<CancellationToken, Task> work, Func<Exception, Exception?> ended)
    {
        this.pump = pump;
        this.ended = ended;
        pump.Start(work);
    }

    /// <summary>Writes what the work wants written by now.</summary>
    public void Serve() => Do(pump.Serve);

    /// <summary>Waits for the work's end.</summary>
    public void Finish()
    {
        Do(pump.Finish);
        isFinished = true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!isFinished)
            pump.Abandon();
        pump.Dispose();
    }

    private void Do(Action serve)
    {
        try
        {
            serve();
        }
        catch (Exception exception) when (exception is not (PipelineStoppedException or RuntimeException))
        {
            isFinished = true;
            if (ended(exception) is { } other)
                throw other;
            throw;
        }
    }
}
