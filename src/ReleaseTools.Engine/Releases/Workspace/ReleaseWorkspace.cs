using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Infrastructure;
using ReleaseTools.Engine.Releases.Definition;
using ReleaseTools.Engine.Releases.Source;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Releases.Workspace;

/// <summary>
/// A workspace that a command works in: its definition, its sources as git sees them, and the AWS session and Docker
/// engine that belong to it. Each is looked for when it is first asked for, so that a command that needs no Docker
/// does not ask for one.
/// </summary>
public sealed class ReleaseWorkspace : IDisposable
{
    private readonly AwsSessionOptions awsOptions;
    private readonly Lazy<DockerEngine> engine;
    private readonly SemaphoreSlim gate = new(1);
    private readonly object gitGate = new();
    private Task<GitSnapshot?>? git;
    private bool isTagGiven;
    private AwsSessions? sessions;
    private ImageRegistries? registries;

    private ReleaseWorkspace(DefinitionFile file, AwsSessionOptions awsOptions, IReleaseObserver observer, TimeProvider clock)
    {
        File = file;
        Observer = observer;
        Clock = clock;
        this.awsOptions = awsOptions;
        engine = new(() => DockerEngine.Connect(Environment, clock));
    }

    /// <summary>The definition as written.</summary>
    public DefinitionFile File { get; private set; }

    /// <summary>Gets what happens.</summary>
    public IReleaseObserver Observer { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; }

    /// <summary>The process environment, as the command was given it.</summary>
    public IReadOnlyDictionary<string, string> Environment => awsOptions.Environment;

    /// <summary>The Docker engine that the environment names. Nothing is sent to it yet.</summary>
    /// <exception cref="ReleaseException"><c>DockerHostInvalid</c>.</exception>
    public DockerEngine Engine => engine.Value;

    /// <summary>Opens the workspace that a path is in, and tells what was discovered where there is no release.json.</summary>
    /// <exception cref="ReleaseException">There is no definition, or it is wrong.</exception>
    public static async Task<ReleaseWorkspace> OpenAsync(
        string path, AwsSessionOptions aws, IReleaseObserver observer, TimeProvider clock, CancellationToken cancellationToken)
    {
        var file = await DefinitionFile.LoadAsync(path, cancellationToken);
        foreach (var note in file.Notes)
            observer.Report(new Announced(file.Project, note));
        return new ReleaseWorkspace(file, aws, observer, clock);
    }

    /// <summary>The definition with its variables filled in from the env file as it is now.</summary>
    /// <exception cref="ReleaseException">A variable is not known, or what the definition names is not there.</exception>
    public async Task<ReleaseDefinition> ReadDefinitionAsync(CancellationToken cancellationToken)
    {
        // A discovered definition is made of the env file, which terraform may have written since.
        if (File.IsDiscovered)
            File = await DefinitionFile.LoadAsync(File.Workspace, cancellationToken);
        var definition = File.Resolve(await InfraEnvironmentFile.ReadIfThereAsync(File.Terraform.EnvFile, cancellationToken), Environment);
        return DefinitionCheck.Check(definition) is { Count: > 0 } missing
            ? throw ReleaseException.For(nameof(Messages.DefinitionFilesMissing), ErrorKind.NotFound, definition.Path, definition.Path, string.Join(System.Environment.NewLine, missing))
            : definition;
    }

    /// <summary>Has git looked for while other things are done. Whoever asks for it waits for that, and is told what went wrong.</summary>
    public void LookForGit(CancellationToken cancellationToken) => _ = TakeGit(cancellationToken);

    /// <summary>The workspace as git sees it, found once; null outside git, and where git fails though the tag is given.</summary>
    /// <exception cref="ReleaseException">GitFailed, GitRefusesOwner.</exception>
    public async Task<GitSnapshot?> GitAsync(CancellationToken cancellationToken)
    {
        var taken = TakeGit(cancellationToken);
        try
        {
            return await taken;
        }
        catch (ReleaseException refused) when (CanDoWithout(refused))
        {
            DoWithout(taken, refused);
            return null;
        }
    }

    /// <summary>The release tag: the one given, else git's.</summary>
    /// <exception cref="ReleaseException">TagRequired: none is given, and there is no git to take it from.</exception>
    public async Task<string> TagAsync(string? given, CancellationToken cancellationToken)
    {
        isTagGiven |= given is not null;
        return given ?? await GitSnapshot.RequireTagAsync(await GitAsync(cancellationToken), File.Workspace, cancellationToken);
    }

    /// <summary>What lies at some paths of the workspace, as git lists it; null outside git, and where git fails though the tag is given.</summary>
    /// <exception cref="ReleaseException">GitFailed, GitRefusesOwner.</exception>
    internal async Task<SourceListing?> ListAsync(IReadOnlyCollection<string> names, bool withUnignored, CancellationToken cancellationToken)
    {
        var taken = TakeGit(cancellationToken);
        try
        {
            return await taken is { } snapshot ? await snapshot.ListAsync(names, withUnignored, cancellationToken) : null;
        }
        catch (ReleaseException refused) when (CanDoWithout(refused))
        {
            DoWithout(taken, refused);
            return null;
        }
    }

