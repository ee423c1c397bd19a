using System.Management.Automation;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Inference.Recovery;
using ReleaseTools.Engine.Inference.Recovery.Diagnosis;
using ReleaseTools.Engine.Releases.Definition;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Hosting;

/// <summary>The base of cmdlets that look at SageMaker endpoints and put them right.</summary>
public abstract class RecoveryCommand : AwsCommand
{
    private protected RecoveryCommand()
    {
    }

    /// <summary>The endpoint, by name or as a record of one; the definition's when left out.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? EndpointName { get; set; }

    /// <summary>Works on endpoints one after the other; an error of one leaves the others alone.</summary>
    /// <param name="asked">The endpoints, each with what is asked of it.</param>
    /// <param name="withTerraform">Whether Terraform's state is asked about them.</param>
    /// <param name="work">What is done.</param>
    private protected void RunForEach<T>(
        IReadOnlyList<(string? Endpoint, T Asked)> asked, bool withTerraform, Func<(string Endpoint, T Asked), RecoveryTools, CommandPipeline, CancellationToken, Task> work)
    {
        if (asked.Count == 0)
            return;
        var (path, aws) = (ReadDefinitionPath(), ReadAwsOptions());
        Run(async (pipeline, cancelled) =>
        {
            var defined = asked.Any(one => one.Endpoint is null) ? await DefinedEndpoint.OfAsync(path, aws, Clock, pipeline.Observer, cancelled) : null;
            using var sessions = Sessions.Of(aws, path, pipeline.Observer);
            using var registries = new ImageRegistries(sessions, new DockerCredentials(aws.Environment, Clock), pipeline.Observer, Clock);
            var tools = new RecoveryTools(await sessions.ForServicesAsync(repository: null, cancelled), registries, pipeline.Observer, Clock, Folder(path));
            if (await LoadAsync(path, cancelled) is { } file)
                tools = tools with { Workspace = file.Workspace, Terraform = withTerraform ? Terraform(file, aws, pipeline.Observer) : null };
            foreach (var (endpoint, what) in asked)
            {
                try
                {
                    await work((endpoint ?? defined!, what), tools, pipeline, cancelled);
                }
                catch (ReleaseException error) when (error.IsOfOneItem())
                {
                    pipeline.WriteError(error, endpoint ?? defined);
                }
            }
        });
    }

    private TerraformEndpoints? Terraform(DefinitionFile file, AwsSessionOptions aws, IReleaseObserver observer) =>
        file.Terraform.Directory is null ? null : new(file.Terraform, cancelled => AwsProcessEnvironment.OfAsync(aws, cancelled), observer, Clock);

    // An endpoint can be looked at and put right without a definition.
    private static async Task<DefinitionFile?> LoadAsync(string path, CancellationToken cancelled)
    {
        try
        {
            return await DefinitionFile.LoadAsync(path, cancelled);
        }
        catch (ReleaseException none) when (none.Id is nameof(Messages.DefinitionNotFound) or nameof(Messages.EnvFileNotFound))
        {
            return null;
        }
    }

    private static string Folder(string path) => Directory.Exists(path) ? path : System.IO.Path.GetDirectoryName(path)!;
}
