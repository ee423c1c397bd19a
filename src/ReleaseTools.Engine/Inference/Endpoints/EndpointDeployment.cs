using System.Globalization;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>How an update moves the traffic from the former instances to the new ones (DeploymentConfig, API reference).</summary>
public sealed record EndpointDeployment
{
    /// <summary>How many steps it takes.</summary>
    public EndpointStrategy Strategy { get; init; } = EndpointStrategy.AllAtOnce;

    /// <summary>The size of the canary, of each linear step or of each rolling batch; none for all at once.</summary>
    public CapacitySize? StepSize { get; init; }

    /// <summary>The size of each batch when a rolling deployment is rolled back; all at once when null.</summary>
    public CapacitySize? RollbackStepSize { get; init; }

    /// <summary>How long the alarms are watched after each step; five minutes where there is a step or an alarm, else none, when null.</summary>
    public TimeSpan? WaitInterval { get; init; }

    /// <summary>How long the former instances are kept after the last step; SageMaker's own, none, when null.</summary>
    public TimeSpan? TerminationWait { get; init; }

    /// <summary>How long the deployment may take; SageMaker's own when null.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>CloudWatch alarms that roll the update back when they go off.</summary>
    public IReadOnlyList<string> Alarms { get; init; } = [];

    /// <summary>How long the alarms are watched after each step.</summary>
    internal TimeSpan Baking => WaitInterval ?? (Strategy != EndpointStrategy.AllAtOnce || Alarms.Count > 0 ? TimeSpan.FromMinutes(5) : TimeSpan.Zero);

    /// <summary>The least that the deployment waits, beside what it works.</summary>
    internal TimeSpan Waits => Baking * (Steps - 1) + (TerminationWait ?? TimeSpan.Zero);

    // A canary's is followed by the rest. How many steps a size in instances makes only the endpoint knows: two at least.
    private int Steps => Strategy switch
    {
        EndpointStrategy.AllAtOnce => 1,
        EndpointStrategy.Linear or EndpointStrategy.Rolling when StepSize is { IsPercent: true, Value: > 0 and var percent } => (100 + percent - 1) / percent,
        _ => 2,
    };
}

/// <summary>A part of an endpoint's instances.</summary>
/// <param name="Value">How many, or how many percent.</param>
/// <param name="IsPercent">Whether it is a percentage.</param>
public sealed record CapacitySize(int Value, bool IsPercent)
{
    /// <summary>Reads <c>25%</c> or <c>2</c>, a number of instances.</summary>
    /// <exception cref="ReleaseException">EndpointDeploymentInvalid: it is neither.</exception>
    public static CapacitySize Parse(string text)
    {
        var isPercent = text.EndsWith('%');
        return int.TryParse(isPercent ? text[..^1] : text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0
            ? new(value, isPercent)
            : throw ReleaseException.For(nameof(Messages.EndpointDeploymentInvalid), ErrorKind.InvalidArgument, text, $"'{text}' is neither a percentage, such as 25%, nor a number of instances");
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Value}{(IsPercent ? "%" : Value == 1 ? " instance" : " instances")}");
}
