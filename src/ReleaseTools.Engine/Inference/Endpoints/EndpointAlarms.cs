using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.CloudWatch;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>The CloudWatch alarms that roll an endpoint's update back.</summary>
internal sealed class EndpointAlarms(AwsSession aws, IReleaseObserver observer)
{
    /// <summary>
    /// Looks whether the alarms are there: one that is not would never roll anything back. One that is off already is warned
    /// of. Whoever may not read alarms deploys without the check; SageMaker reads them by the endpoint's role.
    /// </summary>
    /// <exception cref="ReleaseException">EndpointAlarmNotFound.</exception>
    public async Task CheckAsync(string endpointName, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        if (await ReadAsync(endpointName, names, cancellationToken) is not { } alarms)
            return;
        var missing = names.Where(name => !alarms.Any(alarm => alarm.AlarmName == name)).ToList();
        if (missing.Count > 0)
            throw ReleaseException.For(nameof(Messages.EndpointAlarmNotFound), ErrorKind.NotFound, endpointName, endpointName, string.Join(", ", missing), aws.Region);
        foreach (var alarm in alarms.Where(alarm => alarm.StateValue == "ALARM"))
            observer.Report(new Warned(endpointName, $"The alarm {alarm.AlarmName} is in ALARM before the update begins, which SageMaker may roll back for it. {alarm.StateReason}".TrimEnd()));
    }

    /// <summary>What the alarms say of an update that failed; null where none was named, or they may not be read.</summary>
    /// <param name="endpointName">The endpoint.</param>
    /// <param name="names">The alarms.</param>
    /// <param name="since">When the update began: an alarm may have gone off and be well again.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    public async Task<string?> SayAsync(string endpointName, IReadOnlyList<string> names, DateTimeOffset since, CancellationToken cancellationToken)
    {
        if (names.Count == 0 || await ReadAsync(endpointName, names, cancellationToken) is not { } alarms)
            return null;
        var said = alarms.Where(alarm => alarm.StateValue == "ALARM").Select(alarm => $"The alarm {alarm.AlarmName} is in ALARM: {alarm.StateReason}")
            .Concat(alarms.Where(alarm => alarm.StateValue != "ALARM" && alarm.StateTransitionedTimestamp >= since)
                .Select(alarm => $"The alarm {alarm.AlarmName} went to {alarm.StateValue} since the update began: {alarm.StateReason}"))
            .ToList();
        return said.Count > 0 ? string.Join(' ', said) : $"No alarm has gone off ({string.Join(", ", names)}).";
    }

    private async Task<IReadOnlyList<Alarm>?> ReadAsync(string endpointName, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await aws.CloudWatch.DescribeAlarmsAsync(new([.. names.Distinct(StringComparer.Ordinal)]), cancellationToken);
            return [.. answer.MetricAlarms ?? [], .. answer.CompositeAlarms ?? []];
        }
        catch (AwsServiceException error)
        {
            observer.Report(new Noted(endpointName, $"Its alarms could not be read: {error.Message}"));
            return null;
        }
    }
}
