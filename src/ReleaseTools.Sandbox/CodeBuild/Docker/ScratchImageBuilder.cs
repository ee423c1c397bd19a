using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.CodeBuild.Shell;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.CodeBuild.Docker;

/// <summary>
/// Builds Dockerfiles that stand on <c>scratch</c> and need no container to be run: everything but RUN, other base images and
/// copying between stages. The same inputs give the same digest, as the configuration carries no time.
/// </summary>
internal sealed class ScratchImageBuilder(BuildContext context, IReadOnlyDictionary<string, string> buildArgs, string architecture, Action<string> log)
{
    private readonly Dictionary<string, string> arguments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> environment = new(StringComparer.Ordinal);
    private readonly JsonObject settings = [];
    private readonly JsonObject labels = [];
    private readonly JsonObject ports = [];
    private readonly List<Layer> layers = [];
    private string workingDirectory = "/";
    private bool hasBase;

    /// <summary>Builds an image.</summary>
    /// <exception cref="DockerBuildException">The Dockerfile asks for what cannot be done here, or for files that are not there.</exception>
    public BuiltImage Build(IReadOnlyList<Instruction> instructions, IReadOnlyDictionary<string, string> extraLabels, CancellationToken cancellation)
    {
        for (var step = 0; step < instructions.Count; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            var instruction = instructions[step];
            log($"Step {step + 1}/{instructions.Count} : {instruction.Name} {instruction.Arguments}");
            if (!hasBase && instruction.Name is not ("FROM" or "ARG"))
                throw new DockerBuildException("no build stage in current context");
            Apply(instruction);
        }
        if (!hasBase)
            throw new DockerBuildException("no build stage in current context");
        foreach (var (name, value) in extraLabels)
            labels[name] = value;
        return BuiltImage.Of(Config(), layers);
    }

    private void Apply(Instruction instruction)
    {
        switch (instruction.Name)
        {
            case "FROM":
                From(Expand(instruction.Arguments));
                break;
            case "ARG":
                Arg(instruction.Arguments);
                break;
            case "ENV":
                foreach (var (name, value) in Pairs(instruction))
                    environment[name] = value;
                break;
            case "LABEL":
                foreach (var (name, value) in Pairs(instruction))
                    labels[name] = value;
                break;
            case "COPY" or "ADD":
                Copy(instruction);
                break;
            case "WORKDIR":
                workingDirectory = InImage(Expand(instruction.Arguments));
                settings["WorkingDir"] = workingDirectory;
                break;
            case "USER":
                settings["User"] = Expand(instruction.Arguments);
                break;
            case "STOPSIGNAL":
                settings["StopSignal"] = Expand(instruction.Arguments);
                break;
            case "EXPOSE":
                foreach (var port in Expand(instruction.Arguments).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    ports[port.Contains('/', StringComparison.Ordinal) ? port : port + "/tcp"] = new JsonObject();
                break;
            case "CMD":
                settings["Cmd"] = Command(instruction);
                break;
            case "ENTRYPOINT":
                settings["Entrypoint"] = Command(instruction);
                break;
            case "RUN":
                throw new DockerBuildException($"dockerfile line {instruction.Line}: RUN needs a container, and this sandbox's CodeBuild has none: it builds images FROM scratch only");
            default:
                throw new DockerBuildException($"dockerfile parse error on line {instruction.Line}: this sandbox's CodeBuild does not know the instruction {instruction.Name}");
        }
    }

    private void From(string arguments)
    {
        var words = arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(word => !word.StartsWith("--platform", StringComparison.Ordinal)).ToList();
        if (words.FirstOrDefault() != "scratch")
            throw new DockerBuildException($"FROM {arguments}: this sandbox's CodeBuild has no base images: it builds images FROM scratch only");
        if (hasBase)
            throw new DockerBuildException("this sandbox's CodeBuild builds one stage only");
        hasBase = true;
    }

    private void Arg(string argument)
    {
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? argument : argument[..equals];
        if (buildArgs.TryGetValue(name, out var given))
            arguments[name] = given;
        else if (equals >= 0)
            arguments[name] = string.Concat(ShellWords.Split(argument[(equals + 1)..], Variable));
    }

    private void Copy(Instruction instruction)
    {
        var words = instruction.ExecForm()?.Select(Expand).ToList() ?? [.. ShellWords.Split(instruction.Arguments, Variable)];
        foreach (var flag in words.Where(word => word.StartsWith("--", StringComparison.Ordinal)))
        {
            // --link only says how a layer is joined; the others would change what is in it.
            if (flag != "--link")
                throw new DockerBuildException($"dockerfile line {instruction.Line}: this sandbox's CodeBuild does not know {instruction.Name} {flag}");
        }
        words.RemoveAll(word => word.StartsWith("--", StringComparison.Ordinal));
        if (words.Count < 2)
            throw new DockerBuildException($"{instruction.Name} requires at least two arguments");
        if (instruction.Name == "ADD" && words.Exists(word => word.Contains("://", StringComparison.Ordinal) || word.EndsWith(".tar", StringComparison.Ordinal) || word.EndsWith(".gz", StringComparison.Ordinal)))
            throw new DockerBuildException($"dockerfile line {instruction.Line}: this sandbox's CodeBuild adds local files only, and unpacks none");

        var target = words[^1];
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var source in words.SkipLast(1))
        {
            var found = context.Find(source);
            var isFile = found.Count == 1 && found[0].CopiedAs == Path.GetFileName(found[0].File) && File.Exists(context.PathOf(source.TrimEnd('/')));
            var intoDirectory = target.EndsWith('/') || target == "." || words.Count > 2 || !isFile;
            foreach (var (file, copiedAs) in found)
                files[InImage(intoDirectory ? $"{target}/{copiedAs}" : target).TrimStart('/')] = context.PathOf(file);
        }
        layers.Add(LayerWriter.Write(files));
    }

