using System.Diagnostics;
using System.Globalization;

namespace ReleaseTools.Benchmarks;

/// <summary>Several ways of doing something, measured in turn, so that what else the machine does falls on all alike.</summary>
internal sealed class Measurement(string title)
{
    private readonly List<(string Name, Func<Task> Work, Action? Before, List<double> Milliseconds)> sides = [];

    /// <summary>Adds a way; the first is what the others are compared with.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="work">What is measured.</param>
    /// <param name="before">What comes before each run, unmeasured.</param>
    public Measurement Side(string name, Func<Task> work, Action? before = null)
    {
        sides.Add((name, work, before, []));
        return this;
    }

    /// <summary>Runs each once unmeasured, then all in turn, and prints medians and ratios.</summary>
    /// <returns>The medians in milliseconds, in the order of the sides.</returns>
    public async Task<IReadOnlyList<double>> RunAsync(int runs)
    {
        for (var run = -1; run < runs; run++)
        {
            foreach (var (_, work, before, milliseconds) in sides)
            {
                before?.Invoke();
                var watch = Stopwatch.StartNew();
                await work();
                if (run >= 0)
                    milliseconds.Add(watch.Elapsed.TotalMilliseconds);
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{title}, {runs} runs"));
        var first = Median(sides[0].Milliseconds);
        foreach (var (name, _, _, milliseconds) in sides)
        {
            var median = Median(milliseconds);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {name,-44} median {median,9:0.0} ms   min {milliseconds.Min(),9:0.0} ms   max {milliseconds.Max(),9:0.0} ms   x {median / first:0.00}"));
        }

        Console.WriteLine();
        return [.. sides.Select(side => Median(side.Milliseconds))];
    }

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToList();
        var middle = sorted.Count / 2;
        return sorted.Count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
