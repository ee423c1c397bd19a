using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace ReleaseTools.Hosting;

/// <summary>
/// Lets work that runs on other threads use the pipeline thread, the only one on which a cmdlet may write, ask or
/// prompt. The pipeline thread runs what is posted until the work has ended; nobody waits for a full queue.
/// </summary>
/// <remarks>
/// An action can throw: downstream wanted no more (<c>Select-Object -First</c>), <c>-ErrorAction Stop</c>, Ctrl-C. The
/// first such exception ends the work: whoever waits for a reply gets it, the work's token is cancelled, what is still
/// posted is dropped, and once the work has ended it leaves <see cref="Finish"/> as it was thrown.
/// </remarks>
internal sealed class PipelinePump : IDisposable
{
    /// <summary>
    /// How long work may go on after the user stopped it: enough to kill processes and to say what is left running.
    /// Work that has not ended by then is left behind, for a prompt that does not come back is worse; work that needs
    /// longer to end well says so by <see cref="GiveTime"/>.
    /// </summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly Channel<Action<Exception?>> actions = Channel.CreateUnbounded<Action<Exception?>>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource cancellation;
    private readonly CancellationToken userStopped;
    private readonly TimeProvider clock;
    private ExceptionDispatchInfo? failure;
    private Task? running;
    private long givenUpAt; // a timestamp of the clock; 0 while the user has not stopped

    public PipelinePump(TimeProvider clock, CancellationToken userStopped)
    {
        this.userStopped = userStopped;
        this.clock = clock;
        cancellation = CancellationTokenSource.CreateLinkedTokenSource(userStopped);
    }

    /// <summary>Cancelled when the user stops the command or the pipeline wants no more of it.</summary>
    public CancellationToken Cancelled => cancellation.Token;

    /// <summary>Runs an action on the pipeline thread some time later. After the end it does nothing.</summary>
    public void Post(Action action) => actions.Writer.TryWrite(dropped =>
    {
        if (dropped is null)
            action();
    });

    /// <summary>Runs an action on the pipeline thread even after something has failed there, as for last words and clearing up.</summary>
    /// <param name="action">Is told whether the pipeline has ended, so that a cmdlet can write no more to it.</param>
    public void PostLastWords(Action<bool> action) => actions.Writer.TryWrite(failed => action(failed is not null || userStopped.IsCancellationRequested));

    /// <summary>Lets work that the user has stopped go on for this long from now, where that is longer than it has.</summary>
    public void GiveTime(TimeSpan longest)
    {
        var until = clock.GetTimestamp() + (long)(longest.TotalSeconds * clock.TimestampFrequency);
        long before;
        do
            before = Volatile.Read(ref givenUpAt);
        while (before < until && Interlocked.CompareExchange(ref givenUpAt, until, before) != before);
    }

    /// <summary>Runs a question on the pipeline thread and brings back its answer, or the exception it threw.</summary>
    public Task<T> InvokeAsync<T>(Func<T> question)
    {
        var reply = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var posted = actions.Writer.TryWrite(dropped =>
        {
            if (dropped is not null)
            {
                reply.SetException(dropped);
                return;
            }

            try
            {
                reply.SetResult(question());
            }
            catch (Exception exception)
            {
                reply.SetException(exception);
                throw;
            }
        });
        if (!posted)
            reply.SetCanceled(CancellationToken.None);
        return reply.Task;
    }

    /// <summary>Starts the work on the thread pool and serves it on this thread until it has ended.</summary>
    /// <exception cref="OperationCanceledException">The work was cancelled, by the user or by itself.</exception>
    public void Run(Func<CancellationToken, Task> work)
    {
        Start(work);
        Finish();
    }

    /// <summary>Starts the work on the thread pool; until <see cref="Finish"/> what it posts is run by <see cref="Serve"/>.</summary>
    public void Start(Func<CancellationToken, Task> work)
    {
        running = Task.Run(() => work(Cancelled), CancellationToken.None);
        _ = CloseAfterAsync(running);
    }

    /// <summary>Runs what has been posted by now, on this thread, and waits for nothing more. Work that has failed by then is finished.</summary>
    public void Serve()
    {
        RunPosted();
        if (failure is not null || running is { IsCompleted: true, IsCompletedSuccessfully: false })
            Finish();
    }

    /// <summary>Serves the work on this thread until it has ended.</summary>
    /// <exception cref="OperationCanceledException">The work was cancelled, by the user or by itself.</exception>
    public void Finish()
    {
        // The thread that stops the command must not wait for the grace period: it only starts it.
        using var giveUp = userStopped.Register(() => _ = CloseAfterAsync(GraceAsync()));
        while (actions.Reader.WaitToReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult())
            RunPosted();

        failure?.Throw();
        if (!running!.IsCompleted)
            throw new OperationCanceledException(userStopped);
        running.GetAwaiter().GetResult();
    }

    /// <summary>Ends work that nobody will finish, as when another command of the pipeline has failed, and gives it a while to end well.</summary>
    public void Abandon()
    {
        cancellation.Cancel();
        actions.Writer.TryComplete();
        _ = Task.WhenAny(running!, Task.Delay(Grace, clock, CancellationToken.None)).GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public void Dispose() => cancellation.Dispose();

    private async Task GraceAsync()
    {
        GiveTime(Grace);
        while (clock.GetElapsedTime(clock.GetTimestamp(), Volatile.Read(ref givenUpAt)) is { Ticks: > 0 } left)
            await Task.Delay(left, clock, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task CloseAfterAsync(Task end)
    {
        await end.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        actions.Writer.TryComplete();
    }

    private void RunPosted()
    {
        while (actions.Reader.TryRead(out var action))
        {
            try
            {
                action(failure?.SourceException);
            }
            catch (Exception exception)
            {
                failure ??= ExceptionDispatchInfo.Capture(exception);
                cancellation.Cancel();
            }
        }
    }
}
