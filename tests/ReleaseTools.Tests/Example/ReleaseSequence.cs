namespace ReleaseTools.Tests.Example;

/// <summary>
/// Four releases of one workspace, which the tests of a class look at: the first; another with nothing changed; one after a
/// file of web-ui changed; and one after the inference source changed. They run once, when first asked for.
/// </summary>
public abstract class ReleaseSequence : IDisposable
{
    private readonly Lazy<Task<IReadOnlyList<ExampleRun>>> runs;
    private ExampleWorkspace? workspace;

    private protected ReleaseSequence(string builder) => runs = new(() => RunAsync(builder));

    /// <inheritdoc/>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        if (workspace is null)
            return;
        CleanUp(workspace);
        workspace.Dispose();
    }

    internal async Task<ExampleRun> FirstAsync() => (await runs.Value)[0];

    internal async Task<ExampleRun> UnchangedAsync() => (await runs.Value)[1];

    internal async Task<ExampleRun> WebChangedAsync() => (await runs.Value)[2];

    internal async Task<ExampleRun> InferenceChangedAsync() => (await runs.Value)[3];

    private protected virtual Task RequireAsync() => Task.CompletedTask;

    private protected virtual void CleanUp(ExampleWorkspace workspace)
    {
    }

    // Without terraform: what it does to the env file has tests of its own, and takes longer than all the rest.
    private async Task<IReadOnlyList<ExampleRun>> RunAsync(string builder)
    {
        await RequireAsync();
        workspace = (await ExampleWorkspace.CreateAsync()).Without("terraform");
        var first = await workspace.ReleaseAsync(builder);
        var unchanged = await workspace.ReleaseAsync(builder);
        await workspace.ChangeAsync("packages/web-ui/public/index.html");
        var webChanged = await workspace.ReleaseAsync(builder);
        await workspace.ChangeAsync("packages/stereo-inference/app/model.json");
        return [first, unchanged, webChanged, await workspace.ReleaseAsync(builder)];
    }
}

/// <summary>The sequence with a Docker engine.</summary>
public sealed class DockerSequence() : ReleaseSequence("Docker")
{
    private protected override Task RequireAsync() => Executables.RequireDockerAsync();

    private protected override void CleanUp(ExampleWorkspace workspace) => Executables.RemoveImages(workspace);
}

/// <summary>The sequence on CodeBuild.</summary>
public sealed class CodeBuildSequence() : ReleaseSequence("CodeBuild");
