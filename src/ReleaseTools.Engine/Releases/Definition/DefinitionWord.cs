namespace ReleaseTools.Engine.Releases.Definition;

/// <summary>One of the few words that a key may have, and what it means.</summary>
internal sealed record DefinitionWord<T>(string Word, T Value)
    where T : struct;
