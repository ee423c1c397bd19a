using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Hosting;

/// <summary>Whether what was planned for a service is to be done.</summary>
internal enum Confirmed
{
    /// <summary>It is.</summary>
    Yes,

    /// <summary>It is not: only predicted, or declined.</summary>
    No,

    /// <summary>It cannot be; its error was told.</summary>
    Refused,
}

/// <summary>Tells what stands in the way of a plan, asks for one that nothing does, and writes what <c>-WhatIf</c> predicts.</summary>
internal static class PlanConfirmation
{
    /// <summary>Asks.</summary>
    /// <param name="pipeline">The command.</param>
    /// <param name="service">The service.</param>
    /// <param name="action">What would be done.</param>
    /// <param name="image">The image that would run; null for what the task definition names.</param>
    /// <param name="predicted">The record of what would be done.</param>
    /// <param name="problem">What stands in its way; null when nothing does.</param>
    /// <param name="failed">The record of what could not be done.</param>
    public static async Task<(Confirmed Answer, ReleaseException? Problem)> AskAsync<TRecord>(
        CommandPipeline pipeline, string service, string action, EcrImage? image, TRecord predicted, ReleaseException? problem, Func<TRecord, string, TRecord> failed)
        where TRecord : class
    {
        if (problem is null)
        {
            var approval = await pipeline.ApproveAsync(service, action);
            if (approval == Approval.WhatIf)
                pipeline.Write(predicted);
            if (approval != Approval.Granted)
                return (Confirmed.No, null);
            if (image is not { Digest: null })
                return (Confirmed.Yes, null);

            // What is still being built, or was only predicted, can be predicted further, but not run.
            problem = ReleaseException.For(nameof(Messages.ImageNotInEcrYet), ErrorKind.InvalidState, service, image.Name, image.Repository, image.Tag);
            predicted = failed(predicted, problem.Message);
        }

        pipeline.Write(predicted, problem);
        return (Confirmed.Refused, problem);
    }
}
