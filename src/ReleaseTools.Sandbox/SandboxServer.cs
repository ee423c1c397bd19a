namespace ReleaseTools.Sandbox;

/// <summary>A running sandbox.</summary>
public sealed class SandboxServer : IDisposable
{
    private readonly SandboxWorld world;

    private SandboxServer(SandboxOptions options) => world = new SandboxWorld(options);

    /// <summary>Where it listens, <c>http://127.0.0.1:port</c>.</summary>
    public Uri EndpointUrl => new($"http://{world.Host}");

    /// <summary>The registry's host, <c>127.0.0.1:port</c>.</summary>
    public string RegistryHost => world.Host;

    /// <summary>The access key that it takes; it takes no other.</summary>
    public string AccessKeyId { get; } = "ASIASANDBOX000000000";

    /// <summary>The secret that goes with <see cref="AccessKeyId"/>, made at random for this sandbox.</summary>
    public string SecretAccessKey { get; } = Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(20));

    /// <summary>What is scripted to go wrong.</summary>
    public SandboxFaults Faults => world.Faults;

    /// <summary>The calls it got so far, in order.</summary>
    public IReadOnlyList<ReleaseSandboxCall> Calls { get; } = [];

    /// <summary>Starts a sandbox.</summary>
    public static SandboxServer Start(SandboxOptions options) => new(options);

    /// <summary>Stops listening and keeps the state, where it has a place for it.</summary>
    public void Dispose()
    {
    }
}