    /// <summary>Whether the release goes on without git: a tag that is given needs none, and a fingerprint is made of the files themselves where there is none.</summary>
    private bool CanDoWithout(ReleaseException refused) => isTagGiven && refused.Id is (nameof(Messages.GitFailed) or nameof(Messages.GitRefusesOwner));

    /// <summary>From now on there is no git; said once, whoever else waited for the same.</summary>
    private void DoWithout(Task<GitSnapshot?> taken, ReleaseException refused)
    {
        lock (gitGate)
        {
            if (git != taken)
                return;
            git = Task.FromResult<GitSnapshot?>(null);
        }

        Observer.Report(new Warned(File.Project, $"The release does without git. {refused.Message} {refused.RecommendedAction}"));
    }

    private Task<GitSnapshot?> TakeGit(CancellationToken cancellationToken)
    {
        lock (gitGate)
            return git ??= Task.Run(() => GitSnapshot.TakeAsync(File.Workspace, Environment, cancellationToken), cancellationToken);
    }

    /// <summary>Gives the values of variables as a definition means them: of the env file as it is now, else of the environment. What it gives may be secret.</summary>
    public async Task<Func<string, string?>> VariablesAsync(CancellationToken cancellationToken)
    {
        var infra = await InfraEnvironmentFile.ReadIfThereAsync(File.Terraform.EnvFile, cancellationToken);
        return name => infra?.Variables.LastOrDefault(variable => string.Equals(variable.Name, name, StringComparison.Ordinal))?.Reveal() ?? Environment.GetValueOrDefault(name);
    }

    /// <summary>The AWS session, made once; its region is the command's, else the definition's.</summary>
    /// <exception cref="ReleaseException">No region, no credentials.</exception>
    public async Task<AwsSession> AwsAsync(string? definitionRegion, CancellationToken cancellationToken) =>
        await (await SessionsAsync(definitionRegion, cancellationToken)).GetAsync(region: null, cancellationToken);

    /// <summary>The environment for terraform, which is to act as the session does.</summary>
    /// <exception cref="ReleaseException">The profile is not there, or the credentials cannot be had.</exception>
    public Task<IReadOnlyDictionary<string, string>> TerraformEnvironmentAsync(CancellationToken cancellationToken) =>
        AwsProcessEnvironment.OfAsync(awsOptions, cancellationToken);

    /// <summary>The registries that the images' repositories are in. An AWS session is made when the first repository in ECR is asked about.</summary>
    public async Task<ImageRegistries> RegistryAsync(string? definitionRegion, CancellationToken cancellationToken)
    {
        var made = await SessionsAsync(definitionRegion, cancellationToken);
        await gate.WaitAsync(cancellationToken);
        try
        {
            return registries ??= new ImageRegistries(made, new DockerCredentials(Environment, Clock), Observer, Clock);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>
    /// Checks the credentials before anything is applied, in the region that is known by then. Where only the env file that the
    /// apply is yet to write can name it, it is enough that there are credentials: another region's STS may not know them.
    /// </summary>
    /// <exception cref="ReleaseException">No credentials, or they do not do; no region, and none that the env file could bring.</exception>
    public async Task CheckCredentialsAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var known = await AwsSessionFactory.CreateAsync(awsOptions with { DefinitionRegion = await KnownRegionAsync(cancellationToken) }, Observer, cancellationToken);
            await known.GetCallerIdentityAsync(cancellationToken);
        }
        catch (ReleaseException missing) when (missing.Id == nameof(Messages.AwsRegionMissing) && IsRegionFromEnvFile)
        {
            const string anyRegion = "us-east-1"; // needed to make a session; nothing is sent to it
            using var session = await AwsSessionFactory.CreateAsync(awsOptions with { DefinitionRegion = anyRegion }, Observer, cancellationToken);
        }
    }

    private async Task<AwsSessions> SessionsAsync(string? definitionRegion, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            return sessions ??= new AwsSessions(awsOptions, Observer, _ => Task.FromResult(definitionRegion));
        }
        finally
        {
            gate.Release();
        }
    }

    private bool IsRegionFromEnvFile => File.Region?.Contains("${", StringComparison.Ordinal) == true;

    private async Task<string?> KnownRegionAsync(CancellationToken cancellationToken)
    {
        if (!IsRegionFromEnvFile)
            return File.Region;
        try
        {
            return File.Resolve(await InfraEnvironmentFile.ReadIfThereAsync(File.Terraform.EnvFile, cancellationToken), Environment).Region;
        }
        catch (ReleaseException)
        {
            return null; // the plan tells what is wrong with the definition
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        registries?.Dispose();
        sessions?.Dispose();
        if (engine.IsValueCreated)
            engine.Value.Dispose();
        gate.Dispose();
    }
}
