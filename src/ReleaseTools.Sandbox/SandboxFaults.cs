namespace ReleaseTools.Sandbox;

/// <summary>The faults scripted for one sandbox, taken in the order in which they were added.</summary>
public sealed class SandboxFaults
{
    private readonly object gate = new();
    private readonly List<(SandboxFault Fault, int Left)> faults = [];

    /// <summary>What is done before a fault is added: the world is brought to the present, so that no fault works back in time.</summary>
    internal Action BeforeAdd { get; set; } = () => { };

    /// <summary>Scripts a fault, from now on.</summary>
    public void Add(SandboxFault fault)
    {
        BeforeAdd();
        lock (gate)
            faults.Add((fault, fault.Count ?? int.MaxValue));
    }

    /// <summary>Forgets all faults.</summary>
    public void Clear()
    {
        lock (gate)
            faults.Clear();
    }

    /// <summary>The first fault of a kind that fits, used up once; null when none is scripted.</summary>
    internal SandboxFault? Take(Func<SandboxFault, bool> fits)
    {
        lock (gate)
        {
            var index = faults.FindIndex(entry => fits(entry.Fault));
            if (index < 0)
                return null;
            var (fault, left) = faults[index];
            if (fault.Count is null)
                return fault;
            if (left > 1)
                faults[index] = (fault, left - 1);
            else
                faults.RemoveAt(index);
            return fault;
        }
    }

    /// <summary>The first fault of a kind for a thing, used up once; null when none is scripted.</summary>
    internal SandboxFault? TakeFor(SandboxFaultKind kind, string target) => TakeFor([kind], target);

    /// <summary>The first fault of a kind for a thing that goes by several names, used up once; null when none is scripted.</summary>
    internal SandboxFault? TakeFor(SandboxFaultKind kind, IReadOnlyList<string> targets) =>
        Take(fault => kind == fault.Kind && (fault.Target is null || targets.Contains(fault.Target, StringComparer.Ordinal)));

    /// <summary>The first fault of several kinds for a thing, used up once; null when none is scripted.</summary>
    internal SandboxFault? TakeFor(IReadOnlyList<SandboxFaultKind> kinds, string target) =>
        Take(fault => kinds.Contains(fault.Kind) && (fault.Target is null || string.Equals(fault.Target, target, StringComparison.Ordinal)));
}
