using System.Management.Automation;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Hosting;

/// <summary>The base of cmdlets on a running sandbox.</summary>
public abstract class SandboxCommand : PSCmdlet
{
    private protected SandboxCommand()
    {
    }

    /// <summary>The sandbox, as Start-ReleaseSandbox gave it; the one the process points at when left out.</summary>
    [Parameter(ValueFromPipeline = true)]
    public ReleaseSandbox? Sandbox { get; set; }

    /// <inheritdoc/>
    protected sealed override void ProcessRecord()
    {
        try
        {
            Process();
        }
        catch (ReleaseException exception)
        {
            ThrowTerminatingError(ErrorRecords.From(exception));
        }
    }

    /// <summary>The running sandbox that <see cref="Sandbox"/> stands for.</summary>
    private protected RunningSandbox FindSandbox() => RunningSandbox.Find(Sandbox);

    /// <summary>Does the cmdlet's work for one sandbox.</summary>
    protected abstract void Process();
}
