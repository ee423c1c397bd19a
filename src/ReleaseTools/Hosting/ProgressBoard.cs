using System.Management.Automation;

namespace ReleaseTools.Hosting;

/// <summary>
/// The activities a command shows at this moment. Drawing a progress record is slow and blocks the pipeline thread, so
/// an activity is let through five times a second at most, here, on the thread that reports it.
/// </summary>
internal sealed class ProgressBoard(TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly object gate = new();
    private readonly Dictionary<string, Activity> activities = new(StringComparer.Ordinal);
    private int lastId;

    /// <summary>Shows an activity, or moves one on.</summary>
    /// <param name="key">Tells activities apart.</param>
    /// <param name="parent">The key of the activity under which it stands; null at the top.</param>
    /// <param name="name">What is done, such as <c>Push web-ui</c>.</param>
    /// <param name="status">How far it is, in words.</param>
    /// <param name="percent">How far it is, 0 to 100; -1 when not known.</param>
    /// <returns>The record to draw; null when one was drawn just now.</returns>
    public ProgressRecord? Update(string key, string? parent, string name, string status, int percent = -1)
    {
        lock (gate)
        {
            var now = clock.GetTimestamp();
            if (!activities.TryGetValue(key, out var activity))
                activity = new Activity(++lastId, parent is not null && activities.TryGetValue(parent, out var above) ? above.Id : -1, name);
            else if (clock.GetElapsedTime(activity.Drawn, now) < Interval)
                return null;

            activities[key] = activity with { Drawn = now };
            return new ProgressRecord(activity.Id, activity.Name, status.Length == 0 ? " " : status)
            {
                ParentActivityId = activity.ParentId,
                PercentComplete = Math.Clamp(percent, -1, 100),
            };
        }
    }

    /// <summary>Takes an activity off the board; null when it is not on it.</summary>
    public ProgressRecord? Complete(string key)
    {
        lock (gate)
            return activities.Remove(key, out var activity) ? Completed(activity) : null;
    }

    /// <summary>Takes every activity off the board, children first.</summary>
    public IReadOnlyList<ProgressRecord> CompleteAll()
    {
        lock (gate)
        {
            var records = activities.Values.OrderByDescending(activity => activity.Id).Select(Completed).ToList();
            activities.Clear();
            return records;
        }
    }

    private static ProgressRecord Completed(Activity activity) => new(activity.Id, activity.Name, " ")
    {
        ParentActivityId = activity.ParentId,
        RecordType = ProgressRecordType.Completed,
    };

    private sealed record Activity(int Id, int ParentId, string Name)
    {
        public long Drawn { get; init; }
    }
}
