namespace ReleaseTools.Hosting;

/// <summary>How commands write what became of a service.</summary>
internal static class RolloutOutput
{
    /// <summary>Writes the error, if there is one, and the record.</summary>
    public static void Write(this CommandPipeline pipeline, ServiceRollout rollout, Exception? error)
    {
        if (error is not null)
            pipeline.WriteError(error, rollout);
        pipeline.Write(rollout);
    }
}
