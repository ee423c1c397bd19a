using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace ReleaseTools.Benchmarks;

/// <summary>A PowerShell session with the packaged module: in this process, or in one that is started for it.</summary>
internal sealed class Session : IDisposable
{
    /// <summary>The argument that makes of this program a process with a session of its own, which runs one script.</summary>
    public const string InOwnProcess = "run-script";

    private readonly Runspace runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());

    public Session()
    {
        runspace.Open();
        Run($"Import-Module '{Repository.Module}' -ErrorAction Stop");
    }

    /// <summary>Runs a script; an error of any item is one of the benchmark.</summary>
    public IReadOnlyList<PSObject> Run(string script)
    {
        using var pipeline = Pipeline(script);
        var output = pipeline.Invoke();
        return pipeline.HadErrors ? throw new InvalidOperationException($"{script}: {pipeline.Streams.Error.FirstOrDefault()}") : [.. output];
    }

    /// <summary>A script to be run in the session.</summary>
    public PowerShell Pipeline(string script) => PowerShell.Create(runspace).AddScript(script);

    public void Dispose() => runspace.Dispose();

    /// <summary>What a process of its own does: runs the script and says how much memory that took at most, in bytes.</summary>
    public static void RunHere(string script)
    {
        using var session = new Session();
        session.Run(script);
        using var self = Process.GetCurrentProcess();
        Console.WriteLine(self.PeakWorkingSet64.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Runs a script in a process of its own.</summary>
    /// <returns>The most memory that process had resident, in bytes.</returns>
    public static async Task<long> InProcessAsync(string folder, string script) =>
        long.Parse((await Repository.RunAsync(folder, "dotnet", typeof(Session).Assembly.Location, InOwnProcess, script)).Split('\n')[^2], CultureInfo.InvariantCulture);
}
