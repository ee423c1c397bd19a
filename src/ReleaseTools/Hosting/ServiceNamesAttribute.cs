using System.Collections;
using System.Management.Automation;
using System.Runtime.CompilerServices;

namespace ReleaseTools.Hosting;

/// <summary>
/// Keeps an object that names no service from being turned into its text, as PowerShell would do for a parameter of strings:
/// the brackets of a record's text are wildcards, which fit anything or nothing, without a word.
/// </summary>
/// <param name="others">What other parameters of the command take; it is left to them.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ServiceNamesAttribute(params Type[] others) : ArgumentTransformationAttribute
{
    // A transformation knows no command and must give a text; what the text stands for goes along with it, and is gone with it.
    private static readonly ConditionalWeakTable<string, object> StandIns = [];

    /// <summary>The object that was given where a name belongs; null where this is a name.</summary>
    public static object? MisplacedAs(string name) => StandIns.TryGetValue(name, out var given) ? given : null;

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => Plain(inputData) switch
    {
        null or string => inputData,
        IEnumerable several and not IDictionary => several.Cast<object?>().Select(Name).ToArray(),
        var one => new[] { Name(one) },
    };

    private string? Name(object? given)
    {
        var one = Plain(given);
        if (one is null or string)
            return (string?)one;
        if (Array.Exists(others, other => other.IsInstanceOfType(one)))
        {
            // Of this exception PowerShell makes nothing but the attempt to bind another parameter.
            var message = $"A {one.GetType().Name} comes down the pipeline, or by the parameter that takes it; it is no name.";
            throw new ArgumentTransformationMetadataException(message, new PSInvalidCastException(message));
        }

        var text = new string(one.GetType().Name.AsSpan()); // a text of its own, as the key of what it stands for
        StandIns.Add(text, one);
        return text;
    }

    private static object? Plain(object? given) => given is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : given;
}
