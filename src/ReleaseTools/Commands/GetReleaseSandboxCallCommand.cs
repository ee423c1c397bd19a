using System.Management.Automation;
using ReleaseTools.Hosting;

namespace ReleaseTools.Commands;

/// <summary>Lists the calls that a sandbox got, in order.</summary>
[Cmdlet(VerbsCommon.Get, "ReleaseSandboxCall")]
[OutputType(typeof(ReleaseSandboxCall))]
public sealed class GetReleaseSandboxCallCommand : SandboxCommand
{
    /// <summary>Only calls of these services, such as <c>ecs</c> or <c>registry</c>; wildcards are permitted.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SandboxServiceCompleter))]
    public string[] Service { get; set; } = [];

    /// <summary>Only these operations, such as <c>Update*</c>; wildcards are permitted.</summary>
    [Parameter(Position = 1)]
    [SupportsWildcards]
    public string[] Operation { get; set; } = [];

    /// <summary>Only calls after the one with this number.</summary>
    [Parameter]
    [ValidateRange(0, long.MaxValue)]
    public long After { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var services = Wildcards.Of(Service);
        var operations = Wildcards.Of(Operation);
        var calls = FindSandbox().Server.Calls;
        WriteObject(calls.Where(call => call.Number > After && services.Fit(call.Service) && operations.Fit(call.Operation)), enumerateCollection: true);
    }
}