    private IEnumerable<(string Name, string Value)> Pairs(Instruction instruction)
    {
        var first = instruction.Arguments.Split([' ', '\t'], 2);
        // The older form, `ENV name value with blanks`.
        if (!first[0].Contains('=', StringComparison.Ordinal))
            return [(first[0], first.Length > 1 ? Expand(first[1].Trim()) : string.Empty)];
        return ShellWords.Split(instruction.Arguments, Variable).Select(word => word.Split('=', 2)).Select(pair => (pair[0], pair.Length > 1 ? pair[1] : string.Empty));
    }

    private static JsonArray Command(Instruction instruction) =>
        instruction.ExecForm()?.ToJsonArray() ?? new[] { "/bin/sh", "-c", instruction.Arguments }.ToJsonArray();

    private string InImage(string path)
    {
        var parts = new List<string>();
        foreach (var part in (path.StartsWith('/') ? path : $"{workingDirectory}/{path}").Split('/'))
        {
            if (part == ".." && parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else if (part is not ("" or "." or ".."))
                parts.Add(part);
        }
        return "/" + string.Join('/', parts);
    }

    private string Expand(string text) => ShellWords.Expand(text, Variable);

    private string? Variable(string name) => environment.GetValueOrDefault(name) ?? arguments.GetValueOrDefault(name);

    private JsonObject Config()
    {
        settings["Env"] = environment.Select(variable => $"{variable.Key}={variable.Value}").ToJsonArray();
        if (labels.Count > 0)
            settings["Labels"] = labels;
        if (ports.Count > 0)
            settings["ExposedPorts"] = ports;
        return new JsonObject
        {
            ["architecture"] = architecture,
            ["os"] = "linux",
            ["created"] = "1970-01-01T00:00:00Z",
            ["config"] = settings,
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = layers.Select(layer => layer.DiffId).ToJsonArray() },
            ["history"] = layers.Select(_ => new JsonObject { ["created"] = "1970-01-01T00:00:00Z", ["created_by"] = "COPY" }).ToJsonArray(),
        };
    }
}
