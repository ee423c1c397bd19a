using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.Ecr;

/// <summary>Keeps scans between runs.</summary>
internal static class ScanState
{
    /// <summary>A scan as JSON.</summary>
    public static JsonObject Saved(string digest, StoredScan scan) => new()
    {
        ["digest"] = digest,
        ["startedAt"] = AnswerJson.Stamp(scan.StartedAt),
        ["showsAt"] = AnswerJson.Stamp(scan.ShowsAt),
        ["endsAt"] = AnswerJson.Stamp(scan.EndsAt),
        ["isEnhanced"] = scan.IsEnhanced,
        ["isContinuous"] = scan.IsContinuous,
        ["outcome"] = scan.Outcome.ToString(),
        ["reason"] = scan.Reason,
        ["findings"] = scan.Findings.Select(Saved).ToJsonArray(),
    };

    /// <summary>The scan that <see cref="Saved(string, StoredScan)"/> wrote.</summary>
    public static StoredScan Loaded(JsonObject saved) => new(
        saved.Stamped("startedAt"),
        saved.Stamped("showsAt"),
        saved.Stamped("endsAt"),
        saved.Flag("isEnhanced") ?? false,
        saved.Flag("isContinuous") ?? false,
        Enum.Parse<ScanOutcome>(saved.Text("outcome")!),
        saved.Text("reason"),
        [.. saved.Structures("findings").Select(LoadedFinding)]);

    private static JsonObject Saved(ImageFinding finding) => new()
    {
        ["name"] = finding.Name,
        ["severity"] = finding.Severity.ToString(),
        ["package"] = finding.Package,
        ["fixedIn"] = finding.FixedIn,
        ["uri"] = finding.Uri,
    };

    private static ImageFinding LoadedFinding(JsonObject saved) => new()
    {
        Name = saved.Text("name")!,
        Severity = Enum.Parse<FindingSeverity>(saved.Text("severity")!),
        Package = saved.Text("package"),
        FixedIn = saved.Text("fixedIn"),
        Uri = saved.Text("uri"),
    };
}
