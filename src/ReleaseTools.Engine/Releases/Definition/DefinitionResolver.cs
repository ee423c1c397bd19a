using System.Text.RegularExpressions;

namespace ReleaseTools.Engine.Releases.Definition;

/// <summary>Fills a definition's variables in, and holds what comes out against the rules.</summary>
internal sealed class DefinitionResolver(DefinitionFile file, Interpolation variables, DefinitionProblems problems)
{
    private readonly DefinitionSections sections = file.Sections;

    public ReleaseDefinition Resolve()
    {
        var cluster = Matching(sections.Cluster, DefinitionRules.EcsName(), "an ECS cluster");
        var images = ResolveImages(out var codeBuildProject);
        return new()
        {
            Project = file.Project,
            Workspace = file.Workspace,
            Path = file.Path,
            Region = Matching(sections.Region, DefinitionRules.Region(), "an AWS region, such as eu-west-1"),
            Cluster = cluster,
            CodeBuildProject = codeBuildProject,
            ThrottleLimit = sections.ThrottleLimit,
            Terraform = file.Terraform,
            Images = images,
            Services = ResolveServices(cluster, images),
            Inference = ResolveInference(),
        };
    }

    private List<ReleaseImage> ResolveImages(out string? codeBuildProject)
    {
        codeBuildProject = Matching(sections.CodeBuildProject, DefinitionRules.CodeBuildProject(), "a CodeBuild project");
        var resolver = new ImageResolver(file, variables, problems, codeBuildProject, this);
        var images = new List<ReleaseImage>();
        foreach (var image in sections.Images)
        {
            if (resolver.Resolve(image) is not { } resolved)
                continue;
            if (images.Find(other => string.Equals(other.Repository, resolved.Repository, StringComparison.Ordinal)) is { } other)
                problems.Add(image.Position, $"The images '{other.Name}' and '{image.Name}' have the same repository; each would take the other's tag away.");
            images.Add(resolved);
        }

        return images;
    }

    private List<ServiceDefinition> ResolveServices(string? defaultCluster, List<ReleaseImage> images)
    {
        var services = new List<ServiceDefinition>();
        foreach (var (name, position, section) in sections.Services)
        {
            var cluster = Matching(section.Cluster, DefinitionRules.EcsName(), "an ECS cluster") ?? defaultCluster;
            if (section.Cluster is null && sections.Cluster is null)
                problems.Add(position, $"The service '{name}' has no cluster: put \"cluster\" into it or at the top.");
            var service = section.Service is null ? name : Matching(section.Service, DefinitionRules.EcsName(), "an ECS service");
            var verify = section.Verify is { } verification ? Verification(verification) : null;
            if (cluster is null || service is null)
                continue;
            if (services.Find(other => string.Equals(other.Service, service, StringComparison.Ordinal) && string.Equals(other.Cluster, cluster, StringComparison.Ordinal)) is { } same)
                problems.Add(position, $"'{same.Name}' and '{name}' are the same ECS service.");
            services.Add(new()
            {
                Name = name,
                Service = service,
                Cluster = cluster,
                Image = section.Image?.Raw,
                Repository = images.Find(image => string.Equals(image.Name, section.Image?.Raw, StringComparison.Ordinal))?.Repository,
                Verify = verify,
                After = [.. section.After.Select(other => other.Raw)],
                PinDigest = section.PinDigest,
                BeforeRollout = section.BeforeRollout is { } task ? Task(task) : null,
            });
        }

        return services;
    }

    private BeforeRolloutTask? Task(TaskSection section)
    {
        var words = section.Command.Select(word => PublicText(word, "is shown by ECS to everybody who may describe tasks; give it to the task definition as a secret")).ToList();
        return words.Contains(null) ? null : new BeforeRolloutTask
        {
            Command = [.. words.OfType<string>()],
            Container = Matching(section.Container, DefinitionRules.ContainerName(), "a container's name"),
            Timeout = section.TimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        };
    }

    private UrlVerification? Verification(VerificationSection section) => Url(section.Url) is not { } url ? null : new()
    {
        Url = url.AbsoluteUri,
        Status = [.. section.Status.Select(status => status.Value)],
        Timeout = section.TimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
    };

    private InferenceDefinition ResolveInference()
    {
        if (sections.Inference is not { } section)
            return new() { Backend = InferenceBackend.None, Reason = "The definition has no \"inference\"." };
        if (section.Backend != InferenceBackend.SageMaker)
        {
            var reason = section.Backend == InferenceBackend.Http
                ? "Inference is served over HTTP by a server of its own; there is no SageMaker endpoint."
                : "The definition says that there is no inference.";
            return new() { Backend = section.Backend, Image = section.Image?.Raw, Reason = section.Reason ?? reason };
        }

        return new()
        {
            Backend = InferenceBackend.SageMaker,
            EndpointName = Matching(section.Endpoint, DefinitionRules.EndpointName(), "a SageMaker endpoint"),
            Image = section.Image?.Raw,
            VariantName = Matching(section.Variant, DefinitionRules.EndpointName(), "a variant"),
        };
    }

    /// <summary>The text filled in, where it is what it should be; what is wrong goes to the problems.</summary>
    public string? Matching(DefinitionText? text, Regex rule, string wanted)
    {
        if (variables.Fill(text) is not { } filled)
            return null;
        if (rule.IsMatch(filled.Value))
            return filled.Value;
        problems.Add(filled.Source.Position, $"{filled.Shown} is not {wanted}.");
        return null;
    }

    /// <summary>The text filled in, where no sensitive variable is in it: it ends up where others can read it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="because">What becomes of it, and what to do instead.</param>
    public string? PublicText(DefinitionText text, string because)
    {
        if (variables.Fill(text) is not { } filled)
            return null;
        if (!filled.IsSensitive)
            return filled.Value;
        problems.Add(text.Position, $"{filled.Shown} is made of a sensitive variable, and what stands here {because}.");
        return null;
    }

    // A service's URL is shown with the service, and said in its rollout's reason.
    private Uri? Url(DefinitionText? text)
    {
        if (variables.Fill(text) is not { } filled)
            return null;
        if (filled.IsSensitive)
        {
            problems.Add(filled.Source.Position, $"{filled.Shown} is made of a sensitive variable, and a URL to verify is shown to everybody who may see the service; name one that needs no secret.");
            return null;
        }

        if (Uri.TryCreate(filled.Value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
            return url;
        problems.Add(filled.Source.Position, $"{filled.Shown} is not an http or https URL.");
        return null;
    }
}
