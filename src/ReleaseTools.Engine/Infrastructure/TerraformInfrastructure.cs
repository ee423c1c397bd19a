using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Releases.Definition;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Infrastructure;

/// <summary>The first stage of a release: terraform is applied, and its outputs are written to the env file.</summary>
/// <param name="settings">Terraform's directory and the env file, which a definition that names the one always has.</param>
/// <param name="environment">The environment terraform runs in.</param>
/// <param name="observer">Gets what happens.</param>
/// <param name="clock">Measures durations.</param>
public sealed class TerraformInfrastructure(
    TerraformSettings settings, IReadOnlyDictionary<string, string> environment, IReleaseObserver observer, TimeProvider clock)
{
    /// <summary>What an apply would do. Nothing is changed, and no env file written.</summary>
    /// <exception cref="ReleaseException">TerraformNotFound, TerraformDirectoryMissing, TerraformFailed.</exception>
    public async Task<InfrastructureChange> PlanAsync(CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var terraform = await FindAsync(cancellationToken).ConfigureAwait(false);
        using var directory = new PlanDirectory();
        var plan = await PlanAsync(terraform, directory.PlanFile, cancellationToken).ConfigureAwait(false);
        return Change(plan, plan is null ? InfrastructureStatus.Unchanged : InfrastructureStatus.Planned, envFile: null, started);
    }

    /// <summary>Plans, applies just that plan, and writes the env file.</summary>
    /// <param name="allowDestroy">Whether the plan may destroy or replace resources.</param>
    /// <param name="cancellationToken">Interrupts terraform, which then ends by itself and gives its lock back.</param>
    /// <exception cref="ReleaseException">TerraformNotFound, TerraformDirectoryMissing, TerraformFailed, TerraformDestroysRefused.</exception>
    public async Task<InfrastructureChange> ApplyAsync(bool allowDestroy, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var terraform = await FindAsync(cancellationToken).ConfigureAwait(false);
        using var directory = new PlanDirectory();
        var plan = await PlanAsync(terraform, directory.PlanFile, cancellationToken).ConfigureAwait(false);
        if (plan is { Destroys.Count: > 0 } && !allowDestroy)
        {
            throw ReleaseException.For(
                nameof(Messages.TerraformDestroysRefused), ErrorKind.InvalidState, terraform.Directory, terraform.Directory, plan.Destroys.Count, Addresses(plan));
        }

        if (plan is not null)
            await terraform.ApplyAsync(directory.PlanFile, plan, cancellationToken).ConfigureAwait(false);
        var written = await WriteAsync(terraform, cancellationToken).ConfigureAwait(false);
        return Change(plan, plan is null ? InfrastructureStatus.Unchanged : InfrastructureStatus.Applied, written.Path, started);
    }

    /// <summary>Writes the env file from the outputs as they are, and gives what it holds.</summary>
    /// <exception cref="ReleaseException">TerraformNotFound, TerraformDirectoryMissing, TerraformFailed.</exception>
    public async Task<InfraEnvironment> ExportAsync(CancellationToken cancellationToken)
    {
        var terraform = await FindAsync(cancellationToken).ConfigureAwait(false);
        await terraform.InitAsync(cancellationToken).ConfigureAwait(false);
        return await WriteAsync(terraform, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What <see cref="ExportAsync"/> would write; the env file is left as it is.</summary>
    /// <inheritdoc cref="ExportAsync"/>
    public async Task<InfraEnvironment> PreviewAsync(CancellationToken cancellationToken)
    {
        var terraform = await FindAsync(cancellationToken).ConfigureAwait(false);
        await terraform.InitAsync(cancellationToken).ConfigureAwait(false);
        return new() { Path = settings.EnvFile!, Variables = await terraform.OutputAsync(cancellationToken).ConfigureAwait(false) };
    }

    /// <summary>The state as it was last written, of a directory that is initialised. What it gives may be secret.</summary>
    /// <exception cref="ReleaseException">TerraformNotFound, TerraformDirectoryMissing, TerraformFailed.</exception>
    internal async Task<System.Text.Json.JsonDocument> ShowAsync(CancellationToken cancellationToken) =>
        await (await FindAsync(cancellationToken).ConfigureAwait(false)).ShowAsync(cancellationToken).ConfigureAwait(false);

    private async Task<TerraformCli> FindAsync(CancellationToken cancellationToken)
    {
        var terraform = TerraformCli.Find(settings, environment, observer, clock);
        var before = await InfraEnvironmentFile.ReadIfThereAsync(settings.EnvFile, cancellationToken).ConfigureAwait(false);
        foreach (var variable in before?.Variables.Where(variable => variable.IsSensitive) ?? [])
            terraform.Sensitive.Add(variable.Reveal());
        foreach (var value in SensitiveInputs.Of(terraform.Directory, environment))
            terraform.Sensitive.Add(value);
        return terraform;
    }

    /// <summary>The plan; null when there is nothing to do.</summary>
    private static async Task<TerraformPlan?> PlanAsync(TerraformCli terraform, string planFile, CancellationToken cancellationToken)
    {
        await terraform.InitAsync(cancellationToken).ConfigureAwait(false);
        var plan = await terraform.PlanAsync(planFile, cancellationToken).ConfigureAwait(false);
        return plan.HasChanges ? plan : null;
    }

    private async Task<InfraEnvironment> WriteAsync(TerraformCli terraform, CancellationToken cancellationToken)
    {
        var envFile = settings.EnvFile!;
        var outputs = await terraform.OutputAsync(cancellationToken).ConfigureAwait(false);
        var written = await InfraEnvironmentFile.WriteAsync(envFile, outputs, observer, cancellationToken).ConfigureAwait(false);
        observer.Report(new Noted(terraform.Directory, written ? $"Wrote {outputs.Count} outputs to '{envFile}'." : $"'{envFile}' holds these outputs already."));
        return await InfraEnvironmentFile.ReadAsync(envFile, cancellationToken).ConfigureAwait(false);
    }

    private InfrastructureChange Change(TerraformPlan? plan, InfrastructureStatus status, string? envFile, long started) => new()
    {
        Directory = settings.Directory!,
        Status = status,
        Added = plan?.Adds.Count ?? 0,
        Changed = plan?.Changes.Count ?? 0,
        Destroyed = plan?.Destroys.Count ?? 0,
        EnvFile = envFile,
        Duration = clock.GetElapsedTime(started),
        Reason = plan switch
        {
            null => "Nothing differs from the configuration.",
            { Destroys.Count: > 0 } => $"{(status == InfrastructureStatus.Applied ? "Destroyed" : "Destroys")} {Addresses(plan)}.",
            { Adds.Count: 0, Changes.Count: 0, Outputs.Count: 0 } => "Only terraform's state changes: resources are imported, moved or forgotten.",
            { Adds.Count: 0, Changes.Count: 0 } => $"Only outputs change: {string.Join(", ", plan.Outputs)}.",
            _ when status == InfrastructureStatus.Applied => $"{plan.Adds.Count} added, {plan.Changes.Count} changed, 0 destroyed.",
            _ => $"{plan.Adds.Count} to add, {plan.Changes.Count} to change, 0 to destroy.",
        },
    };

    private static string Addresses(TerraformPlan plan) =>
        string.Join(", ", plan.Destroys.Select(address => plan.Adds.Contains(address, StringComparer.Ordinal) ? $"{address} (replaced)" : address));

    /// <summary>A directory of our own for the plan file, which holds sensitive values in plain text.</summary>
    private sealed class PlanDirectory : IDisposable
    {
        private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("releasetools-");

        public PlanDirectory()
        {
            // Terraform would make the file readable to everybody; it keeps the mode of one that is there.
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            new FileStream(PlanFile, options).Dispose();
        }

        public string PlanFile => Path.Combine(directory.FullName, "plan");

        public void Dispose() => directory.Delete(recursive: true);
    }
}
