using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Inference.Recovery.Diagnosis;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Inference.Recovery.Recreations;

/// <summary>
/// Keeps the record of a re-creation in two places: a file of the workspace, which holds all of it, and the tags of the configuration,
/// which another machine finds. One of them is enough to go on.
/// </summary>
internal sealed class RecreationStore(AwsSession aws, IReleaseObserver observer, RecreationFile file)
{
    /// <summary>The record of a re-creation that was begun and has not come to its end; null when there is none.</summary>
    /// <param name="endpointName">The endpoint.</param>
    /// <param name="history">The configurations that may be marked.</param>
    /// <param name="find">Finds the configuration of a name where it is not among them.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    public async Task<RecreationRecord?> FindAsync(
        string endpointName, IReadOnlyList<HistoricConfig> history, Func<string, Task<HistoricConfig?>> find, CancellationToken cancellationToken)
    {
        var kept = await file.ReadAsync(endpointName, cancellationToken);
        var marked = history.Select(RecreationMarker.Read).OfType<RecreationRecord>().Where(record => record.EndpointName == endpointName).MaxBy(record => record.Begun);
        if (kept is null)
            return marked;

        // The file's is whole where the tags' may not be; but it may be of another account, or done with elsewhere.
        var config = history.FirstOrDefault(one => one.Name == kept.EndpointConfigName) ?? await find(kept.EndpointConfigName);
        var isOfAnother = kept.EndpointName != endpointName || (config is not null && kept.EndpointConfigArn is not null && config.Arn != kept.EndpointConfigArn);
        var isDone = kept.IsMarked && config is not null && RecreationMarker.Read(config) is null;
        return isOfAnother || isDone ? marked : kept;
    }

    /// <summary>Writes a record in both places.</summary>
    /// <exception cref="ReleaseException">EndpointRecordNotWritten: it could be written in neither.</exception>
    public async Task WriteAsync(RecreationRecord record, CancellationToken cancellationToken)
    {
        var unwritten = await WriteFileAsync(record, cancellationToken);
        var unmarked = await MarkAsync(record, cancellationToken);
        if (unmarked is null && unwritten is null)
            await WriteFileAsync(record with { IsMarked = true }, cancellationToken);
        if (unmarked is not null && unwritten is not null)
        {
            throw ReleaseException.Wrap(
                unwritten, nameof(Messages.EndpointRecordNotWritten), ErrorKind.InvalidState, record.EndpointName,
                record.EndpointName, file.PathOf(record.EndpointName), unwritten.Message, record.EndpointConfigName, unmarked);
        }

        if ((unmarked ?? unwritten?.Message) is { } problem)
            observer.Report(new Warned(record.EndpointName, $"What its re-creation needs is recorded only {(unwritten is null ? "in " + file.PathOf(record.EndpointName) : "on its configuration")}: {problem}"));
    }

    /// <summary>Forgets it, in both places. The file goes first: tags that stay tell that the end was not reached, a file that stays would not.</summary>
    public async Task ForgetAsync(RecreationRecord record, CancellationToken cancellationToken)
    {
        file.Delete(record.EndpointName);
        try
        {
            if (await ArnAsync(record, cancellationToken) is { } arn && RecreationMarker.KeysIn(await EndpointTags.ReadAsync(aws, arn, cancellationToken)) is { Count: > 0 } keys)
                await aws.SageMaker.DeleteTagsAsync(new(arn, keys), cancellationToken);
        }
        catch (AwsServiceException gone) when (gone.IsCouldNotFind())
        {
            // The configuration is gone, and its tags with it.
        }
    }

    /// <summary>Removes a file that is left over.</summary>
    public void ForgetFile(string endpointName) => file.Delete(endpointName);

    private async Task<Exception?> WriteFileAsync(RecreationRecord record, CancellationToken cancellationToken)
    {
        try
        {
            await file.WriteAsync(record, cancellationToken);
            return null;
        }
        catch (Exception unwritten) when (unwritten is IOException or UnauthorizedAccessException)
        {
            return unwritten;
        }
    }

    // Why it is not marked; null where it is, whole.
    private async Task<string?> MarkAsync(RecreationRecord record, CancellationToken cancellationToken)
    {
        try
        {
            if (await ArnAsync(record, cancellationToken) is not { } arn)
                return $"The configuration {record.EndpointConfigName} has no ARN.";
            var tags = RecreationMarker.Of(record, await EndpointTags.ReadAsync(aws, arn, cancellationToken));
            await aws.SageMaker.AddTagsAsync(new(arn, tags), cancellationToken);
            return RecreationMarker.IsWhole(tags) ? null : $"The tags of configuration {record.EndpointConfigName} leave no room for it.";
        }
        catch (AwsServiceException unmarked)
        {
            return unmarked.Message;
        }
    }

    private async Task<string?> ArnAsync(RecreationRecord record, CancellationToken cancellationToken) => record.EndpointConfigArn
        ?? EndpointClone.Text(await aws.SageMaker.DescribeEndpointConfigAsync(new(record.EndpointConfigName), cancellationToken), "EndpointConfigArn");
}
