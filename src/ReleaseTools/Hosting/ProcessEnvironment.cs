using System.Collections;

namespace ReleaseTools.Hosting;

/// <summary>The process environment, handed to the Engine, which does not read it itself.</summary>
internal static class ProcessEnvironment
{
    /// <summary>The environment as it is now. Names are compared as the platform does.</summary>
    public static IReadOnlyDictionary<string, string> Read()
    {
        var variables = new Dictionary<string, string>(OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            variables[(string)variable.Key] = (string?)variable.Value ?? string.Empty;
        return variables;
    }
}
