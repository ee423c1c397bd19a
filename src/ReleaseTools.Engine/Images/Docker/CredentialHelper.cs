using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using CliWrap;
using CliWrap.Buffered;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Images.Registries.Oci;
using ReleaseTools.Engine.Infrastructure;

namespace ReleaseTools.Engine.Images.Docker;

/// <summary>
/// A program that keeps credentials for docker: it is told the registry and prints a user and a secret
/// (https://github.com/docker/docker-credential-helpers).
/// </summary>
/// <param name="name">Its name, without <c>docker-credential-</c>.</param>
/// <param name="namedBy">The configuration that names it.</param>
/// <param name="environment">The environment that names PATH, and that it runs in.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed partial class CredentialHelper(string name, string namedBy, IReadOnlyDictionary<string, string> environment, TimeProvider timeProvider)
{
    // Some ask their owner for a password.
    private static readonly TimeSpan LongestRun = TimeSpan.FromSeconds(30);
    private const int LongestComplaint = 200;

    private string Program => $"docker-credential-{name}";

    /// <summary>The credentials of a registry; null where it has none.</summary>
    /// <exception cref="ReleaseException"><c>DockerCredentialHelperFailed</c>.</exception>
    public async Task<RegistryAuthorization?> GetAsync(RegistryAddress registry, CancellationToken cancellationToken)
    {
        var printed = await RunAsync(registry, cancellationToken);
        if (printed is null)
            return null;
        try
        {
            var answer = JsonSerializer.Deserialize(printed, CredentialHelperJson.Default.CredentialHelperAnswer);
            return answer switch
            {
                null or { Secret: null or "" } => null,
                // The name that says that the secret is an identity token.
                { Username: "<token>" } => new RegistryAuthorization(registry.Host, "", "", ExpiresAt: null) { IdentityToken = answer.Secret, Origin = Program },
                { Username: null or "" } => null,
                _ => new RegistryAuthorization(registry.Host, answer.Username, answer.Secret, ExpiresAt: null) { Origin = Program },
            };
        }
        catch (JsonException)
        {
            throw Failed(registry, "printed something that is not JSON"); // what it printed may be the secret
        }
    }

    private async Task<string?> RunAsync(RegistryAddress registry, CancellationToken cancellationToken)
    {
        if (!NameGrammar().IsMatch(name))
            throw Failed(registry, "has no name of a program");
        var path = ExecutableLookup.Find(Program, environment) ?? throw Failed(registry, "is not on PATH");
        using var tooLate = new CancellationTokenSource(LongestRun, timeProvider);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, tooLate.Token);
        try
        {
            var ended = await Cli.Wrap(path).WithArguments("get").WithValidation(CommandResultValidation.None)
                .WithEnvironmentVariables(environment.ToDictionary(variable => variable.Key, string? (variable) => variable.Value, StringComparer.Ordinal))
                .WithStandardInputPipe(PipeSource.FromString(registry.ServerUrl))
                .ExecuteBufferedAsync(stop.Token);
            if (ended.IsSuccess)
                return ended.StandardOutput;
            // Its one failure that is none: "credentials not found in native keychain".
            return ended.StandardOutput.Contains("credentials not found", StringComparison.OrdinalIgnoreCase)
                ? null
                : throw Failed(registry, $"failed with exit code {ended.ExitCode}{Complaint(ended)}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failed(registry, $"did not end within {LongestRun.TotalSeconds:0} s");
        }
        catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or IOException or InvalidOperationException)
        {
            throw Failed(registry, $"cannot be run: {exception.Message}");
        }
    }

    private static string Complaint(BufferedCommandResult ended)
    {
        var said = (ended.StandardOutput.Trim().Length > 0 ? ended.StandardOutput : ended.StandardError).Trim().Split('\n')[0].Trim();
        return said.Length == 0 || said.Contains('{', StringComparison.Ordinal) // an answer, and not a complaint
            ? ""
            : ": " + TerminalText.Neutralise(said.Length > LongestComplaint ? said[..LongestComplaint] + "…" : said);
    }

    private ReleaseException Failed(RegistryAddress registry, string why) =>
        ReleaseException.For(nameof(Messages.DockerCredentialHelperFailed), ErrorKind.Authentication, registry.Host, Program, namedBy, registry.Host, why);

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]*\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NameGrammar();
}

/// <summary>What a credential helper prints. Not a record: its text would be a secret.</summary>
internal sealed class CredentialHelperAnswer
{
    public string? Username { get; init; }

    public string? Secret { get; init; }
}

[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(CredentialHelperAnswer))]
internal sealed partial class CredentialHelperJson : JsonSerializerContext;
