using System.Management.Automation;

namespace ReleaseTools.Tests.Commands;

/// <summary>
/// The cmdlets as a user has them: a session with the packaged module that stands in a copy of the example, and a sandbox
/// the process points at, filled with the example's resources. Tests that use it run one after another, alone.
/// </summary>
internal sealed class SandboxedWorkspace : IDisposable
{
    public const string Collection = "One sandbox at a time";

    private static readonly string Example = Path.Combine(PackagedModule.Root, "examples", "stereo-spot");

    private readonly string temporary = Directory.CreateTempSubdirectory("releasetools-").FullName;
    private readonly PowerShellSession session = new();
    private int furnished; // calls that are no change of the test's

    public SandboxedWorkspace()
        : this(seed => seed)
    {
    }

    /// <summary>The same with other resources in the sandbox.</summary>
    /// <param name="changed">Changes the text of the seed.</param>
    public SandboxedWorkspace(Func<string, string> changed)
    {
        Folder = Directory.CreateDirectory(Path.Combine(temporary, "workspace")).FullName;
        Copy(Example, Folder);
        GoTo(Folder);
        var seed = Path.Combine(Folder, "sandbox.json");
        File.WriteAllText(seed, changed(File.ReadAllText(seed)));
        Sandbox = (ReleaseSandbox)session.Run(
            $"Start-ReleaseSandbox -TimeScale 1000 -Workspace '{Folder}' -SeedPath '{seed}'").Single().BaseObject;
        var outputs = File.ReadAllText(Path.Combine(Folder, "packages", "aws-infra", "sandbox.env"));
        File.WriteAllText(EnvFile, outputs.Replace("127.0.0.1:4599", Sandbox.RegistryHost, StringComparison.Ordinal));
    }

    public ReleaseSandbox Sandbox { get; }

    public RecordingHost Host => session.Host;

    public string Folder { get; }

    public string EnvFile => Path.Combine(Folder, "packages", "aws-infra", ".env");

    /// <summary>Runs a script as a user types it; what goes wrong comes back with what came out.</summary>
    public Ran Run(string script, params (string Name, object Value)[] variables)
    {
        using var pipeline = session.Start($"try {{\n{script}\n}} catch {{ throw }}"); // or a terminating error ends its statement alone
        foreach (var (name, value) in variables)
            pipeline.Runspace.SessionStateProxy.SetVariable(name, value);
        var output = new PSDataCollection<PSObject>();
        try
        {
            pipeline.Invoke(input: null, output);
            return new Ran([.. output.Select(one => one.BaseObject)], [.. pipeline.Streams.Error], Terminated: null);
        }
        catch (RuntimeException ended)
        {
            return new Ran([.. output.Select(one => one.BaseObject)], [.. pipeline.Streams.Error], ended.ErrorRecord);
        }
    }

    /// <summary>A script that the test stops, as Ctrl-C does.</summary>
    public PowerShell Start(string script) => session.Start(script);

    /// <summary>Another workspace, the same as this one.</summary>
    public string CopyTo(string name)
    {
        var other = Path.Combine(temporary, name);
        Copy(Folder, other);
        File.Copy(EnvFile, Path.Combine(other, Path.GetRelativePath(Folder, EnvFile)));
        return other;
    }

    /// <summary>Stands in another folder from now on.</summary>
    public void GoTo(string folder)
    {
        using var pipeline = session.Start($"$ExecutionContext.SessionState.Path.SetLocation('{folder}')");
        pipeline.Invoke();
    }

    /// <summary>Puts what its task definition names into ECR, as for a service that runs; it is no change of the test's.</summary>
    public SandboxedWorkspace WithLatest(string name)
    {
        PutImage(name, "latest");
        furnished = Run("Get-ReleaseSandboxCall").Output.Count;
        return this;
    }

    /// <summary>The operations the sandbox was called with that change something.</summary>
    public IReadOnlyList<string> Changes() =>
        [.. Run("Get-ReleaseSandboxCall").Output.Cast<ReleaseSandboxCall>().Skip(furnished).Where(call => call.StatusCode is >= 200 and < 300 && !Reads(call.Operation)).Select(call => call.Operation)];

    /// <summary>Puts an image into the sandbox's ECR by CodeBuild, as which it needs no Docker.</summary>
    public InferenceBuild PutImage(string name, string tag = "v1") =>
        Run($"Start-InferenceBuild {name} -Tag {tag} -Wait").Single<InferenceBuild>();

    /// <summary>The same as the record of a push.</summary>
    public EcrImage Pushed(string name)
    {
        var build = PutImage(name);
        return new EcrImage { Name = build.Name, Repository = build.Repository, Tag = build.Tag, Digest = build.Digest, Status = ImagePushStatus.Pushed };
    }

    /// <summary>Gives web-ui's service a task before its rollout.</summary>
    public void WithBeforeRollout()
    {
        var definition = Path.Combine(Folder, "release.json");
        var text = File.ReadAllText(definition);
        File.WriteAllText(definition, text.Replace(
            "\"web-ui\": { \"image\": \"web-ui\" }", "\"web-ui\": { \"image\": \"web-ui\", \"beforeRollout\": { \"command\": [\"npm\", \"run\", \"migrate\"] } }", StringComparison.Ordinal));
    }

    public void Dispose()
    {
        session.Run("Stop-ReleaseSandbox"); // and the environment is as before
        session.Dispose();
        Directory.Delete(temporary, recursive: true);
    }

    private static bool Reads(string operation) => new[] { "Describe", "List", "Get", "BatchGet", "BatchCheck", "Filter", "HEAD", "GET" }.Any(verb => operation.StartsWith(verb, StringComparison.Ordinal));

    /// <summary>Copies a workspace without what releases leave behind in it.</summary>
    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var relative = Path.GetRelativePath(from, file);
            if (relative.Split(Path.DirectorySeparatorChar).Any(part => part is ".releasetools" or ".terraform" or ".env" || part.Contains("tfstate", StringComparison.Ordinal)))
                continue;
            var copy = Path.Combine(to, relative);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}

/// <summary>What a script gave.</summary>
/// <param name="Output">What came out.</param>
/// <param name="Errors">Errors of items, after which the others went on.</param>
/// <param name="Terminated">The error that ended it; null when it came to its end.</param>
internal sealed record Ran(IReadOnlyList<object> Output, IReadOnlyList<ErrorRecord> Errors, ErrorRecord? Terminated)
{
    /// <summary>The one record that came out, where nothing went wrong.</summary>
    public T Single<T>()
    {
        Terminated.ShouldBeNull(Terminated?.ToString());
        Errors.ShouldBeEmpty();
        return Output.ShouldHaveSingleItem().ShouldBeOfType<T>();
    }

    /// <summary>The records that came out.</summary>
    public IReadOnlyList<T> All<T>() => [.. Output.Cast<T>()];

    /// <summary>The error of the one item that failed, with an id and what to type next.</summary>
    public ErrorRecord Error(string id)
    {
        Terminated.ShouldBeNull(Terminated?.ToString());
        return Checked(Errors.ShouldHaveSingleItem(), id);
    }

    /// <summary>The error that ended it, with an id and what to type next.</summary>
    public ErrorRecord End(string id) => Checked(Terminated.ShouldNotBeNull($"{Errors.Count} errors, {Output.Count} records"), id);

    private static ErrorRecord Checked(ErrorRecord error, string id)
    {
        error.FullyQualifiedErrorId.ShouldStartWith(id + ",", Case.Sensitive, error.ToString());
        error.ErrorDetails.RecommendedAction.ShouldNotBeNullOrWhiteSpace();
        return error;
    }
}
