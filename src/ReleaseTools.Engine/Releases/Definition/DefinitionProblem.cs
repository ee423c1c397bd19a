namespace ReleaseTools.Engine.Releases.Definition;

/// <summary>Something wrong in a release definition.</summary>
/// <param name="File">The file it is in.</param>
/// <param name="Position">Where in the file.</param>
/// <param name="Message">What is wrong.</param>
public sealed record DefinitionProblem(string File, SourcePosition Position, string Message)
{
    /// <summary><c>file:line:column: message</c>, which terminals and editors make a link of.</summary>
    public override string ToString() =>
        Position.Line == 0 ? $"{File}: {Message}" : $"{File}:{Position.Line}:{Position.Column}: {Message}";
}

/// <summary>Collects the problems of one file, so that all of them are told at once.</summary>
internal sealed class DefinitionProblems(string file)
{
    private readonly List<DefinitionProblem> problems = [];

    public string File => file;

    public void Add(SourcePosition position, string message) => problems.Add(new(file, position, message));

    /// <exception cref="DefinitionException">There are problems.</exception>
    public void ThrowIfAny()
    {
        if (problems.Count > 0)
            throw new DefinitionException(file, [.. problems.OrderBy(p => p.Position.Line).ThenBy(p => p.Position.Column)]);
    }
}
