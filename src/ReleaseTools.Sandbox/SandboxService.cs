using System.Text.Json.Nodes;

namespace ReleaseTools.Sandbox;

/// <summary>
/// One AWS service of the sandbox. Its resources are moved to where they are <i>now</i> by <see cref="Advance"/>, which
/// the server calls under its lock before every operation; nothing else moves them, so a test that steps the clock sees
/// every state.
/// </summary>
internal abstract class SandboxService(SandboxWorld world)
{
    /// <summary>The name in signatures and in the list of calls: <c>ecs</c>, <c>ecr</c>, <c>sagemaker</c>, <c>codebuild</c>, <c>logs</c>, <c>monitoring</c>, <c>secretsmanager</c>, <c>ssm</c>, <c>sts</c>, <c>application-autoscaling</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What stands before the dot in <c>X-Amz-Target</c>; empty for the query protocol.</summary>
    public abstract string TargetPrefix { get; }

    /// <summary>What the services share.</summary>
    protected SandboxWorld World { get; } = world;

    /// <summary>Carries out an operation and answers in the service's JSON.</summary>
    /// <exception cref="SandboxException">The service refuses; an operation not modelled is an <c>UnknownOperationException</c>.</exception>
    public abstract JsonObject Invoke(string operation, JsonObject request);

    /// <summary>What a request is about, for the list of calls and for faults by thing: a service, endpoint, repository or project.</summary>
    public virtual string? TargetOf(string operation, JsonObject request) => null;

    /// <summary>The things there are that a fault of this kind can befall, as it names them; none where it befalls none of this service.</summary>
    public virtual IEnumerable<string> FaultTargets(SandboxFaultKind kind) => [];

    /// <summary>
    /// Real work, off the lock, that an operation's answer should tell the outcome of if that comes soon; empty when there is none.
    /// Asked for under the lock, and awaited outside of it.
    /// </summary>
    public virtual IReadOnlyList<Task> WorkBefore(string operation) => [];

    /// <summary>Moves resources to where they are at this moment.</summary>
    public virtual void Advance(DateTimeOffset now)
    {
    }

    /// <summary>The service's state as JSON, for <see cref="SandboxOptions.StatePath"/>.</summary>
    public virtual JsonObject Save() => [];

    /// <summary>Takes up a state that <see cref="Save"/> gave.</summary>
    public virtual void Load(JsonObject state)
    {
    }
}
