using System.Diagnostics;
using System.Globalization;

namespace ReleaseTools.Benchmarks;

/// <summary>What a process with the module takes while it watches the deployments of 500 services, at AWS's own pace.</summary>
internal static class RolloutLoad
{
    /// <summary>The argument that makes of this program the process that watches.</summary>
    public const string Watch = "watch-rollouts";

    private const int Services = 500;
    private static readonly TimeSpan Starting = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(40);

    public static Task RunAsync()
    {
        Repository.HookEngine();
        return MeasureAsync();
    }

    /// <summary>What the process does: imports the module, watches, and says what it took.</summary>
    public static async Task WatchHereAsync()
    {
        using var self = Process.GetCurrentProcess();
        using var session = new Session();
        var imported = Resident();

        // Idle is what has done its work once: the import by itself loads next to nothing of the module.
        session.Run($"Invoke-EcsRollout -Service app-1 -Cluster {RolloutSandbox.Cluster} -NoWait -Confirm:$false");
        var idle = Resident();

        using var pipeline = session.Pipeline($"Invoke-EcsRollout -Service (1..{Services}).ForEach{{ \"app-$_\" }} -Cluster {RolloutSandbox.Cluster} -Confirm:$false -ErrorAction Stop");
        var watching = pipeline.BeginInvoke();
        await Task.Delay(Starting);
        self.Refresh();
        var (processor, watch, most) = (self.TotalProcessorTime, Stopwatch.StartNew(), 0L);
        while (watch.Elapsed < Measured && !watching.IsCompleted)
        {
            await Task.Delay(TimeSpan.FromSeconds(0.5));
            most = Math.Max(most, Resident());
        }

        var isWatching = !watching.IsCompleted;
        var share = (self.TotalProcessorTime - processor) / watch.Elapsed;
        pipeline.Stop();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  processor {share,6:0.0 %} of one core   memory {(most - idle) / 1e6:0} MB above the idle module's {idle / 1e6:0} MB, {(most - imported) / 1e6:0} MB above a session that has but imported it{(isWatching ? "" : "   (it ended early)")}"));

        long Resident()
        {
            self.Refresh();
            return self.WorkingSet64;
        }
    }

    // Apart, for a method's types are loaded before it begins.
    private static async Task MeasureAsync()
    {
        using var sandbox = await RolloutSandbox.StartAsync(1, Enumerable.Range(1, Services).Select(i => (string.Create(CultureInfo.InvariantCulture, $"app-{i}"), 10, 110, false)));
        await Task.Delay(TimeSpan.FromSeconds(15)); // their first deployments complete
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Services} services watched for {Measured.TotalSeconds:0} s, their tasks replaced one by one"));
        Console.Write(await Repository.RunAsync(Repository.Root, "dotnet", typeof(RolloutLoad).Assembly.Location, Watch));
        var operations = string.Join(", ", sandbox.Calls.CountBy(call => call.Operation).Select(of => string.Create(CultureInfo.InvariantCulture, $"{of.Value} {of.Key}")));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  calls refused: {sandbox.Calls.Count(call => call.StatusCode != 200)} of {sandbox.Calls.Count} ({operations})"));
    }
}
