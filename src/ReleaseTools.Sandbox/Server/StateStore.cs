using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ReleaseTools.Sandbox.Server;

/// <summary>
/// Keeps the services' state in <c>state.json</c>, readable by its owner alone. It is written soon after a change (several
/// changes at once make one write) and at the end. The sandbox's own host is kept as a placeholder, so that image references
/// stay true when the next run listens on another port.
/// </summary>
internal sealed class StateStore : IDisposable
{
    private const string HostPlaceholder = "${SANDBOX_HOST}";
    private static readonly TimeSpan WriteAfter = TimeSpan.FromMilliseconds(250);

    private readonly string file;
    private readonly SandboxWorld world;
    private readonly SandboxServices services;
    private readonly object writing = new();
    private readonly Timer timer;
    private int changed;

    public StateStore(string directory, SandboxWorld world, SandboxServices services)
    {
        file = Path.Combine(directory, "state.json");
        this.world = world;
        this.services = services;
        timer = new Timer(_ => SaveChanges());
    }

    /// <summary>Takes up the state of an earlier run; false when there is none.</summary>
    public bool Load()
    {
        if (!File.Exists(file))
            return false;
        try
        {
            var text = File.ReadAllText(file).Replace(HostPlaceholder, world.Host, StringComparison.Ordinal);
            if (JsonNode.Parse(text)?["services"] is not JsonObject states)
                throw new JsonException("It has no 'services'.");
            foreach (var service in services.All)
            {
                if (states[service.Name] is JsonObject state)
                    service.Load(state);
            }

            return true;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new SandboxStartException(SandboxStartProblem.StateUnreadable, $"The sandbox's state in '{file}' cannot be read: {problem.Message}", problem);
        }
    }

    /// <summary>Says that something changed; it is written a moment later.</summary>
    public void MarkChanged()
    {
        if (Interlocked.Exchange(ref changed, 1) == 0)
            timer.Change(WriteAfter, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        timer.Dispose();
        Save();
    }

    private void SaveChanges()
    {
        try
        {
            Save();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // The write at the end reports it, to somebody who can act on it.
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
                text = new JsonObject { ["version"] = 1, ["services"] = states }.ToJsonString();
            }

            // Not followed by a digit: 127.0.0.1:5000 is no part of 127.0.0.1:50001.
            text = Regex.Replace(text, Regex.Escape(world.Host) + "(?![0-9])", HostPlaceholder.Replace("$", "$$", StringComparison.Ordinal), RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10));
            WriteAtomically(text);
        }
    }

    private void WriteAtomically(string text)
    {
        var temporary = file + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        File.Delete(temporary);
        using (var writer = new StreamWriter(temporary, options))
            writer.Write(text);
        File.Move(temporary, file, overwrite: true);
    }
}
