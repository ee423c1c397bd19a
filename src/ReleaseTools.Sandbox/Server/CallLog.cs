namespace ReleaseTools.Sandbox.Server;

/// <summary>The calls that came, in the order of their coming. A call is listed when it comes and completed before its answer leaves.</summary>
internal sealed class CallLog
{
    private readonly object gate = new();
    private readonly List<ReleaseSandboxCall> calls = [];

    public IReadOnlyList<ReleaseSandboxCall> All
    {
        get
        {
            lock (gate)
                return [.. calls];
        }
    }

    public long Add(DateTimeOffset time, string service, string operation, string? target)
    {
        lock (gate)
        {
            var number = calls.Count + 1;
            calls.Add(new ReleaseSandboxCall { Number = number, Time = time, Service = service, Operation = operation, Target = target });
            return number;
        }
    }

    public void Complete(long number, int statusCode, string? errorCode)
    {
        lock (gate)
        {
            var index = (int)number - 1;
            calls[index] = calls[index] with { StatusCode = statusCode, ErrorCode = errorCode };
        }
    }
}
