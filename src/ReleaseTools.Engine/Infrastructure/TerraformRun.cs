namespace ReleaseTools.Engine.Infrastructure;

/// <summary>A run of terraform that ended.</summary>
internal sealed record TerraformRun(int ExitCode, string Output, string Errors);

/// <summary>Why a run of terraform failed, in its own words.</summary>
internal static class TerraformDiagnostics
{
    /// <summary>The errors among the machine-readable messages, or, of a command that has none, what it wrote to its error stream.</summary>
    public static string Of(TerraformRun run)
    {
        var told = run.Output.Split('\n').Select(TerraformMessage.Parse).Select(message => message?.Error).OfType<string>().ToList();
        if (told.Count > 0)
            return string.Join(Environment.NewLine, told);
        var lines = run.Errors.Split('\n').Select(line => line.TrimStart('│', '╷', '╵', ' ').TrimEnd()).Where(line => line.Length > 0).ToList();
        var firstError = lines.FindIndex(line => line.StartsWith("Error:", StringComparison.Ordinal));
        return string.Join(Environment.NewLine, firstError < 0 ? lines : lines[firstError..]);
    }
}
