namespace ReleaseTools.Engine.Inference.Recovery;

/// <summary>How long the steps of one command may be waited for together.</summary>
/// <param name="time">The clock.</param>
/// <param name="total">How long that is.</param>
internal sealed class Patience(TimeProvider time, TimeSpan total)
{
    private readonly long began = time.GetTimestamp();

    /// <summary>How long it is in all.</summary>
    public TimeSpan Total => total;

    /// <summary>How much of it is left.</summary>
    public TimeSpan Left => total - time.GetElapsedTime(began) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <summary>How much of it is gone.</summary>
    public TimeSpan Gone => time.GetElapsedTime(began);
}
