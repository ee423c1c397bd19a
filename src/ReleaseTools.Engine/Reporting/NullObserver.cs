namespace ReleaseTools.Engine.Reporting;

/// <summary>Listens to nothing.</summary>
public sealed class NullObserver : IReleaseObserver
{
    private NullObserver()
    {
    }

    /// <summary>The only one.</summary>
    public static NullObserver Instance { get; } = new();

    /// <inheritdoc/>
    public void Report(ReleaseEvent happened)
    {
    }
}
