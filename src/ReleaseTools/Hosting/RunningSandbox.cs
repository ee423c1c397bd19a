using ReleaseTools.Engine.Errors;
using ReleaseTools.Sandbox;

namespace ReleaseTools.Hosting;

/// <summary>A sandbox of this process: its server, the record that stands for it, and the environment to put back.</summary>
internal sealed class RunningSandbox
{
    // The environment belongs to the process, and so do the sandboxes it points at; cmdlets come and go.
    private static readonly List<RunningSandbox> All = [];

    private readonly Guid runspace;
    private readonly SandboxEnvironment? environment;

    private RunningSandbox(SandboxServer server, ReleaseSandbox record, Guid runspace, SandboxEnvironment? environment)
    {
        Server = server;
        Record = record;
        this.runspace = runspace;
        this.environment = environment;
    }

    /// <summary>What listens.</summary>
    public SandboxServer Server { get; }

    /// <summary>What the cmdlets hand on.</summary>
    public ReleaseSandbox Record { get; }

    /// <summary>Fails when the process points at a sandbox already.</summary>
    /// <exception cref="ReleaseException">It does.</exception>
    public static void EnsureNoneIsPointedAt()
    {
        lock (All)
        {
            if (All.Find(sandbox => sandbox.environment is not null) is { } other)
                throw ReleaseException.For(nameof(Messages.SandboxAlreadyRunning), ErrorKind.InvalidState, other.Record, other.Record.EndpointUrl);
        }
    }

    /// <summary>Starts a sandbox and, unless told otherwise, points the process at it.</summary>
    public static RunningSandbox Start(SandboxOptions options, double timeScale, Guid runspace, bool pointAtIt)
    {
        lock (All)
        {
            if (pointAtIt)
                EnsureNoneIsPointedAt();
            var server = SandboxServer.Start(options);
            var record = new ReleaseSandbox
            {
                EndpointUrl = server.EndpointUrl,
                RegistryHost = server.RegistryHost,
                Region = options.Region,
                Account = options.Account,
                TimeScale = timeScale,
                StatePath = options.StatePath,
            };
            var pointed = pointAtIt ? SandboxEnvironment.Enter(server.EndpointUrl, server.AccessKeyId, server.SecretAccessKey, server.SessionToken, options.Region) : null;
            var running = new RunningSandbox(server, record, runspace, pointed);
            All.Add(running);
            return running;
        }
    }

    /// <summary>The sandbox that a record stands for; without one the sandbox the process points at, or else the last one started.</summary>
    /// <exception cref="ReleaseException">There is none.</exception>
    public static RunningSandbox Find(ReleaseSandbox? record)
    {
        lock (All)
        {
            if (record is null)
            {
                return All.Find(sandbox => sandbox.environment is not null) ?? All.LastOrDefault()
                    ?? throw ReleaseException.For(nameof(Messages.SandboxNotRunning), ErrorKind.InvalidState, target: null);
            }

            return All.Find(sandbox => sandbox.Record.EndpointUrl == record.EndpointUrl)
                ?? throw ReleaseException.For(nameof(Messages.SandboxNotKnown), ErrorKind.NotFound, record, record.EndpointUrl);
        }
    }

    /// <summary>Stops the sandboxes that a runspace started; called when it lets go of the module.</summary>
    public static void StopThatOf(Guid runspace)
    {
        List<RunningSandbox> its;
        lock (All)
            its = All.FindAll(sandbox => sandbox.runspace == runspace);
        its.ForEach(sandbox => sandbox.Stop());
    }

    /// <summary>Puts the environment back, and stops listening.</summary>
    public void Stop()
    {
        lock (All)
        {
            if (!All.Remove(this))
                return;
            environment?.Restore();
        }

        Server.Dispose();
    }
}
