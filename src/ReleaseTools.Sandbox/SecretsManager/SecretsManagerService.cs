using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.SecretsManager;

/// <summary>
/// AWS Secrets Manager, as far as a secret can be known without its value:
/// https://docs.aws.amazon.com/secretsmanager/latest/apireference/Welcome.html
/// </summary>
internal sealed partial class SecretsManagerService(SandboxWorld world) : SandboxService(world)
{
    private const string Invalid = "InvalidParameterException";
    private const int DefaultRecoveryDays = 30;
    private const int SuffixCharacters = 6;

    private SortedDictionary<string, SecretState> secrets = new(StringComparer.Ordinal);

    public override string Name => "secretsmanager";

    public override string TargetPrefix => "secretsmanager";

    public override JsonObject Invoke(string operation, JsonObject request) => operation switch
    {
        "CreateSecret" => Create(request),
        "PutSecretValue" => PutValue(request),
        "DescribeSecret" => SecretDescriptions.Described(Find(request)),
        "DeleteSecret" => Delete(request),
        "RestoreSecret" => Restore(Find(request)),
        _ => throw SandboxException.UnknownOperation(Name, operation),
    };

    public override string? TargetOf(string operation, JsonObject request) => request.Text("SecretId") ?? request.Text(nameof(SecretState.Name));

    public override void Advance(DateTimeOffset now)
    {
        foreach (var gone in secrets.Values.Where(secret => secret.GoesAt <= now).ToList())
            secrets.Remove(gone.Name);
    }

    public override JsonObject Save() => new() { ["secrets"] = JsonSerializer.SerializeToNode(secrets) };

    public override void Load(JsonObject state) =>
        secrets = new(state["secrets"].Deserialize<Dictionary<string, SecretState>>()!, StringComparer.Ordinal);

    private JsonObject Create(JsonObject request)
    {
        var name = request.Required(nameof(SecretState.Name), Invalid);
        if (!NameCharacters().IsMatch(name))
            throw new SandboxException(Invalid, "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!");
        if (secrets.TryGetValue(name, out var taken))
        {
            throw taken.DeletedAt is null
                ? new SandboxException("ResourceExistsException", $"The operation failed because the secret {name} already exists.")
                : new SandboxException("InvalidRequestException", "You can't create this secret because a secret with this name is already scheduled for deletion.");
        }

        var secret = new SecretState
        {
            Name = name,
            Arn = World.Arn("secretsmanager", $"secret:{name}-{Suffix(name)}"),
            CreatedAt = World.Now,
            CurrentVersion = HasValue(request) ? VersionOf(request) : null,
        };
        return Kept(secret);
    }

    private JsonObject PutValue(JsonObject request)
    {
        var secret = Find(request);
        RequireNotDeleted(secret);
        return HasValue(request)
            ? Kept(secret with { CurrentVersion = VersionOf(request) })
            : throw new SandboxException("InvalidRequestException", "You must provide either SecretString or SecretBinary.");
    }

    private JsonObject Delete(JsonObject request)
    {
        var secret = Find(request);
        RequireNotDeleted(secret);
        var force = request.Flag("ForceDeleteWithoutRecovery") is true;
        var days = request.Number("RecoveryWindowInDays") ?? DefaultRecoveryDays;
        if (days is < 7 or > DefaultRecoveryDays)
            throw new SandboxException(Invalid, "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).");
        var goesAt = force ? World.Now : World.Now.AddDays(days);
        secrets[secret.Name] = secret with { DeletedAt = World.Now, GoesAt = goesAt };
        var answer = SecretDescriptions.Named(secret);
        answer["DeletionDate"] = goesAt.EpochSeconds();
        return answer;
    }

    private JsonObject Restore(SecretState secret)
    {
        secrets[secret.Name] = secret with { DeletedAt = null, GoesAt = null };
        return SecretDescriptions.Named(secret);
    }

    private JsonObject Kept(SecretState secret)
    {
        secrets[secret.Name] = secret;
        var answer = SecretDescriptions.Named(secret);
        if (secret.CurrentVersion is { } version)
            answer["VersionId"] = version;
        return answer;
    }

    // A secret is named by its name, its ARN, or its ARN without the six characters that AWS put behind the name.
    private SecretState Find(JsonObject request)
    {
        var id = request.Required("SecretId", Invalid);
        return secrets.Values.FirstOrDefault(secret => id == secret.Name || id == secret.Arn || id == secret.Arn[..^(SuffixCharacters + 1)])
            ?? throw new SandboxException("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
    }

    private static void RequireNotDeleted(SecretState secret)
    {
        if (secret.DeletedAt is not null)
            throw new SandboxException("InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion.");
    }

    private static bool HasValue(JsonObject request) => request.Text("SecretString") is not null || request.Text("SecretBinary") is not null;

    private static string VersionOf(JsonObject request) => request.Text("ClientRequestToken") ?? Guid.NewGuid().ToString();

    // Six characters of chance at AWS; here those of the name's hash, so that a seed can name a secret by its ARN.
    private static string Suffix(string name) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..SuffixCharacters];

    [GeneratedRegex(@"^[A-Za-z0-9/_+=.@!-]{1,512}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex NameCharacters();
}
