using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Releases.Definition;

/// <summary>A release definition that cannot be used, with everything that is wrong in it.</summary>
public sealed class DefinitionException : ReleaseException
{
    internal DefinitionException(string file, IReadOnlyList<DefinitionProblem> problems)
        : base(
            nameof(Messages.DefinitionInvalid), ErrorKind.InvalidArgument, file,
            Text(nameof(Messages.DefinitionInvalid), string.Join(Environment.NewLine, problems)),
            Text(nameof(Messages.DefinitionInvalid_Action), file), innerException: null) =>
        Problems = problems;

    /// <summary>The problems, in the file's order.</summary>
    public IReadOnlyList<DefinitionProblem> Problems { get; }
}
