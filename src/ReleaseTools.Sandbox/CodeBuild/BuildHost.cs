using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.CodeBuild.Shell;

namespace ReleaseTools.Sandbox.CodeBuild;

/// <summary>
/// The host on which one build runs its commands. A phase's work goes on off the services' lock, and nobody waits for it under
/// that lock: its outcome is there or it is not. Giving up the host ends its work before its next command, layer or push.
/// </summary>
internal sealed class BuildHost : IDisposable
{
    private readonly CancellationTokenSource givenUp = new();
    private readonly CancellationToken cancellation;
    private readonly SandboxWorld world;
    private readonly SandboxFault? fault;
    private readonly Dictionary<string, string> environment;
    private readonly JsonObject settings;
    private readonly SourceTree tree;
    private readonly DockerCommands docker;
    private List<string> written = [];
    private Buildspec? buildspec;
    private (string Phase, Task<PhaseOutcome> Work)? working;
    private bool isTaken;

    public BuildHost(SandboxWorld world, Build build, SandboxFault? fault)
    {
        this.world = world;
        this.fault = fault;
        cancellation = givenUp.Token;
        settings = build.Settings;
        var source = $"/codebuild/output/src{build.Number}/src";
        tree = new SourceTree(source);
        docker = new DockerCommands(world.Images, tree, Write, cancellation);
        environment = BuildEnvironment.Of(world, build, source);
    }

    /// <summary>The phase whose work was last begun; null before the first.</summary>
    public string? Phase => working?.Phase;

    /// <summary>The work whose outcome nobody has taken yet; null when there is none.</summary>
    public Task? Work => isTaken ? null : working?.Work;

    /// <summary>What came of a phase, whose work the first call begins; null while its commands run.</summary>
    /// <param name="phase">The phase.</param>
    /// <param name="lines">What it wrote to the log, given once when it is done.</param>
    public PhaseOutcome? Outcome(BuildPhase phase, out IReadOnlyList<string> lines)
    {
        if (Phase != phase.Type)
        {
            written = [];
            isTaken = false;
            working = (phase.Type, HasCommands(phase.Type)
                ? Task.Run(() => CarryOut(phase.Type, phase.StartTime), CancellationToken.None)
                : Task.FromResult(CarryOut(phase.Type, phase.StartTime)));
        }
        lines = [];
        var work = working!.Value.Work;
        if (!work.IsCompleted)
            return null;
        isTaken = true;
        lines = Interlocked.Exchange(ref written, []);
        return work.Result;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        givenUp.Cancel();
        givenUp.Dispose();
    }

    private static bool HasCommands(string phase) => phase is "DOWNLOAD_SOURCE" or "INSTALL" or "PRE_BUILD" or "BUILD" or "POST_BUILD";

    // Whatever goes wrong here is the build's failure: it never reaches the sandbox's other services.
    private PhaseOutcome CarryOut(string phase, DateTimeOffset at)
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
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return new PhaseOutcome("CLIENT_ERROR", "The build was given up.");
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
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
            cancellation.ThrowIfCancellationRequested();
            Write(BuildLog.Prefix(at) + "Running command " + command);
            try
            {
                // A block of several lines is one command; a backslash joins lines.
                foreach (var line in command.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n'))
                    shell.Run(line, cancellation);
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
