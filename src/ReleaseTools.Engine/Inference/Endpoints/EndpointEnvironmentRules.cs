using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>
/// What SageMaker takes as a model's environment (ContainerDefinition, API reference), checked here: SageMaker's own refusal
/// quotes the value, which nobody's log should hold.
/// </summary>
internal static partial class EndpointEnvironmentRules
{
    private const int LongestText = 1024;
    private const int MostVariables = 100;
    private const int LargestInAll = 32 * 1024;

    /// <summary>Checks what is asked for by itself.</summary>
    /// <exception cref="ReleaseException">EndpointEnvironmentInvalid; it names variables, never values.</exception>
    public static void Check(EndpointChange change)
    {
        foreach (var (name, value) in change.Environment)
        {
            if (!Name().IsMatch(name))
                throw Invalid($"'{name}' is no name for a variable: letters, digits and underscores, and no digit first");
            if (Size(name) > LongestText || Size(value) > LongestText)
                throw Invalid($"the name or the value of '{Short(name)}' is longer than {LongestText} bytes");
        }

        if (change.RemoveEnvironment.FirstOrDefault(change.Environment.ContainsKey) is { } both)
            throw Invalid($"'{both}' is to be set and to be removed");
    }

    /// <summary>Checks the environment of all of a model's containers together.</summary>
    /// <exception cref="ReleaseException">EndpointEnvironmentInvalid.</exception>
    public static void CheckModel(JsonObject model)
    {
        var environments = EndpointClone.ContainersOf(model).Select(container => container["Environment"] as JsonObject ?? []).ToList();
        if (environments.Exists(environment => environment.Count > MostVariables))
            throw Invalid($"it would have more than {MostVariables} variables");
        if (environments.Sum(environment => environment.Sum(variable => Size(variable.Key) + Size($"{variable.Value}"))) > LargestInAll)
            throw Invalid("its names and values would be larger than 32 KB together");
    }

    private static ReleaseException Invalid(string why) => ReleaseException.For(nameof(Messages.EndpointEnvironmentInvalid), ErrorKind.InvalidArgument, target: null, why);

    private static int Size(string text) => Encoding.UTF8.GetByteCount(text);

    private static string Short(string name) => name.Length > 40 ? name[..40] + "…" : name;

    [GeneratedRegex("^[a-zA-Z_][a-zA-Z0-9_]*$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Name();
}
