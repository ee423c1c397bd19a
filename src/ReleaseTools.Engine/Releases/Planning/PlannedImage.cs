namespace ReleaseTools.Engine.Releases.Planning;

/// <summary>What a release would do about one image, and why.</summary>
/// <param name="Image">The image.</param>
/// <param name="Action"><see cref="ReleaseAction.Build"/> or <see cref="ReleaseAction.Reuse"/>.</param>
/// <param name="Reason">Why.</param>
/// <param name="Digest">The digest ECR holds for the same inputs, when it is reused.</param>
public sealed record PlannedImage(ReleaseImage Image, ReleaseAction Action, string Reason, string? Digest);
