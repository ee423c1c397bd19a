using System.Management.Automation;
using System.Text;

namespace ReleaseTools.Shell;

/// <summary>The activities in progress as lines at the bottom of a terminal, children under their parents.</summary>
internal sealed class ProgressLines
{
    private const int MostLines = 12;

    private readonly List<(long Source, ProgressRecord Record)> activities = [];
    private int drawn;

    /// <summary>Takes in a record.</summary>
    public void Update(long source, ProgressRecord record)
    {
        var index = activities.FindIndex(activity => activity.Source == source && activity.Record.ActivityId == record.ActivityId);
        if (record.RecordType == ProgressRecordType.Completed)
        {
            // A completion by another source happens when a stopped command's last words go through the host.
            activities.RemoveAll(activity => activity.Record.ActivityId == record.ActivityId && (activity.Source == source || source == 0));
        }
        else if (index >= 0)
        {
            activities[index] = (source, record);
        }
        else
        {
            activities.Add((source, record));
        }
    }

    /// <summary>Forgets all.</summary>
    public void Clear() => activities.Clear();

    /// <summary>What takes the lines drawn off the terminal.</summary>
    public string Erasing()
    {
        if (drawn == 0)
            return string.Empty;
        var text = $"\e[{drawn}A\r\e[J";
        drawn = 0;
        return text;
    }

    /// <summary>What draws the lines.</summary>
    public string Drawing(int width)
    {
        var lines = Under(parent: null, depth: 0).Take(MostLines).ToList();
        drawn = lines.Count;
        var text = new StringBuilder();
        foreach (var line in lines)
            text.Append(line.Length < width ? line : line[..(width - 1)]).Append('\n');
        return text.ToString();
    }

    private IEnumerable<string> Under(ProgressRecord? parent, int depth)
    {
        foreach (var (_, record) in activities.ToList())
        {
            var isChild = parent is null
                ? !activities.Exists(other => other.Record.ActivityId == record.ParentActivityId)
                : record.ParentActivityId == parent.ActivityId;
            if (!isChild || depth > MostLines)
                continue;
            yield return Line(record, depth);
            foreach (var line in Under(record, depth + 1))
                yield return line;
        }
    }

    private static string Line(ProgressRecord record, int depth)
    {
        var percent = record.PercentComplete >= 0 ? $"{record.PercentComplete,3}% " : string.Empty;
        return $"{new string(' ', 2 * depth)}{record.Activity}  {percent}{record.StatusDescription}".ReplaceLineEndings(" ").TrimEnd();
    }
}
