using System.Management.Automation;
using ReleaseTools.Hosting;
using ReleaseTools.Sandbox;

namespace ReleaseTools.Commands;

/// <summary>Scripts something to go wrong in a sandbox.</summary>
[Cmdlet(VerbsCommon.Add, "ReleaseSandboxFault", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class AddReleaseSandboxFaultCommand : SandboxCommand
{
    /// <summary>What goes wrong.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public SandboxFaultKind Kind { get; set; }

    /// <summary>The service whose calls it befalls, such as <c>ecs</c>; any when left out.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SandboxServiceCompleter))]
    public string? Service { get; set; }

    /// <summary>The operation it befalls, such as <c>UpdateService</c>; any when left out.</summary>
    [Parameter]
    public string? Operation { get; set; }

    /// <summary>
    /// What it befalls; anything when left out: an ECS service (or, for TaskCrash, the digest of an image that a service runs),
    /// <c>family:&lt;task definition family&gt;</c> for tasks that are run once, an endpoint, a repository or a CodeBuild project.
    /// </summary>
    [Parameter(Position = 1)]
    public string? Target { get; set; }

    /// <summary>How many times it happens: to so many tasks, updates, builds, scans or calls; 0 is without end.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Count { get; set; } = 1;

    /// <summary>For Throttle: how many calls a second each operation may get; only those beyond are throttled. All of them when left out.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? CallsPerSecond { get; set; }

    /// <summary>How late the answer is, how long after its start a task crashes, or how much longer a scan takes.</summary>
    [Parameter]
    public TimeSpan Delay { get; set; }

    /// <summary>The exit code of a crash.</summary>
    [Parameter]
    public int ExitCode { get; set; } = 1;

    /// <summary>The build phase that fails.</summary>
    [Parameter]
    [ValidateSet("DOWNLOAD_SOURCE", "INSTALL", "PRE_BUILD", "BUILD", "POST_BUILD")]
    public string Phase { get; set; } = "BUILD";

    /// <summary>The reason AWS gives; a usual one when left out.</summary>
    [Parameter]
    public string? Reason { get; set; }

    /// <summary>Lines that the crashing container, the failing build or the instances of a failing update write to their log.</summary>
    [Parameter]
    public string[] LogLine { get; set; } = [];

    /// <summary>What a scan finds, such as <c>@{ Name = 'CVE-2024-3094'; Severity = 'Critical'; Package = 'xz-utils 5.6.0' }</c>; a usual vulnerability when left out.</summary>
    [Parameter]
    public ImageFinding[] Finding { get; set; } = [];

    /// <inheritdoc/>
    protected override void Process()
    {
        var running = FindSandbox();
        if (!ShouldProcess(running.Record.EndpointUrl.ToString(), $"Add fault {Kind}"))
            return;
        WarnOfNothingThere(running.Server.FaultTargets(Kind));
        running.Server.Faults.Add(new SandboxFault
        {
            Kind = Kind,
            Service = Service,
            Operation = Operation,
            Target = Target,
            Count = Count is 0 ? null : Count,
            CallsPerSecond = CallsPerSecond,
            Delay = Delay,
            ExitCode = ExitCode,
            Phase = Phase,
            Reason = Reason,
            LogLines = LogLine,
            Findings = Finding,
        });
    }

    // Not an error: what is not there yet may be made. A digest is of an image that may be yet to come.
    private void WarnOfNothingThere(IReadOnlyList<string> there)
    {
        if (Target is not null && there.Count > 0 && !there.Contains(Target, StringComparer.Ordinal) && !(Kind == SandboxFaultKind.TaskCrash && Target.StartsWith("sha256:", StringComparison.Ordinal)))
            WriteWarning($"Nothing that {Kind} can befall is called '{Target}' now; there are {string.Join(", ", there)}.");
    }
}
