using System.Management.Automation;
using ReleaseTools.Hosting;

namespace ReleaseTools.Tests.Hosting;

/// <summary>A cmdlet whose asynchronous work a test provides.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "Work", SupportsShouldProcess = true)]
public sealed class WorkCommand : AsyncCommand
{
    [Parameter(Mandatory = true, Position = 0)]
    public object Work { get; set; } = null!;

    [Parameter]
    public TimeProvider Time { get; set; } = TimeProvider.System;

    private protected override TimeProvider Clock => Time;

    /// <summary>Input; with it the work begins at the first item and goes on while more come.</summary>
    [Parameter(ValueFromPipeline = true)]
    public object? Item { get; set; }

    private RunningWork? running;

    protected override void ProcessRecord()
    {
        if (Item is null)
            return;
        running ??= Start(Given);
        running.Serve();
    }

    protected override void EndProcessing()
    {
        if (running is null)
            Run(Given);
        else
            running.Finish();
    }

    protected override void Dispose(bool disposing)
    {
        running?.Dispose();
        base.Dispose(disposing);
    }

    private Func<CommandPipeline, CancellationToken, Task> Given => (Func<CommandPipeline, CancellationToken, Task>)(Work is PSObject wrapped ? wrapped.BaseObject : Work);
}
