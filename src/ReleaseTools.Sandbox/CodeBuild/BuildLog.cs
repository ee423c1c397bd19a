using System.Globalization;

namespace ReleaseTools.Sandbox.CodeBuild;

/// <summary>The lines that CodeBuild itself writes into a build's log.</summary>
internal static class BuildLog
{
    /// <summary>What stands before each of them.</summary>
    public static string Prefix(DateTimeOffset at) => $"[Container] {at.ToString("yyyy/MM/dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture)} ";

    /// <summary>The lines at a phase's beginning.</summary>
    public static string[] Entering(BuildPhase phase) => phase.Type is "DOWNLOAD_SOURCE"
        ? [Prefix(phase.StartTime) + "Running on CodeBuild On-demand", Prefix(phase.StartTime) + "Phase is DOWNLOAD_SOURCE"]
        : [Prefix(phase.StartTime) + "Entering phase " + phase.Type];

    /// <summary>The lines at its end.</summary>
    public static string[] Complete(BuildPhase phase) =>
    [
        $"{Prefix(phase.EndTime!.Value)}Phase complete: {phase.Type} State: {phase.Status}",
        $"{Prefix(phase.EndTime!.Value)}Phase context status code: {phase.StatusCode} Message: {phase.Message}",
    ];
}
