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

    protected override void EndProcessing() =>
        Run((Func<CommandPipeline, CancellationToken, Task>)(Work is PSObject wrapped ? wrapped.BaseObject : Work));
}
