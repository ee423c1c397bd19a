namespace ReleaseTools.Tests.Commands;

/// <summary>
/// A sandbox that the process points at is in the way of every test that starts another, or a process: its environment is theirs.
/// </summary>
[CollectionDefinition(SandboxedWorkspace.Collection, DisableParallelization = true)]
public sealed class SandboxCollection;
