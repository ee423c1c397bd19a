namespace ReleaseTools.Sandbox.SecretsManager;

/// <summary>A secret. Its value is not kept: no operation of the sandbox gives one.</summary>
internal sealed record SecretState
{
    public required string Name { get; init; }

    public required string Arn { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The version that is current; null while the secret has no value.</summary>
    public string? CurrentVersion { get; init; }

    /// <summary>When it is to go for good; null while it is not to be deleted.</summary>
    public DateTimeOffset? GoesAt { get; init; }

    /// <summary>When its deletion was asked for.</summary>
    public DateTimeOffset? DeletedAt { get; init; }
}
