using ReleaseTools.Sandbox.CodeBuild.Docker;
using ReleaseTools.Sandbox.Registry;

namespace ReleaseTools.Sandbox.CodeBuild.Shell;

/// <summary>The docker command line inside a build: its images live as long as the build, what is pushed is in ECR.</summary>
internal sealed class DockerCommands(IImageStore registry, SourceTree tree, Action<string> log, CancellationToken cancellation)
{
    private static readonly string[] SwitchesWithoutEffect = ["--no-cache", "--pull", "--quiet", "-q", "--push=false", "--load", "--rm", "--force-rm"];
    private static readonly string[] OptionsWithoutEffect = ["--progress", "--provenance", "--sbom", "--cache-from", "--cache-to", "--secret", "--network"];

    private readonly Dictionary<string, BuiltImage> images = new(StringComparer.Ordinal);

    /// <summary>Runs a command, given without the leading <c>docker</c>.</summary>
    /// <exception cref="CommandFailedException">It fails.</exception>
    public void Run(List<string> arguments)
    {
        switch (arguments)
        {
            case ["build", .. var rest]:
                Build(rest);
                break;
            case ["tag", var source, var target]:
                images[Tagged(target)] = Find(source);
                break;
            case ["push", var reference]:
                Push(Tagged(reference));
                break;
            default:
                throw new CommandFailedException(127, $"docker {string.Join(' ', arguments.Take(1))}: command not found (this sandbox's CodeBuild runs docker build, tag and push)");
        }
    }

    private void Build(IEnumerable<string> arguments)
    {
        var options = ReadOptions(arguments);
        var context = options.Context is { } path ? tree.Find(path) : null;
        if (context is null || !Directory.Exists(context))
            throw new CommandFailedException(1, $"unable to prepare context: path \"{options.Context}\" not found");
        var dockerfile = options.File is { } file ? tree.Find(file) : Path.Combine(context, "Dockerfile");
        if (dockerfile is null || !File.Exists(dockerfile))
            throw new CommandFailedException(1, $"unable to prepare context: unable to evaluate symlinks in Dockerfile path: {options.File ?? "Dockerfile"}: no such file or directory");
        try
        {
            var builder = new ScratchImageBuilder(
                new BuildContext(context, DockerIgnore.Of(context, dockerfile)), options.BuildArgs, options.Architecture, log);
            var image = builder.Build(Dockerfile.Parse(File.ReadAllText(dockerfile)), options.Labels, cancellation);
            log("Successfully built " + Digest.Hex(Digest.Of(image.Config))[..12]);
            foreach (var tag in options.Tags.Select(Tagged))
            {
                images[tag] = image;
                log("Successfully tagged " + tag);
            }
        }
        catch (DockerBuildException problem)
        {
            throw new CommandFailedException(1, problem.Message);
        }
    }

    private void Push(string reference)
    {
        var image = Find(reference);
        var colon = reference.LastIndexOf(':');
        log($"The push refers to repository [{reference[..colon]}]");
        try
        {
            var digest = registry.Push(reference, ManifestReader.DockerManifest, image.Manifest, image.Blobs, cancellation);
            foreach (var layer in image.Layers)
                log($"{Digest.Hex(layer.DiffId)[..12]}: Pushed");
            log($"{reference[(colon + 1)..]}: digest: {digest} size: {image.Manifest.Length}");
        }
        catch (SandboxException refusal)
        {
            throw new CommandFailedException(1, RegistryException.From(refusal).Message);
        }
    }

    private BuiltImage Find(string reference) =>
        images.GetValueOrDefault(Tagged(reference)) ?? throw new CommandFailedException(1, $"An image does not exist locally with the tag: {reference}");

    private static string Tagged(string reference) =>
        reference.LastIndexOf(':') > reference.LastIndexOf('/') ? reference : reference + ":latest";

    private static BuildOptions ReadOptions(IEnumerable<string> arguments)
    {
        var options = new BuildOptions();
        // `--name=value` and `--name value` are the same.
        var left = new Queue<string>(arguments.SelectMany(word =>
            word.StartsWith("--", StringComparison.Ordinal) && !SwitchesWithoutEffect.Contains(word, StringComparer.Ordinal) ? word.Split('=', 2) : [word]));
        while (left.TryDequeue(out var word))
        {
            if (SwitchesWithoutEffect.Contains(word, StringComparer.Ordinal))
                continue;
            if (!word.StartsWith('-') || word == "-")
            {
                options.Context = word;
                continue;
            }
            if (!left.TryDequeue(out var value))
                throw new CommandFailedException(125, $"flag needs an argument: {word}");
            Take(options, word, value);
        }
        return options;
    }

    private static void Take(BuildOptions options, string option, string value)
    {
        switch (option)
        {
            case "-f" or "--file":
                options.File = value;
                break;
            case "-t" or "--tag":
                options.Tags.Add(value);
                break;
            case "--build-arg":
                options.BuildArgs[value.Split('=', 2)[0]] = value.Contains('=', StringComparison.Ordinal) ? value.Split('=', 2)[1] : string.Empty;
                break;
            case "--label":
                options.Labels[value.Split('=', 2)[0]] = value.Contains('=', StringComparison.Ordinal) ? value.Split('=', 2)[1] : string.Empty;
                break;
            case "--platform":
                options.Architecture = value.Split('/').ElementAtOrDefault(1) ?? throw new CommandFailedException(1, $"\"{value}\" is an invalid platform");
                break;
            default:
                if (!OptionsWithoutEffect.Contains(option, StringComparer.Ordinal))
                    throw new CommandFailedException(125, $"unknown flag: {option} (this sandbox's CodeBuild does not know it)");
                break;
        }
    }

    private sealed class BuildOptions
    {
        public string? File { get; set; }

        public string? Context { get; set; }

        public string Architecture { get; set; } = "amd64";

        public List<string> Tags { get; } = [];

        public Dictionary<string, string> BuildArgs { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, string> Labels { get; } = new(StringComparer.Ordinal);
    }
}
