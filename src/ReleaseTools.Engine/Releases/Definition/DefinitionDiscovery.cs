using System.Text.RegularExpressions;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Infrastructure;

namespace ReleaseTools.Engine.Releases.Definition;

/// <summary>What was discovered, in the words of a file that could have been written instead.</summary>
internal sealed record DiscoveredDefinition(string Workspace, string EnvFile, string? TerraformDirectory, DefinitionSections Sections, IReadOnlyList<string> Notes);

/// <summary>
/// Makes a definition of a workspace without a release.json, from the names in its env file and the folders that hold Dockerfiles. Values stay
/// variables, so that a discovered definition goes the same way as a written one.
/// </summary>
internal sealed partial class DefinitionDiscovery
{
    private const string InferenceName = "INFERENCE";
    private static readonly string[] ImageParents = ["packages", "apps", "services", "."];

    // Where nobody says what is good, the URL may lead to a login on another host.
    private static readonly int[] GoodAnswers = [200, 204, 301, 302, 303, 307, 308];

    private readonly string workspace;
    private readonly Dictionary<string, InfraVariable> variables;
    private readonly List<string> notes = [];

    private DefinitionDiscovery(string workspace, InfraEnvironment environment)
    {
        this.workspace = workspace;
        variables = environment.Variables.Where(v => v.Reveal().Length > 0).GroupBy(v => v.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last(), StringComparer.Ordinal);
    }

    /// <exception cref="ReleaseException">DefinitionNotFound: nothing here to make a definition of.</exception>
    public static async Task<DiscoveredDefinition> DiscoverAsync(string start, CancellationToken cancellationToken)
    {
        var (workspace, envFile) = FindEnvFile(start);
        var environment = await InfraEnvironmentFile.ReadAsync(envFile, cancellationToken).ConfigureAwait(false);
        var discovery = new DefinitionDiscovery(workspace, environment);
        var sections = discovery.Discover();
        if (sections.Images.Count == 0)
            throw NotFound(start, $"'{envFile}' names no ECR_<NAME>_URL with a Dockerfile to it.");
        var directory = Path.GetDirectoryName(envFile)!;
        var terraform = Directory.EnumerateFiles(directory, "*.tf").Any() ? directory : null;
        return new(workspace, envFile, terraform, sections, discovery.notes);
    }

    /// <summary>Looks in the directory and above it, up to the root of its repository; outside one only in the directory itself.</summary>
    private static (string Workspace, string EnvFile) FindEnvFile(string start)
    {
        foreach (var directory in DirectoriesFrom(start))
        {
            var files = EnvFilesOf(directory).Where(File.Exists).ToList();
            if (files.Count > 1)
                throw NotFound(start, $"there is more than one env file: {string.Join(", ", files)}.");
            if (files.Count == 1)
                return (directory, files[0]);
        }

        throw NotFound(start, "there is no env file at packages/*-infra/.env, infra/.env or .env. Run Invoke-TerraformApply first, or Export-TerraformOutput where terraform has been applied already.");
    }

    /// <summary>A directory and those above it, up to the root of its repository; outside one only the directory itself.</summary>
    internal static IReadOnlyList<string> DirectoriesFrom(string start)
    {
        var directories = new List<string>();
        for (var directory = start; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            directories.Add(directory);
            if (Path.Exists(Path.Combine(directory, ".git")))
                return directories;
        }

        return [start];
    }

    /// <summary>The folders of a workspace that terraform may be in: <c>packages/*-infra</c>, <c>infra</c>.</summary>
    internal static IReadOnlyList<string> InfraFoldersOf(string workspace)
    {
        var packages = Path.Combine(workspace, "packages");
        string[] infra = Directory.Exists(packages) ? [.. Directory.EnumerateDirectories(packages, "*-infra").Order(StringComparer.Ordinal)] : [];
        return [.. infra, Path.Combine(workspace, "infra")];
    }

    private static string[] EnvFilesOf(string directory)
    {
        string[] found = [.. InfraFoldersOf(directory).Select(folder => Path.Combine(folder, ".env")).Where(File.Exists)];
        return found.Length > 0 ? found : [Path.Combine(directory, ".env")];
    }

    private DefinitionSections Discover()
    {
        var backend = Backend(out var why);
        var images = new List<Named<ImageSection>>();
        string? inferenceImage = null;
        foreach (var (variable, name) in variables.Keys.Order(StringComparer.Ordinal).Select(key => (key, EcrUrl().Match(key).Groups["name"].Value)).Where(found => found.Value.Length > 0))
        {
            var folder = FindFolder(name);
            if (name is not InferenceName)
                AddImage(images, variable, name, folder);
            else if (backend != InferenceBackend.SageMaker)
                notes.Add($"{variable} is left out: {why}");
            else if (AddInferenceImage(images, variable, folder))
                inferenceImage = images[^1].Name;
        }

        return new()
        {
            Region = Reference("REGION") ?? Reference("AWS_REGION"),
            Cluster = Reference("ECS_CLUSTER_NAME"),
            CodeBuildProject = Reference("CODEBUILD_PROJECT_NAME"),
            Images = images,
            Services = Services(images, inferenceImage),
            Inference = backend == InferenceBackend.SageMaker && inferenceImage is null
                ? new() { Position = default, Backend = InferenceBackend.None, Reason = "There is an endpoint, but no ECR_INFERENCE_URL with something to build it." }
                : new()
                {
                    Position = default,
                    Backend = backend,
                    Reason = why,
                    Endpoint = Reference("SAGEMAKER_ENDPOINT_NAME"),
                    Image = inferenceImage is null ? null : Text(inferenceImage),
                },
        };
    }

