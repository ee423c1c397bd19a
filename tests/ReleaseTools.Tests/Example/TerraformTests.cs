namespace ReleaseTools.Tests.Example;

/// <summary>The example where terraform is installed.</summary>
public sealed class TerraformTests(TerraformRelease release) : IClassFixture<TerraformRelease>
{
    [Fact]
    public async Task The_release_succeeds()
    {
        var run = await release.RunAsync();

        run.ExitCode.ShouldBe(0, run.ToString());
    }

    [Fact]
    public async Task Terraform_really_applies()
    {
        (await release.RunAsync()).Plan("Infrastructure").ShouldContain(line => line.Contains(" Apply "));

        File.Exists(release.PathOf("packages/aws-infra/terraform.tfstate")).ShouldBeTrue();
    }

    [Fact]
    public async Task Its_outputs_become_the_env_file()
    {
        await release.RunAsync();

        (await File.ReadAllTextAsync(release.EnvFile)).ShouldContain(TerraformRelease.Secret);
    }

    [Fact]
    public async Task The_env_file_is_its_owner_s_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        await release.RunAsync();

        if (!OperatingSystem.IsWindows()) // the analyzer does not know the skip
            File.GetUnixFileMode(release.EnvFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task A_sensitive_output_is_never_shown() => (await release.RunAsync()).Said.ShouldNotContain(TerraformRelease.Secret);
}

/// <summary>One release with terraform, which runs when first asked for.</summary>
public sealed class TerraformRelease : IDisposable
{
    /// <summary>What the sensitive output <c>hf_token</c> holds.</summary>
    internal const string Secret = "hf-of-these-tests-alone";

    private readonly Lazy<Task<ExampleRun>> run;
    private ExampleWorkspace? workspace;

    public TerraformRelease() => run = new(ReleaseAsync);

    internal string EnvFile => workspace!.EnvFile;

    public void Dispose() => workspace?.Dispose();

    internal Task<ExampleRun> RunAsync() => run.Value;

    internal string PathOf(string relative) => workspace!.PathOf(relative);

    private async Task<ExampleRun> ReleaseAsync()
    {
        Assert.SkipUnless(Executables.Exist("terraform"), "terraform is not installed.");
        workspace = await ExampleWorkspace.CreateAsync();
        workspace.Environment["TF_VAR_hf_token"] = Secret;
        return await workspace.ReleaseAsync("CodeBuild");
    }
}
