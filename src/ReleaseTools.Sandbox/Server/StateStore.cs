using System.Text.Json;
using System.Text.Json.Nodes;

namespace ReleaseTools.Sandbox.Server;

/// <summary>
/// Keeps the services' state in <c>state.json</c>, readable by its owner alone. It is written soon after a change (several
/// changes at once make one write) and at the end. The clock's time is kept too: a clock that ran fast was ahead of the
/// wall's, and the next run must not begin before what was said to have happened.
/// </summary>
internal sealed class StateStore : IDisposable
{
    private const string Leftovers = "state.json.*.new";
    private static readonly TimeSpan WriteAfter = TimeSpan.FromMilliseconds(250);

    private readonly string directory;
    private readonly string file;
    private readonly SandboxWorld world;
    private readonly SandboxServices services;
    private readonly object writing = new();
    private readonly Timer timer;
    private int changed;

    public StateStore(string directory, SandboxWorld world, SandboxServices services)
    {
        this.directory = directory;
        file = Path.Combine(directory, "state.json");
        this.world = world;
        this.services = services;
        timer = new Timer(_ => SaveChanges());
    }

    /// <summary>Takes up the state of an earlier run; false when there is none.</summary>
    public bool Load()
    {
        try
        {
            foreach (var leftover in Directory.EnumerateFiles(directory, Leftovers))
                File.Delete(leftover);
            if (!File.Exists(file))
                return false;
            var kept = JsonNode.Parse(HostPlaceholder.Fill(File.ReadAllText(file), world.Host));
            if (kept?["services"] is not JsonObject states)
                throw new JsonException("It has no 'services'.");
            if (kept["now"]?.GetValue<DateTimeOffset>() is { } now)
                world.BeginAt(now);
            foreach (var service in services.All)
            {
                if (states[service.Name] is JsonObject state)
                    service.Load(state);
            }

            return true;
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            // Whatever a service stumbles over, it is the file that is not as it was written.
            throw new SandboxStartException(SandboxStartProblem.StateUnreadable, $"The sandbox's state in '{file}' cannot be read: {problem.Message}", problem);
        }
    }

    /// <summary>Says that something changed; it is written a moment later.</summary>
    public void MarkChanged()
    {
        if (Interlocked.Exchange(ref changed, 1) == 0)
            timer.Change(WriteAfter, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Writes the state a last time.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Dispose()
    {
        using (var ended = new ManualResetEvent(initialState: false))
        {
            // A write under way ends before the last one begins.
            if (timer.Dispose(ended))
                ended.WaitOne();
        }

        Save();
    }

    private void SaveChanges()
    {
        try
        {
            Save();
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            // An exception here would end the process. The write at the end reports it, to somebody who can act on it.
            MarkChanged();
        }
    }

    private void Save()
    {
        lock (writing)
        {
            Interlocked.Exchange(ref changed, 0);
            string text;
            lock (world.Gate)
            {
                var states = new JsonObject();
                foreach (var service in services.All)
                    states[service.Name] = service.Save();
                text = new JsonObject { ["version"] = 1, ["now"] = world.Now, ["services"] = states }.ToJsonString();
            }

            WriteAtomically(HostPlaceholder.PutInto(text, world.Host));
        }
    }

    private void WriteAtomically(string text)
    {
        var temporary = $"{file}.{Guid.NewGuid():N}.new";
        try
        {
            using (var writer = new StreamWriter(temporary, OwnerOnly.ToWrite(FileMode.CreateNew)))
                writer.Write(text);
            File.Move(temporary, file, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
