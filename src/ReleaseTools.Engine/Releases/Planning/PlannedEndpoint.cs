namespace ReleaseTools.Engine.Releases.Planning;

/// <summary>What a release would do about the endpoint, and why.</summary>
/// <param name="Name">The endpoint, or the inference backend where there is none.</param>
/// <param name="Action"><see cref="ReleaseAction.Update"/>, <see cref="ReleaseAction.Unchanged"/> or <see cref="ReleaseAction.Skip"/>.</param>
/// <param name="Reason">Why.</param>
public sealed record PlannedEndpoint(string Name, ReleaseAction Action, string Reason);
