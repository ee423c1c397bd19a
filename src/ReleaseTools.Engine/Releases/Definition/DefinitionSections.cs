namespace ReleaseTools.Engine.Releases.Definition;

// The definition as written: variables not yet filled in, every value with its place. Read by DefinitionReader or made
// by DefinitionDiscovery, and turned into a ReleaseDefinition by DefinitionResolver.

/// <param name="Raw">The text as written, with its <c>${…}</c>.</param>
/// <param name="Position">Where its first character stands.</param>
/// <param name="IsVerbatim">Whether the characters stand in the file one by one, so that a place inside can be told.</param>
internal sealed record DefinitionText(string Raw, SourcePosition Position, bool IsVerbatim)
{
    public SourcePosition At(int index) => IsVerbatim ? Position.Right(index) : Position;
}

internal sealed record PlacedNumber(int Value, SourcePosition Position);

internal sealed record Named<T>(string Name, SourcePosition Position, T Value);

internal sealed record DefinitionSections
{
    public DefinitionText? Project { get; init; }
    public DefinitionText? Region { get; init; }
    public DefinitionText? Cluster { get; init; }
    public DefinitionText? CodeBuildProject { get; init; }
    public int? ThrottleLimit { get; init; }
    public int? MaxReuseDays { get; init; }
    public FindingSeverity? FailOnSeverity { get; init; }
    public TerraformSection? Terraform { get; init; }
    public IReadOnlyList<Named<ImageSection>> Images { get; init; } = [];
    public IReadOnlyList<Named<ServiceSection>> Services { get; init; } = [];
    public InferenceSection? Inference { get; init; }
}

internal sealed record TerraformSection
{
    public DefinitionText? Directory { get; init; }
    public DefinitionText? EnvFile { get; init; }
    public DefinitionText? Workspace { get; init; }
    public IReadOnlyList<DefinitionText> VarFiles { get; init; } = [];
}

internal sealed record ImageSection
{
    public DefinitionText? Dockerfile { get; init; }
    public DefinitionText? Context { get; init; }
    public DefinitionText? Repository { get; init; }
    public ImageBuilder Builder { get; init; }
    public DefinitionText? CodeBuildProject { get; init; }
    public IReadOnlyList<DefinitionText> Inputs { get; init; } = [];
    public bool WholeContext { get; init; }
    public IReadOnlyList<Named<DefinitionText>> BuildArgs { get; init; } = [];
    public IReadOnlyList<Named<DefinitionText>> BaseImages { get; init; } = [];
    public IReadOnlyList<DefinitionText> After { get; init; } = [];
    public IReadOnlyList<BeforeSection> Before { get; init; } = [];
    public IReadOnlyList<Named<SecretSection>> Secrets { get; init; } = [];
    public DefinitionText? Target { get; init; }
    public DefinitionText? Platform { get; init; }
    public IReadOnlyList<DefinitionText> CacheFrom { get; init; } = [];
    public IReadOnlyList<DefinitionText> CacheTo { get; init; } = [];
    public int? MaxReuseDays { get; init; }
    public FindingSeverity? FailOnSeverity { get; init; }

    /// <summary>The images that this one waits for.</summary>
    public IEnumerable<DefinitionText> WaitsFor => BaseImages.Select(image => image.Value).Concat(After);
}

internal sealed record BeforeSection
{
    public required SourcePosition Position { get; init; }
    public IReadOnlyList<DefinitionText> Command { get; init; } = [];
    public DefinitionText? Directory { get; init; }
    public IReadOnlyList<DefinitionText> Outputs { get; init; } = [];
}

internal sealed record SecretSection
{
    public DefinitionText? Environment { get; init; }
    public DefinitionText? File { get; init; }
}

internal sealed record ServiceSection
{
    public DefinitionText? Image { get; init; }
    public DefinitionText? Service { get; init; }
    public DefinitionText? Cluster { get; init; }
    public VerificationSection? Verify { get; init; }
    public IReadOnlyList<DefinitionText> After { get; init; } = [];
    public bool PinDigest { get; init; }
    public TaskSection? BeforeRollout { get; init; }
}

internal sealed record VerificationSection
{
    public required SourcePosition Position { get; init; }
    public DefinitionText? Url { get; init; }
    public IReadOnlyList<PlacedNumber> Status { get; init; } = [];
    public int? TimeoutSeconds { get; init; }
}

internal sealed record TaskSection
{
    public required SourcePosition Position { get; init; }
    public IReadOnlyList<DefinitionText> Command { get; init; } = [];
    public DefinitionText? Container { get; init; }
    public int? TimeoutSeconds { get; init; }
}

internal sealed record InferenceSection
{
    public required SourcePosition Position { get; init; }
    public InferenceBackend Backend { get; init; }
    public DefinitionText? Endpoint { get; init; }
    public DefinitionText? Image { get; init; }
    public DefinitionText? Variant { get; init; }
    public string? Reason { get; init; }
}
