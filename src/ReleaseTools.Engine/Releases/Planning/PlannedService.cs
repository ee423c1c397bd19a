namespace ReleaseTools.Engine.Releases.Planning;

/// <summary>A service that a release would roll out, and why.</summary>
/// <param name="Name">Its name in the definition.</param>
/// <param name="Reason">Why.</param>
/// <param name="After">The names of the services that must be healthy before.</param>
public sealed record PlannedService(string Name, string Reason, IReadOnlyList<string> After);
