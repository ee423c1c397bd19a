using System.Management.Automation;
using System.Text;

namespace ReleaseTools.Shell;

/// <summary>An error as it is shown: who says it, what, where, its id, and what to type next.</summary>
internal static class ErrorText
{
    public static string Of(ErrorRecord record)
    {
        var invocation = record.InvocationInfo;
        var text = new StringBuilder();
        if (invocation?.MyCommand is { Name: { Length: > 0 } command })
            text.Append(command).Append(": ");
        text.Append(record.ErrorDetails?.Message ?? record.Exception.Message);
        if (invocation is { ScriptLineNumber: > 0, ScriptName: { Length: > 0 } script })
            text.AppendLine().Append($"  at {script}:{invocation.ScriptLineNumber}");
        text.AppendLine().Append($"  id {record.FullyQualifiedErrorId} ({record.CategoryInfo.Category})");
        if (record.ErrorDetails?.RecommendedAction is { Length: > 0 } action)
            text.AppendLine().Append($"  {action}");
        return text.ToString();
    }
}
