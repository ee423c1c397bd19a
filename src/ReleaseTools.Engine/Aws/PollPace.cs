namespace ReleaseTools.Engine.Aws;

/// <summary>
/// How long to wait before looking again: briefly while something moves, longer and longer while nothing does, and
/// much longer once AWS throttles in spite of the SDK's retries.
/// </summary>
internal sealed class PollPace(TimeSpan shortest, TimeSpan longest)
{
    private static readonly TimeSpan LongestWhenThrottled = TimeSpan.FromSeconds(30);
    private TimeSpan next;

    /// <summary>The wait after a look that was answered.</summary>
    /// <param name="moved">Whether it showed anything new.</param>
    public TimeSpan After(bool moved)
    {
        next = moved || next < shortest ? shortest : Min(next, longest);
        var wait = next;
        next = Min(next * 1.5, longest);
        return wait;
    }

    /// <summary>The wait after a look that AWS did not answer.</summary>
    public TimeSpan AfterNoAnswer()
    {
        next = Min((next < shortest ? shortest : next) * 2, LongestWhenThrottled);
        return next;
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
