using System.Management.Automation;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Inference.Endpoints;

namespace ReleaseTools.Hosting;

/// <summary>The base of cmdlets that update SageMaker endpoints: how the traffic moves to the new instances.</summary>
public abstract class EndpointCommand : AwsCommand
{
    private protected EndpointCommand()
    {
    }

    /// <summary>In how many steps the traffic moves to the new instances; as in the endpoint's last update, else at once, when left out.</summary>
    [Parameter]
    public EndpointStrategy? Strategy { get; set; }

    /// <summary>The size of the canary, of each linear step or rolling batch: a percentage of the instances, <c>25%</c>, or their number, <c>2</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? StepSize { get; set; }

    /// <summary>The size of each batch of a rolling deployment's rollback; all at once when left out.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? RollbackStepSize { get; set; }

    /// <summary>How long the alarms are watched after each step, in seconds; 300 when left out, and none without steps and alarms.</summary>
    [Parameter]
    [ValidateRange(0, 3600)]
    public int? WaitIntervalSec { get; set; }

    /// <summary>How long the former instances are kept after the last step, in seconds.</summary>
    [Parameter]
    [ValidateRange(0, 3600)]
    public int? TerminationWaitSec { get; set; }

    /// <summary>How long SageMaker may take for the deployment, in seconds, before it rolls it back.</summary>
    [Parameter]
    [ValidateRange(600, 28_800)]
    public int? DeploymentTimeoutSec { get; set; }

    /// <summary>CloudWatch alarms that roll the update back when they go off.</summary>
    [Parameter]
    [ValidateCount(1, 10)]
    [ValidateNotNullOrEmpty]
    public string[] Alarm { get; set; } = [];

    /// <summary>How the traffic is to move; null where nothing of it was asked for.</summary>
    /// <exception cref="ReleaseException">EndpointDeploymentInvalid: a size is none.</exception>
    private protected EndpointDeployment? ReadDeployment() =>
        Strategy is null && StepSize is null && RollbackStepSize is null && WaitIntervalSec is null && TerminationWaitSec is null && DeploymentTimeoutSec is null && Alarm.Length == 0
            ? null
            : new()
            {
                Strategy = Strategy ?? EndpointStrategy.AllAtOnce,
                StepSize = StepSize is null ? null : CapacitySize.Parse(StepSize),
                RollbackStepSize = RollbackStepSize is null ? null : CapacitySize.Parse(RollbackStepSize),
                WaitInterval = Seconds(WaitIntervalSec),
                TerminationWait = Seconds(TerminationWaitSec),
                Timeout = Seconds(DeploymentTimeoutSec),
                Alarms = Alarm,
            };

    private static TimeSpan? Seconds(int? seconds) => seconds is { } given ? TimeSpan.FromSeconds(given) : null;
}
