using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Releases.Running;
using ReleaseTools.Engine.Rollouts;

namespace ReleaseTools.Hosting;

/// <summary>How commands write what became of items: all records first, for under -ErrorAction Stop nothing comes after an error.</summary>
internal static class ItemOutput
{
    /// <summary>Writes what became of one item, and its error, if there is one.</summary>
    public static void Write(this CommandPipeline pipeline, object record, Exception? error) => pipeline.WriteAll([(record, error)]);

    /// <summary>Writes what became of rollouts that have ended together, and their errors: what went wrong, else the verdict where it is none of success.</summary>
    public static void WriteAll(this CommandPipeline pipeline, IEnumerable<RolloutResult> ended) => pipeline.WriteAll(ended, Outcomes.ErrorOf);

    /// <inheritdoc cref="WriteAll(CommandPipeline, IEnumerable{RolloutResult})"/>
    /// <param name="errorOf">The error of a verdict that is none of success.</param>
    public static void WriteAll(this CommandPipeline pipeline, IEnumerable<RolloutResult> ended, Func<ServiceRollout, ReleaseException?> errorOf) =>
        pipeline.WriteAll(ended.Select(one => (one.Rollout, (Exception?)(one.Error ?? errorOf(one.Rollout)))), one => one.Status == RolloutStatus.NotRun);

    /// <summary>Writes what became of several items that have ended together, and their errors: a cause before what was only left out for it.</summary>
    public static void WriteAll<T>(this CommandPipeline pipeline, IEnumerable<(T Record, Exception? Error)> items, Predicate<T>? isLeftOut = null)
        where T : class
    {
        var all = items.ToList();
        foreach (var (record, _) in all)
            pipeline.Write(record);
        foreach (var (record, error) in all.OrderBy(one => isLeftOut?.Invoke(one.Record) == true))
        {
            if (error is not null)
                pipeline.WriteError(error, record);
        }
    }
}
