namespace ReleaseTools.Sandbox.Logs;

/// <summary>A log group.</summary>
internal sealed class LogGroup
{
    private readonly SortedDictionary<string, LogStream> streams = new(StringComparer.Ordinal);

    public required string Name { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Streams by name, in ordinal order, whatever order a deserializer makes.</summary>
    public SortedDictionary<string, LogStream> Streams
    {
        get => streams;
        init => streams = new(value, StringComparer.Ordinal);
    }
}

/// <summary>A log stream; its events in the order of their time.</summary>
internal sealed class LogStream
{
    public required string Name { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public List<LogEvent> Events { get; init; } = [];

    public DateTimeOffset? LastIngestionAt { get; set; }
}

/// <summary>A line; times are milliseconds since 1970, as CloudWatch Logs has them.</summary>
internal sealed record LogEvent(long Timestamp, string Message, long IngestionTime);
