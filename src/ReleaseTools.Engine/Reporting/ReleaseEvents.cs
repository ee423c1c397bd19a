using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Reporting;

/// <summary>Something that happened during a release.</summary>
/// <param name="Subject">What it is about: the image, service, endpoint or directory.</param>
public abstract record ReleaseEvent(string Subject);

/// <summary>Something worth reading on <c>-Verbose</c>.</summary>
public sealed record Noted(string Subject, string Message) : ReleaseEvent(Subject);

/// <summary>Something to read even without <c>-Verbose</c>: a choice made for the user, a stage left out.</summary>
public sealed record Announced(string Subject, string Message) : ReleaseEvent(Subject);

/// <summary>What goes on at AWS when a wait for it ends, and how to look at it. Said also after Ctrl-C, when hardly anything else can be.</summary>
public sealed record LeftRunning(string Subject, string Message) : ReleaseEvent(Subject);

/// <summary>Work that was asked to stop needs a while to end well: it is to be waited for.</summary>
/// <param name="Subject">What it is about.</param>
/// <param name="Message">What it is doing.</param>
/// <param name="Longest">How long it takes at most; by then it has ended, or is given up.</param>
public sealed record StopTakesTime(string Subject, string Message, TimeSpan Longest) : ReleaseEvent(Subject);

/// <summary>Something that may be wrong.</summary>
public sealed record Warned(string Subject, string Message) : ReleaseEvent(Subject);

/// <summary>Where something came from, for <c>-Debug</c>. Never a secret.</summary>
public sealed record Traced(string Subject, string Message) : ReleaseEvent(Subject);

/// <summary>A plan was made; shown before its first step begins.</summary>
public sealed record PlanMade(string Subject, ReleasePlan Plan) : ReleaseEvent(Subject);

/// <summary>A step of a release began.</summary>
public sealed record StepStarted(string Subject, ReleaseStep Step) : ReleaseEvent(Subject);

/// <summary>A step of a release ended; its status and reason say how.</summary>
public sealed record StepFinished(string Subject, ReleaseStep Step) : ReleaseEvent(Subject);

/// <summary>A command has done so many of the items it was given.</summary>
/// <param name="Subject">What it does, such as <c>Build images</c>.</param>
/// <param name="Done">How many have ended.</param>
/// <param name="Total">How many there are.</param>
public sealed record BatchProgress(string Subject, int Done, int Total) : ReleaseEvent(Subject);

/// <summary>An item of a command has ended, well or not.</summary>
public sealed record ItemDone(string Subject, ReleaseStage Stage) : ReleaseEvent(Subject);

/// <summary>A line of a build's output.</summary>
public sealed record BuildOutput(string Subject, string Line) : ReleaseEvent(Subject);

/// <summary>A Dockerfile step began or ended.</summary>
/// <param name="Subject">The image.</param>
/// <param name="Number">The step's number, from 1.</param>
/// <param name="Total">How many there are, as far as is known.</param>
/// <param name="Name">The instruction.</param>
/// <param name="Cached">Whether it came from the cache.</param>
public sealed record BuildProgress(string Subject, int Number, int Total, string Name, bool Cached) : ReleaseEvent(Subject);

/// <summary>Bytes of a layer went to the registry.</summary>
/// <param name="Subject">The image.</param>
/// <param name="Layer">The layer's short id.</param>
/// <param name="SentBytes">Bytes sent so far.</param>
/// <param name="TotalBytes">Bytes in all; 0 when not known.</param>
/// <param name="State">The engine's word for it: <c>Pushing</c>, <c>Pushed</c>, <c>Layer already exists</c>.</param>
public sealed record LayerProgress(string Subject, string Layer, long SentBytes, long TotalBytes, string State) : ReleaseEvent(Subject);

/// <summary>The scan of an image that was pushed is waited for.</summary>
/// <param name="Subject">The image.</param>
/// <param name="Detail">What the scanner says.</param>
/// <param name="Elapsed">How long it has been waited for.</param>
public sealed record ScanProgress(string Subject, string Detail, TimeSpan Elapsed) : ReleaseEvent(Subject);

/// <summary>A CodeBuild build is in a phase.</summary>
public sealed record BuildPhaseChanged(string Subject, string BuildId, string Phase, TimeSpan Elapsed) : ReleaseEvent(Subject);

/// <summary>An endpoint's update goes on.</summary>
public sealed record EndpointProgress(string Subject, string Status, string? Detail, TimeSpan Elapsed) : ReleaseEvent(Subject);

/// <summary>A deployment goes on.</summary>
public sealed record DeploymentProgress(
    string Subject, string DeploymentId, string RolloutState, int Desired, int Pending, int Running, int Failed, TimeSpan Elapsed) : ReleaseEvent(Subject);

/// <summary>An event that ECS wrote about a service.</summary>
public sealed record ServiceSaid(string Subject, DateTimeOffset At, string Message) : ReleaseEvent(Subject);

/// <summary>A task of a deployment stopped by its fault.</summary>
public sealed record TaskStopped(string Subject, StoppedTask Task) : ReleaseEvent(Subject);

/// <summary>The wait for a deployment has ended, well or not; those of other services may go on.</summary>
public sealed record RolloutEnded(string Subject, ServiceRollout Rollout) : ReleaseEvent(Subject);

/// <summary>A task that is run once goes on.</summary>
/// <param name="Subject">The service.</param>
/// <param name="TaskArn">The task.</param>
/// <param name="Status">ECS's word for how far it is.</param>
/// <param name="Elapsed">Since it was asked for.</param>
public sealed record TaskProgress(string Subject, string TaskArn, string Status, TimeSpan Elapsed) : ReleaseEvent(Subject);

/// <summary>A line of terraform's output, already cleared of sensitive values.</summary>
public sealed record TerraformOutput(string Subject, string Line) : ReleaseEvent(Subject);

/// <summary>Terraform has done so many of so many changes.</summary>
public sealed record TerraformProgress(string Subject, int Done, int Total, string Resource) : ReleaseEvent(Subject);

/// <summary>A step failed; what does not depend on it goes on. The error follows when all has ended.</summary>
public sealed record ItemFailed(string Subject, ReleaseException Error) : ReleaseEvent(Subject);
