using System.Management.Automation.Host;
using System.Text;
using ReleaseTools.Engine.Images.Scans;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Hosting;

/// <summary>
/// The text of records: what <c>ReleaseTools.Format.ps1xml</c> shows, and what is announced during a release. It is public
/// only because script blocks of views can call nothing else.
/// </summary>
public static class ViewText
{
    private const int DefaultWidth = 120;
    private const int LeastWidth = 40;
    private const int MostFindings = 10;

    /// <summary>A duration; nothing for zero.</summary>
    public static string Duration(TimeSpan duration) => duration == TimeSpan.Zero ? string.Empty : Words.Duration(duration);

    /// <summary>A size; nothing for none.</summary>
    public static string Size(long? bytes) => bytes is null or 0 ? string.Empty : Words.Size(bytes.Value);

    /// <summary>A digest, shortened; nothing for none.</summary>
    public static string Digest(string? digest) => digest is null ? string.Empty : Words.Digest(digest);

    /// <summary>What a service runs, or is to run: of a rollout that did not succeed never the digest that it was to bring.</summary>
    public static string Digest(ServiceRollout rollout) => rollout.Status is RolloutStatus.Planned or RolloutStatus.InProgress or RolloutStatus.Verified or RolloutStatus.Deployed
        ? Digest(rollout.Digest) is { Length: > 0 } digest ? digest : Digests(rollout.RunningDigests)
        : Digests(rollout.RunningDigests);

    /// <summary>Digests, shortened; nothing for none.</summary>
    public static string Digests(IReadOnlyList<string> digests) => string.Join(", ", digests.Select(Digest));

    /// <summary>A task in the list of its rollout: how it ended, and what it logged last; nothing for none.</summary>
    public static string Of(ReleaseTask? task) => task is null
        ? string.Empty
        : $"{task.Status}: {task.Reason}{string.Concat(task.LogLines.Select(line => $"\n  {line}"))}";

    /// <summary>A scan: how it stands, how much it found, and the worst of it; nothing for none.</summary>
    public static string Scan(ImageScan? scan) => scan switch
    {
        null => string.Empty,
        { Status: ImageScanStatus.Complete } => $"Complete: {Found(scan)}",
        { Findings.Count: 0 } => $"{scan.Status}: {scan.Description}",
        _ => $"{scan.Status}: {scan.Description}\n  {Found(scan)}",
    };

    /// <summary>How much a scan found, and the worst of it.</summary>
    public static string Found(ImageScan scan) => ScanText.Counts(scan.Findings) + ScanText.Lines(scan.Findings, MostFindings);

    /// <summary>A plan on the host's screen.</summary>
    public static string Of(ReleasePlan plan, PSHost host) => Of(plan, WidthOf(host));

    /// <summary>A release on the host's screen.</summary>
    public static string Of(Release release, PSHost host) => Of(release, WidthOf(host));

    /// <summary>A plan: what is done to what, and why.</summary>
    public static string Of(ReleasePlan plan, int width)
    {
        var table = new TextTable("Stage", "Name", "Action", "Reason");
        foreach (var step in plan.Steps)
            table.Add(step.Stage.ToString(), step.Name, step.Action.ToString(), InTable(step.Reason));

        var text = new StringBuilder("Plan of release ").AppendLine(Head(plan.Project, plan.Tag, plan.Region, plan.Account)).AppendLine();
        table.WriteTo(text, width);
        return text.ToString().TrimEnd();
    }

    /// <summary>A release: what became of each step and each service, and after a failure what to type next.</summary>
    public static string Of(Release release, int width)
    {
        var text = new StringBuilder("Release ").Append(Head(release.Project, release.Tag, release.Region, release.Account))
            .Append(": ").Append(release.Status).Append(" in ").AppendLine(Words.Duration(release.Duration)).AppendLine();
        WriteSteps(text, release, width);
        WriteServices(text, release.Services, width);
        WriteFailure(text, release, width);
        return text.ToString().TrimEnd();
    }

    /// <summary>How wide the host's screen is; 120 columns where it has none.</summary>
    internal static int WidthOf(PSHost host)
    {
        try
        {
            // The formatter leaves the last column free.
            return host.UI?.RawUI?.BufferSize.Width is { } width and > 0 ? Math.Max(width - 1, LeastWidth) : DefaultWidth;
        }
        catch (Exception noScreen) when (noScreen is HostException or IOException or NotImplementedException or NotSupportedException)
        {
            return DefaultWidth;
        }
    }

    private static string Head(string project, string tag, string? region, string? account)
    {
        var where = string.Join(", ", new[] { region, account is null ? null : $"account {account}" }.OfType<string>());
        return where.Length == 0 ? $"{project} {tag}" : $"{project} {tag} to {where}";
    }

    private static void WriteSteps(StringBuilder text, Release release, int width)
    {
        var table = new TextTable("Stage", "Name", "Action", "Status", "Took", "Reason");
        foreach (var step in release.Steps)
            table.Add(step.Stage.ToString(), step.Name, step.Action.ToString(), step.Status.ToString(), Duration(step.Duration), InTable(step.Reason));
        table.WriteTo(text, width);
    }

    private static void WriteServices(StringBuilder text, IReadOnlyList<ServiceRollout> services, int width)
    {
        if (services.Count == 0)
            return;
        var table = new TextTable("Service", "Status", "Running", "Digest");
        foreach (var service in services)
            table.Add(service.Service, service.Status.ToString(), $"{service.RunningCount} of {service.DesiredCount}", Digest(service));
        table.WriteTo(text.AppendLine(), width);
    }

    private static void WriteFailure(StringBuilder text, Release release, int width)
    {
        var stopped = release.Services.Where(service => service.StoppedTasks.Count > 0).Select(service => $"{service.Service}: {ProgressText.Of(Telling(service.StoppedTasks))}");
        var next = release.NextCommand is null ? null : $"Next: {release.NextCommand}";
        var reason = release.Steps.Any(step => $"{step.Id}: {step.Reason}" == release.Reason) ? null : release.Reason;
        foreach (var paragraph in new[] { reason }.Concat(stopped).Append(next).OfType<string>())
        {
            text.AppendLine();
            foreach (var line in TextWrap.Lines(paragraph, width))
                text.AppendLine(line);
        }
    }

    // A service that cannot start stops one task after the other, all for the same reason; the last that left a log tells most.
    private static StoppedTask Telling(IReadOnlyList<StoppedTask> tasks) => tasks.LastOrDefault(task => task.LogLines.Count > 0) ?? tasks[^1];

    // Reasons are sentences; the last full stop of a cell says nothing.
    private static string InTable(string? reason) => reason is null ? string.Empty : reason.EndsWith("...", StringComparison.Ordinal) ? reason : reason.TrimEnd('.');
}
