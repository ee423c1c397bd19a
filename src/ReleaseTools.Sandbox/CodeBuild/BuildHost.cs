using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.CodeBuild.Shell;

namespace ReleaseTools.Sandbox.CodeBuild;

/// <summary>
/// The host on which one build runs its commands. A phase's work goes on off the services' lock; whoever asks for its outcome
/// waits for it only a short while, so that a long copy of layers holds up nobody, and small work is done in one step of the clock.
/// </summary>
internal sealed class BuildHost
{
    // Wall-clock time: it is real work that is waited for.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly SandboxWorld world;
    private readonly SandboxFault? fault;
    private readonly Dictionary<string, string> environment;
    private readonly JsonObject settings;
    private readonly SourceTree tree;
    private readonly DockerCommands docker;
    private List<string> written = [];
    private Buildspec? buildspec;
    private (string Phase, Task<PhaseOutcome> Work)? working;

    public BuildHost(SandboxWorld world, Build build, SandboxFault? fault)
    {
        this.world = world;
        this.fault = fault;
        settings = build.Settings;
        var source = $"/codebuild/output/src{build.Number}/src";
        tree = new SourceTree(source);
        docker = new DockerCommands(world.Images, tree, Write);
        environment = BuildEnvironment.Of(world, build, source);
    }

    /// <summary>The phase whose work was last begun; null before the first.</summary>
    public string? Phase => working?.Phase;

    /// <summary>What came of a phase, whose work the first call begins; null while its commands run.</summary>
    /// <param name="phase">The phase.</param>
    /// <param name="lines">What it wrote to the log, given once when it is done.</param>
    public PhaseOutcome? Outcome(BuildPhase phase, out IReadOnlyList<string> lines)
    {
        if (Phase != phase.Type)
        {
            written = [];
            working = (phase.Type, Task.Run(() => Work(phase.Type, phase.StartTime)));
        }
        lines = [];
        var work = working!.Value.Work;
        if (!work.Wait(Patience))
            return null;
        lines = Interlocked.Exchange(ref written, []);
        return work.Result;
    }

    private PhaseOutcome Work(string phase, DateTimeOffset at)
    {
        try
        {
            if (fault?.Phase == phase)
            {
                written.AddRange(fault.LogLines);
                return new PhaseOutcome("COMMAND_EXECUTION_ERROR", fault.Reason ?? "Error while executing command. Reason: exit status 1");
            }
            return phase switch
            {
                "DOWNLOAD_SOURCE" => DownloadSource(),
                "INSTALL" => RunCommands("install", at),
                "PRE_BUILD" => RunCommands("pre_build", at),
                "BUILD" => RunCommands("build", at),
                "POST_BUILD" => RunCommands("post_build", at),
                _ => PhaseOutcome.Succeeded,
            };
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            Write(problem.Message);
            return new PhaseOutcome("COMMAND_EXECUTION_ERROR", "Error while executing command. Reason: " + problem.Message);
        }
    }

    private PhaseOutcome DownloadSource()
    {
        if (BuildEnvironment.Unreadable(settings) is { } variable)
            return new PhaseOutcome("CLIENT_ERROR", $"The variable '{variable}' is not of type PLAINTEXT, and this sandbox's CodeBuild reads no other.");
        var source = settings["source"] as JsonObject ?? [];
        if (source.Text("type") is not (null or "NO_SOURCE"))
        {
            if (world.Options.Workspace is not { } workspace)
                return new PhaseOutcome("CLIENT_ERROR", "This sandbox was started without a workspace to take for the source.");
            tree.Mount(".", workspace);
        }
        try
        {
            var text = source.Text("buildspec");
            if (string.IsNullOrWhiteSpace(text) || (!text.Contains('\n', StringComparison.Ordinal) && !text.TrimStart().StartsWith('{')))
                text = ReadBuildspec(string.IsNullOrWhiteSpace(text) ? "buildspec.yml" : text.Trim());
            buildspec = Buildspec.Parse(text);
        }
        catch (FormatException problem)
        {
            return new PhaseOutcome("YAML_FILE_ERROR", "YAML_FILE_ERROR Message: " + problem.Message);
        }
        // What the project or StartBuild sets stands above what the buildspec sets.
        foreach (var (name, value) in buildspec.Variables)
            environment.TryAdd(name, value);
        return PhaseOutcome.Succeeded;
    }

    private string ReadBuildspec(string path) =>
        tree.Find(path) is { } file && File.Exists(file) ? File.ReadAllText(file) : throw new FormatException($"stat {path}: no such file or directory");

    private PhaseOutcome RunCommands(string phase, DateTimeOffset at)
    {
        var shell = new BuildShell(environment, tree, docker, world.Options.Workspace, Write);
        foreach (var command in buildspec?.Commands.GetValueOrDefault(phase) ?? [])
        {
            Write(BuildLog.Prefix(at) + "Running command " + command);
            try
            {
                // A block of several lines is one command; a backslash joins lines.
                foreach (var line in command.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n'))
                    shell.Run(line);
            }
            catch (CommandFailedException failure)
            {
                Write(failure.Message);
                Write($"{BuildLog.Prefix(at)}Command did not exit successfully {command} exit status {failure.ExitCode}");
                environment["CODEBUILD_BUILD_SUCCEEDING"] = "0";
                return new PhaseOutcome("COMMAND_EXECUTION_ERROR", $"Error while executing command: {command}. Reason: exit status {failure.ExitCode}");
            }
        }
        return PhaseOutcome.Succeeded;
    }

    private void Write(string line) => written.AddRange(line.Split('\n'));
}
