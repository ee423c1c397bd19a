using System.Management.Automation;

namespace ReleaseTools.Hosting;

/// <summary>The base of cmdlets that build images: what they are asked for, and by which tag.</summary>
public abstract class ImageCommand : AwsCommand
{
    /// <summary>The set of parameters in which images are named.</summary>
    private protected const string ByName = "ByName";

    private const string ByObject = "ByObject";

    private readonly ImageRequest request = new();
    private readonly HashSet<TakenImage> taken = [];

    private protected ImageCommand()
    {
    }

    /// <summary>The images' names in the definition. Wildcards are permitted.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByName)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>Images, as Get-ReleaseImage gives them.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ByObject)]
    public ReleaseImage[] InputObject { get; set; } = [];

    /// <summary>The release tag; the git commit when left out.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Tag { get; set; }

    /// <summary>Builds without the cache, and although the registry holds an image of the same inputs.</summary>
    [Parameter]
    public SwitchParameter NoCache { get; set; }

    /// <summary>Builds although the registry holds an image of the same inputs.</summary>
    [Parameter]
    public SwitchParameter NoReuse { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => request.Add(Name, InputObject);

    /// <summary>What is asked for, workspace by workspace; null where a pipeline brought nothing.</summary>
    private protected IReadOnlyList<WorkspaceRequest>? ReadRequest() =>
        MyInvocation.ExpectingInput && request.IsEmpty ? null : request.ByWorkspace(ReadDefinitionPath(), forAll: Path is not null);

    /// <summary>Takes an image to work on; false when it was taken before.</summary>
    private protected bool Take(ReleaseImage image) => taken.Add(new(image.Workspace, image.Name));

    private sealed record TakenImage(string Workspace, string Name);
}
