using System.Text;
using System.Text.Json;
using CliWrap;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Releases.Definition;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Infrastructure;

/// <summary>The terraform CLI in one directory.</summary>
public sealed class TerraformCli
{
    /// <summary>How long terraform may take to end after an interrupt: it finishes what it has begun and gives its lock back.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(2);

    // It only reads: there is nothing that it would have to end well.
    private static readonly TimeSpan GraceOfShow = TimeSpan.FromSeconds(1);

    // What a kill takes until the process is seen to have ended, and what is cleared up after it.
    private static readonly TimeSpan KillTime = TimeSpan.FromSeconds(5);

    private readonly string executable;
    private readonly string? setsid;
    private readonly TerraformSettings settings;
    private readonly IReadOnlyDictionary<string, string> environment;
    private readonly IReleaseObserver observer;
    private readonly TimeProvider clock;

    private TerraformCli(
        string executable, string directory, TerraformSettings settings, IReadOnlyDictionary<string, string> environment, IReleaseObserver observer, TimeProvider clock)
    {
        this.executable = executable;
        Directory = directory;
        this.settings = settings;
        this.environment = environment;
        this.observer = observer;
        this.clock = clock;
        setsid = OperatingSystem.IsWindows() ? null : ExecutableLookup.Find("setsid", environment);
    }

    /// <summary>Terraform's working directory.</summary>
    public string Directory { get; }

    internal SensitiveValues Sensitive { get; } = new();

    /// <summary>Finds terraform.</summary>
    /// <param name="settings">Where it runs, in which workspace, with which variables.</param>
    /// <param name="environment">The environment it runs in; its PATH is searched, its <c>TF_*</c> variables are passed on.</param>
    /// <param name="observer">Gets what terraform says, cleared of sensitive values.</param>
    /// <param name="clock">Measures the grace time of an interrupt.</param>
    /// <exception cref="ReleaseException">TerraformNotFound, TerraformDirectoryMissing.</exception>
    public static TerraformCli Find(TerraformSettings settings, IReadOnlyDictionary<string, string> environment, IReleaseObserver observer, TimeProvider clock)
    {
        if (settings.Directory is not { } directory || !System.IO.Directory.Exists(directory))
            throw ReleaseException.For(nameof(Messages.TerraformDirectoryMissing), ErrorKind.NotFound, settings.Directory, settings.Directory ?? "(none)");
        return IsInstalled(environment, out var executable)
            ? new(executable, directory, settings, environment, observer, clock)
            : throw ReleaseException.For(nameof(Messages.TerraformNotFound), ErrorKind.NotInstalled, directory);
    }

    /// <summary>Whether terraform is on PATH, and where.</summary>
    public static bool IsInstalled(IReadOnlyDictionary<string, string> environment, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? executable) =>
        (executable = ExecutableLookup.Find("terraform", environment)) is not null;

    /// <summary><c>terraform init</c>: providers, modules and backend. Does nothing where they are there.</summary>
    /// <exception cref="ReleaseException">TerraformFailed.</exception>
    public async Task InitAsync(CancellationToken cancellationToken) =>
        Require("init", await RunAsync("init", ["init", "-input=false", "-no-color"], Say, cancellationToken).ConfigureAwait(false));

    /// <summary><c>terraform plan</c> into a file, and <c>terraform show</c> of it. The sensitive values in it are masked from then on.</summary>
    /// <remarks>
    /// Not by <c>-detailed-exitcode</c>: a wrapper around terraform, such as the one that GitHub's setup-terraform installs unless told otherwise, makes a
    /// 0 of the 2 that says "something to do", and nothing would ever be applied.
    /// </remarks>
    /// <exception cref="ReleaseException">TerraformFailed, TerraformAnswerUnreadable.</exception>
    public async Task<TerraformPlan> PlanAsync(string planFile, CancellationToken cancellationToken)
    {
        string[] arguments = ["plan", "-json", "-input=false", $"-out={planFile}", .. settings.VarFiles.Select(file => $"-var-file={file}")];
        Require("plan", await RunAsync("plan", arguments, SayMessage, cancellationToken).ConfigureAwait(false));
        var shown = await RunAsync("show", ["show", "-json", planFile], heard: null, cancellationToken).ConfigureAwait(false);
        Require("show", shown);
        using var answer = Answer("show", shown, TerraformPlan.IsPlan);
        return TerraformPlan.Read(answer.RootElement, Sensitive);
    }

    /// <summary>
    /// <c>terraform apply</c> of a plan file. The file, which holds sensitive values in plain text, is deleted as soon as terraform has read it: nothing
    /// that ends this process later leaves it behind.
    /// </summary>
    /// <exception cref="ReleaseException">TerraformFailed.</exception>
    public async Task ApplyAsync(string planFile, TerraformPlan plan, CancellationToken cancellationToken)
    {
        var total = plan.Adds.Count + plan.Changes.Count + plan.Destroys.Count;
        var done = 0;
        Require("apply", await RunAsync("apply", ["apply", "-json", "-input=false", planFile], Hear, cancellationToken).ConfigureAwait(false));

        void Hear(string line)
        {
            SayMessage(line);
            var message = TerraformMessage.Parse(line);
            if (message is { IsOfTheWork: true })
                DeleteRead(planFile);
            if (message is { Type: "apply_complete", Resource: { } resource })
                observer.Report(new TerraformProgress(Directory, ++done, total, resource));
        }
    }

