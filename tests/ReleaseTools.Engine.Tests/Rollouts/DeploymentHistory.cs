using FsCheck;
using FsCheck.Fluent;

namespace ReleaseTools.Engine.Tests.Rollouts;

/// <summary>What befalls a service after its deployment began, other than its tasks.</summary>
internal enum Happening
{
    Superseded,
    SupersededByAnotherImage,
    Deleted,
    TaskStopped,
    ScaledOut,
    FaultsEnd,
}

/// <summary>What a task does that is not to live: it cannot be pulled, or crashes some seconds after it runs.</summary>
/// <param name="CannotPull">Whether its image cannot be pulled.</param>
/// <param name="AfterSeconds">How long it runs, else.</param>
/// <param name="Count">How many tasks do that; without end when null.</param>
internal sealed record TaskFault(bool CannotPull, int AfterSeconds, int? Count);

/// <summary>A service, and all that happens to one deployment of it.</summary>
internal sealed record DeploymentHistory
{
    public int Desired { get; init; }

    public int MinimumHealthyPercent { get; init; }

    public int MaximumPercent { get; init; }

    public bool Breaker { get; init; }

    public bool RollsBack { get; init; }

    public IReadOnlyList<TaskFault> Faults { get; init; } = [];

    /// <summary>What happens, and how many seconds after the deployment's start.</summary>
    public IReadOnlyList<(Happening What, int At)> Happenings { get; init; } = [];

    /// <summary>Every how many looks one shows what the look before showed; none when 0.</summary>
    public int StaleEvery { get; init; }

    /// <summary>Every how many calls one is throttled; none when 0.</summary>
    public int ThrottledEvery { get; init; }

    /// <summary>For how many seconds nothing is answered, from ten seconds after the start.</summary>
    public int Outage { get; init; }

    public static Gen<DeploymentHistory> Any =>
        from desired in Gen.Frequency((1, Gen.Constant(0)), (6, Gen.Choose(1, 3)))
        from bounds in Gen.Elements((100, 200), (0, 100), (50, 150))
        from breaker in Gen.Elements((false, false), (false, false), (true, false), (true, true), (true, true))
        from faults in Several(AnyFault)
        from happenings in Several(Gen.Elements(Enum.GetValues<Happening>()).Zip(Gen.Choose(1, 60)))
        from stale in Gen.Elements(0, 0, 2, 3, 5)
        from throttled in Gen.Elements(0, 0, 7, 13)
        from outage in Gen.Elements(0, 0, 0, 0, 45)
        select new DeploymentHistory
        {
            Desired = desired, MinimumHealthyPercent = bounds.Item1, MaximumPercent = bounds.Item2, Breaker = breaker.Item1, RollsBack = breaker.Item2,
            Faults = faults, Happenings = [.. happenings.OrderBy(happening => happening.Item2)], StaleEvery = stale, ThrottledEvery = throttled, Outage = outage,
        };

    private static Gen<TaskFault> AnyFault =>
        from cannotPull in Gen.Elements(true, false, false)
        from after in Gen.Choose(0, 25)
        from count in Gen.Elements<int?>(1, 1, 2, 3, 4, 6, null)
        select new TaskFault(cannotPull, after, count);

    private static Gen<List<T>> Several<T>(Gen<T> of) =>
        Gen.Frequency((2, Gen.Constant(0)), (3, Gen.Constant(1)), (2, Gen.Constant(2))).SelectMany(count => of.ListOf(count)).Select(list => list.ToList());

    /// <inheritdoc/>
    public override string ToString() =>
        $"desired {Desired}, {MinimumHealthyPercent}-{MaximumPercent} %, breaker {Breaker}, rollback {RollsBack}; faults {string.Join(", ", Faults)}; "
        + $"happenings {string.Join(", ", Happenings)}; stale every {StaleEvery}, throttled every {ThrottledEvery}, outage {Outage} s";
}
