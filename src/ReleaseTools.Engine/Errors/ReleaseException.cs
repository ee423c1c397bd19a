using System.Globalization;

namespace ReleaseTools.Engine.Errors;

/// <summary>
/// An error an operator can act on: an id, what it is about, and what to type next. Messages and ids are in
/// <c>Messages.resx</c>, so that they cannot drift apart.
/// </summary>
public class ReleaseException : Exception
{
    /// <summary>An error whose text is made elsewhere; prefer <see cref="For"/>.</summary>
    protected ReleaseException(string id, ErrorKind kind, object? target, string message, string recommendedAction, Exception? innerException)
        : base(message, innerException)
    {
        Id = id;
        Kind = kind;
        Target = target;
        RecommendedAction = recommendedAction;
    }

    /// <summary>The error's id: its key in <c>Messages.resx</c>.</summary>
    public string Id { get; }

    /// <summary>What kind of error it is.</summary>
    public ErrorKind Kind { get; }

    /// <summary>What it is about: an image, a service, a file.</summary>
    public object? Target { get; }

    /// <summary>The sentence that tells an operator what to type next.</summary>
    public string RecommendedAction { get; }

    /// <summary>Makes the error whose id is <paramref name="id"/>, written <c>nameof(Messages.…)</c>.</summary>
    /// <param name="id">The key in <c>Messages.resx</c>.</param>
    /// <param name="kind">What kind of error it is.</param>
    /// <param name="target">What it is about.</param>
    /// <param name="arguments">What fills the placeholders of the message and of its recommended action.</param>
    public static ReleaseException For(string id, ErrorKind kind, object? target, params object?[] arguments) =>
        new(id, kind, target, Text(id, arguments), Text(id + "_Action", arguments), innerException: null);

    /// <inheritdoc cref="For"/>
    /// <param name="innerException">What caused it.</param>
    public static ReleaseException Wrap(Exception innerException, string id, ErrorKind kind, object? target, params object?[] arguments) =>
        new(id, kind, target, Text(id, arguments), Text(id + "_Action", arguments), innerException);

    /// <summary>A message of <c>Messages.resx</c>, filled.</summary>
    /// <exception cref="ArgumentException">There is no such message.</exception>
    protected static string Text(string key, params object?[] arguments) =>
        string.Format(
            CultureInfo.InvariantCulture,
            Messages.ResourceManager.GetString(key, CultureInfo.InvariantCulture) ?? throw new ArgumentException($"No message '{key}'.", nameof(key)),
            arguments);
}