    /// <summary><c>terraform output</c> as variables of the env file.</summary>
    /// <exception cref="ReleaseException">TerraformFailed, TerraformAnswerUnreadable.</exception>
    public async Task<IReadOnlyList<InfraVariable>> OutputAsync(CancellationToken cancellationToken)
    {
        var run = await RunAsync("output", ["output", "-json", "-no-color"], heard: null, cancellationToken).ConfigureAwait(false);
        Require("output", run);
        using var answer = Answer("output", run, TerraformOutputs.AreOutputs);
        return TerraformOutputs.Read(answer.RootElement);
    }

    /// <summary><c>terraform show</c> of the state as it was last written. What it gives may be secret.</summary>
    /// <exception cref="ReleaseException">TerraformFailed, TerraformAnswerUnreadable.</exception>
    public async Task<JsonDocument> ShowAsync(CancellationToken cancellationToken)
    {
        var run = await RunAsync("show", ["show", "-json"], heard: null, cancellationToken).ConfigureAwait(false);
        Require("show", run);
        return Answer("show", run, TerraformPlan.IsPlan);
    }

    private JsonDocument Answer(string verb, TerraformRun run, Func<JsonElement, bool> isIt) => TerraformAnswer.Find(run.Output, isIt)
        ?? throw ReleaseException.For(nameof(Messages.TerraformAnswerUnreadable), ErrorKind.Failed, Directory, verb, Directory, executable);

    private static void DeleteRead(string planFile)
    {
        try
        {
            File.Delete(planFile);
        }
        catch (Exception held) when (held is IOException or UnauthorizedAccessException)
        {
            // Windows, while terraform holds it open: it goes with its directory.
        }
    }

    private void Say(string line)
    {
        if (!string.IsNullOrWhiteSpace(line))
            observer.Report(new TerraformOutput(Directory, Sensitive.Mask(line)));
    }

    private void SayMessage(string line) => Say(TerraformMessage.Parse(line) is { } message ? message.Error ?? message.Message : line);

    private async Task<TerraformRun> RunAsync(string verb, IReadOnlyList<string> arguments, Action<string>? heard, CancellationToken cancellationToken)
    {
        var output = new StringBuilder();
        var errors = new StringBuilder();

        // A terminal's Ctrl-C goes to every process of its group. Terraform takes a second interrupt, ours, as an order to drop everything
        // and leave its lock and state behind; in a session of its own it gets ours alone. setsid(1) becomes the program it is given.
        IReadOnlyList<string> line = setsid is null ? arguments : [executable, .. arguments];
        var command = Cli.Wrap(setsid ?? executable).WithArguments(line).WithWorkingDirectory(Directory)
            .WithEnvironmentVariables(Environment()).WithValidation(CommandResultValidation.None)
            .WithStandardOutputPipe(PipeTarget.ToDelegate(text =>
            {
                output.AppendLine(text);
                heard?.Invoke(text);
            }))
            .WithStandardErrorPipe(PipeTarget.ToDelegate(text => errors.AppendLine(text)));

        using var kill = new CancellationTokenSource();
        using var timer = clock.CreateTimer(_ => kill.Cancel(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        await using var stopped = cancellationToken.UnsafeRegister(_ => Stop(), state: null);
        observer.Report(new Traced(Directory, $"{executable} {verb}"));
        var result = await command.ExecuteAsync(kill.Token, cancellationToken).ConfigureAwait(false);
        return new(result.ExitCode, output.ToString(), errors.ToString());

        void Stop()
        {
            var grace = verb is "show" ? GraceOfShow : Grace;
            timer.Change(grace, Timeout.InfiniteTimeSpan);
            var doing = verb is "apply" ? "terraform finishes what it is applying and gives its lock back." : $"terraform {verb} is being interrupted.";
            observer.Report(new StopTakesTime(Directory, $"{doing} After {Words.Duration(grace)} it is killed.", grace + KillTime));
        }
    }

    private Dictionary<string, string?> Environment()
    {
        var variables = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (name, value) in environment)
            variables[name] = value;
        variables["TF_IN_AUTOMATION"] = "1"; // no advice on commands to type next
        variables["TF_INPUT"] = "0";
        if (settings.Workspace is { } workspace)
            variables["TF_WORKSPACE"] = workspace;
        return variables;
    }

    private void Require(string verb, TerraformRun run)
    {
        if (run.ExitCode != 0)
        {
            var said = Sensitive.Mask(TerraformDiagnostics.Of(run));
            var id = said.Contains("Error acquiring the state lock", StringComparison.Ordinal) ? nameof(Messages.TerraformStateLocked) : nameof(Messages.TerraformFailed);
            throw ReleaseException.For(id, ErrorKind.Failed, Directory, verb, Directory, run.ExitCode, said);
        }
    }
}
