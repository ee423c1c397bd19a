using System.Management.Automation;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Hosting;
using ReleaseTools.Sandbox;

namespace ReleaseTools.Commands;

/// <summary>Starts a stand-in for AWS on this machine and points this process at it.</summary>
[Cmdlet(VerbsLifecycle.Start, "ReleaseSandbox", SupportsShouldProcess = true)]
[OutputType(typeof(ReleaseSandbox))]
public sealed class StartReleaseSandboxCommand : PSCmdlet
{
    /// <summary>The TCP port on 127.0.0.1; a free one when left out.</summary>
    [Parameter]
    [ValidateRange(0, 65535)]
    public int Port { get; set; }

    /// <summary>The region it plays.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Region { get; set; } = "eu-west-1";

    /// <summary>The account it plays.</summary>
    [Parameter]
    [ValidatePattern("^[0-9]{12}$")]
    public string Account { get; set; } = "000000000000";

    /// <summary>How many times faster than the wall clock its time runs.</summary>
    [Parameter]
    [ValidateRange(0.01, 100_000d)]
    public double TimeScale { get; set; } = 1;

    /// <summary>The directory that keeps its state between runs; without one nothing is kept.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? StatePath { get; set; }

    /// <summary>A file of AWS calls with which an empty sandbox is filled.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SeedPath { get; set; }

    /// <summary>The directory that its CodeBuild takes for the source of builds.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Workspace { get; set; }

    /// <summary>Leaves the environment alone: nothing is sent to this sandbox unless it is told to.</summary>
    [Parameter]
    public SwitchParameter NoEnvironment { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            if (!NoEnvironment)
                RunningSandbox.EnsureNoneIsPointedAt();
            var options = Options();
            if (ShouldProcess(NoEnvironment ? "a sandbox" : "a sandbox and the AWS_ variables of this process", "Start"))
                WriteObject(Start(options).Record);
        }
        catch (ReleaseException exception)
        {
            ThrowTerminatingError(ErrorRecords.From(exception));
        }
    }

    private SandboxOptions Options() => new()
    {
        Port = Port,
        Region = Region,
        Account = Account,
        Clock = TimeScale is 1 ? TimeProvider.System : new ScaledTimeProvider(TimeScale),
        StatePath = FullPath(StatePath),
        SeedPath = ExistingFile(FullPath(SeedPath)),
        Workspace = FullPath(Workspace),
    };

    private RunningSandbox Start(SandboxOptions options)
    {
        try
        {
            var running = RunningSandbox.Start(options, TimeScale, CurrentRunspace.Id, pointAtIt: !NoEnvironment);
            if (!NoEnvironment && GetVariableValue("StoredAWSCredentials") is not null)
                WriteWarning("$StoredAWSCredentials is set and goes before the environment; calls signed with it are refused by the sandbox.");
            return running;
        }
        catch (SandboxStartException exception)
        {
            throw exception.Problem switch
            {
                SandboxStartProblem.StateUnreadable => Failed(exception, nameof(Messages.SandboxStateUnreadable), ErrorKind.InvalidState, options.StatePath),
                SandboxStartProblem.StateInUse => Failed(exception, nameof(Messages.SandboxStateInUse), ErrorKind.InvalidState, options.StatePath),
                SandboxStartProblem.SeedInvalid => Failed(exception, nameof(Messages.SandboxSeedInvalid), ErrorKind.InvalidArgument, options.SeedPath),
                _ => Failed(exception, nameof(Messages.SandboxPortUnavailable), ErrorKind.Connection, Port),
            };
        }
    }

    private static ReleaseException Failed(SandboxStartException exception, string id, ErrorKind kind, object? target) =>
        ReleaseException.Wrap(exception, id, kind, target, exception.Message);

    private string? FullPath(string? path) => path is null ? null : GetUnresolvedProviderPathFromPSPath(path);

    private static string? ExistingFile(string? path) => path is null || File.Exists(path)
        ? path
        : throw ReleaseException.For(nameof(Messages.SandboxPathNotFound), ErrorKind.NotFound, path, path);
}