    private InferenceBackend Backend(out string? why)
    {
        why = null;
        if (variables.ContainsKey("SAGEMAKER_ENDPOINT_NAME"))
            return InferenceBackend.SageMaker;
        var http = variables.ContainsKey("INFERENCE_HTTP_URL");
        why = http
            ? "inference is served over HTTP (INFERENCE_HTTP_URL is set, SAGEMAKER_ENDPOINT_NAME is not)."
            : "there is no inference (neither SAGEMAKER_ENDPOINT_NAME nor INFERENCE_HTTP_URL is set).";
        return http ? InferenceBackend.Http : InferenceBackend.None;
    }

    private void AddImage(List<Named<ImageSection>> images, string variable, string name, string? folder)
    {
        if (folder is null)
        {
            notes.Add($"{variable} is left out: there is no Dockerfile at packages/{Dashed(name)}, apps/{Dashed(name)}, services/{Dashed(name)} or {Dashed(name)}.");
            return;
        }

        images.Add(new(Path.GetFileName(folder), default, new()
        {
            Dockerfile = Text(Path.GetRelativePath(workspace, Path.Combine(folder, "Dockerfile"))),
            Repository = Reference(variable),
        }));
        notes.Add($"{variable} is the repository of the image '{images[^1].Name}', built from {images[^1].Value.Dockerfile!.Raw}.");
    }

    private bool AddInferenceImage(List<Named<ImageSection>> images, string variable, string? folder)
    {
        var codeBuild = Reference("CODEBUILD_PROJECT_NAME") is not null;
        if (!codeBuild && folder is null)
        {
            notes.Add($"{variable} is left out: there is neither a CODEBUILD_PROJECT_NAME nor one Dockerfile for inference.");
            return false;
        }

        images.Add(new(folder is null ? "inference" : Path.GetFileName(folder), default, new()
        {
            Builder = codeBuild ? ImageBuilder.CodeBuild : ImageBuilder.Docker,
            Dockerfile = folder is null ? null : Text(Path.GetRelativePath(workspace, Path.Combine(folder, "Dockerfile"))),
            Repository = Reference(variable),
        }));
        notes.Add($"{variable} is the repository of the inference image '{images[^1].Name}', built by {(codeBuild ? "CodeBuild" : "docker")}.");
        return true;
    }

    private List<Named<ServiceSection>> Services(List<Named<ImageSection>> images, string? inferenceImage)
    {
        if (Reference("ECS_CLUSTER_NAME") is null)
        {
            notes.Add("There is no ECS_CLUSTER_NAME, so no service is rolled out.");
            return [];
        }

        notes.Add("Each image but the inference image is taken to run in the ECS service of the same name.");
        return [.. images.Where(image => !string.Equals(image.Name, inferenceImage, StringComparison.Ordinal))
            .Select(image => new Named<ServiceSection>(image.Name, default, new() { Image = Text(image.Name), Verify = Verification(image.Name) }))];
    }

    // One that terraform calls sensitive is not to be shown, and a service's URL is.
    private VerificationSection? Verification(string name)
    {
        var variable = $"{name.Replace('-', '_').ToUpperInvariant()}_URL";
        return Reference(variable) is not { } url || variables[variable].IsSensitive ? null : new()
        {
            Position = default,
            Url = url,
            Status = [.. GoodAnswers.Select(status => new PlacedNumber(status, default))],
        };
    }

    /// <summary>The folder of an image: WEB_UI is web-ui, web_ui or webui; INFERENCE may also be the one folder that ends so.</summary>
    private string? FindFolder(string name)
    {
        var folders = ImageParents
            .Select(parent => Path.GetFullPath(parent, workspace)).Where(Directory.Exists)
            .SelectMany(parent => Directory.EnumerateDirectories(parent).Order(StringComparer.Ordinal))
            .Where(folder => File.Exists(Path.Combine(folder, "Dockerfile"))).ToList();
        if (folders.Find(folder => string.Equals(Bare(Path.GetFileName(folder)), Bare(name), StringComparison.Ordinal)) is { } same)
            return same;
        var ending = name is InferenceName ? folders.FindAll(folder => Bare(Path.GetFileName(folder)).EndsWith(InferenceName, StringComparison.Ordinal)) : [];
        return ending.Count == 1 ? ending[0] : null;
    }

    private DefinitionText? Reference(string name) => variables.ContainsKey(name) ? Text($"${{{name}}}") : null;

    private static DefinitionText Text(string raw) => new(raw, default, IsVerbatim: false);

    private static string Bare(string name) => name.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();

    private static string Dashed(string name) => name.Replace('_', '-').ToLowerInvariant();

    internal static ReleaseException NotFound(string start, string why) =>
        ReleaseException.For(nameof(Messages.DefinitionNotFound), ErrorKind.NotFound, start, start, why);

    [GeneratedRegex("^ECR_(?<name>[A-Z0-9_]+)_URL$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EcrUrl();
}
