using System.Collections.Concurrent;
using System.Text.Json;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Infrastructure;
using ReleaseTools.Engine.Releases.Definition;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Inference.Recovery.Diagnosis;

/// <summary>
/// Asks Terraform's state which configuration an endpoint is on. It is asked where terraform was initialised, for a few seconds at most: a
/// state elsewhere may be locked or far. What it does not answer is said, and held against nobody.
/// </summary>
/// <param name="settings">Terraform's directory.</param>
/// <param name="environment">Gives the environment that terraform runs in.</param>
/// <param name="observer">Told what went wrong.</param>
/// <param name="clock">Measures.</param>
public sealed class TerraformEndpoints(TerraformSettings settings, Func<CancellationToken, Task<IReadOnlyDictionary<string, string>>> environment, IReleaseObserver observer, TimeProvider clock)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(8);

    private readonly ConcurrentDictionary<string, Task<TerraformFacts>> read = new(StringComparer.Ordinal);

    /// <summary>Asks, once.</summary>
    internal Task<TerraformFacts> ReadAsync(string endpointName, CancellationToken cancellationToken) => read.GetOrAdd(endpointName, name => AskAsync(name, cancellationToken));

    private async Task<TerraformFacts> AskAsync(string endpointName, CancellationToken cancellationToken)
    {
        if (settings.Directory is null)
            return new(IsThere: false, ConfigName: null);
        using var limit = new CancellationTokenSource(Longest, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var variables = await environment(either.Token);
            if (!Directory.Exists(Path.Combine(settings.Directory, variables.GetValueOrDefault("TF_DATA_DIR") is { Length: > 0 } data ? data : ".terraform")))
                return new(IsThere: true, ConfigName: null);

            // What it says of its own interrupt is not for the user, who did not interrupt it.
            using var state = await new TerraformInfrastructure(settings, variables, NullObserver.Instance, clock).ShowAsync(either.Token);
            return new(IsThere: true, ConfigNameIn(state.RootElement, endpointName));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            observer.Report(new Warned(endpointName, $"Terraform did not tell within {Words.Duration(Longest)} which configuration its state has the endpoint on."));
        }
        catch (ReleaseException failed)
        {
            observer.Report(new Warned(endpointName, $"Terraform did not tell which configuration its state has the endpoint on. {failed.Message.Split('\n')[0].TrimEnd()}"));
        }

        return new(IsThere: true, ConfigName: null);
    }

    /// <summary>The configuration's name in <c>terraform show -json</c> of a state (format 1.x: values, root_module, child_modules, resources).</summary>
    private static string? ConfigNameIn(JsonElement state, string endpointName) =>
        state.TryGetProperty("values", out var values) && values.TryGetProperty("root_module", out var root)
            ? ModulesFrom(root).SelectMany(module => Elements(module, "resources"))
                .Where(resource => Text(resource, "type") == "aws_sagemaker_endpoint" && resource.TryGetProperty("values", out var of) && Text(of, "name") == endpointName)
                .Select(resource => Text(resource.GetProperty("values"), "endpoint_config_name")).FirstOrDefault()
            : null;

    private static IEnumerable<JsonElement> ModulesFrom(JsonElement module) => Elements(module, "child_modules").SelectMany(ModulesFrom).Prepend(module);

    private static JsonElement.ArrayEnumerator Elements(JsonElement of, string member) => of.TryGetProperty(member, out var array) && array.ValueKind == JsonValueKind.Array ? array.EnumerateArray() : default;

    private static string? Text(JsonElement of, string member) => of.TryGetProperty(member, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
}
