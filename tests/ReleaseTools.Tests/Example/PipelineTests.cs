namespace ReleaseTools.Tests.Example;

/// <summary>The stages piped into each other, as at a prompt.</summary>
public sealed class PipelineTests(Pipelines pipelines) : IClassFixture<Pipelines>
{
    [Theory]
    [InlineData("release -WhatIf")]
    [InlineData("images -WhatIf")]
    public async Task WhatIf_changes_nothing(string name) => (await pipelines.OfAsync(name)).Changes.ShouldBeEmpty();

    [Fact]
    public async Task WhatIf_of_a_release_gives_its_plan() => (await pipelines.OfAsync("release -WhatIf")).Types.ShouldBe(nameof(ReleasePlan));

    [Fact]
    public async Task WhatIf_of_the_stages_gives_a_predicted_rollout_of_every_service() =>
        (await pipelines.OfAsync("images -WhatIf")).Statuses.ShouldBe("Planned Planned Planned Planned");

    [Fact]
    public async Task An_image_is_built_pushed_rolled_out_and_proven() => (await pipelines.OfAsync("web-ui")).Statuses.ShouldBe(nameof(RolloutStatus.Verified));

    [Fact]
    public async Task An_image_s_pipeline_rolls_its_service_out_alone() =>
        (await pipelines.OfAsync("web-ui")).Changes.Split(' ').Count(operation => operation == "UpdateService").ShouldBe(1);

    [Theory]
    [InlineData("not pushed | Update-SageMakerEndpoint")]
    [InlineData("not pushed | Invoke-EcsRollout")]
    public async Task An_image_that_is_not_in_ECR_yet_is_a_failure_and_changes_nothing(string name)
    {
        var result = await pipelines.OfAsync(name);
        (result.Statuses, result.Changes).ShouldBe(("Failed", ""));
    }

    [Fact]
    public async Task An_inference_build_updates_the_endpoint() => (await pipelines.OfAsync("inference")).Statuses.ShouldBe(nameof(EndpointUpdateStatus.Updated));
}

/// <summary>The pipelines of Pipelines.ps1, which runs once, when first asked for.</summary>
public sealed class Pipelines : IDisposable
{
    private readonly Lazy<Task<Dictionary<string, PipelineResult>>> results;
    private ExampleWorkspace? workspace;
    private string builder = "CodeBuild";

    public Pipelines() => results = new(RunAsync);

    public void Dispose()
    {
        if (workspace is null)
            return;
        if (builder == "Docker")
            Executables.RemoveImages(workspace);
        workspace.Dispose();
    }

    internal async Task<PipelineResult> OfAsync(string name)
    {
        if (name is "images -WhatIf" or "web-ui")
            await Executables.RequireDockerAsync();
        return (await results.Value)[name];
    }

    private async Task<Dictionary<string, PipelineResult>> RunAsync()
    {
        workspace = await ExampleWorkspace.CreateAsync();
        builder = await Executables.WhyNoDockerAsync() is null ? "Docker" : "CodeBuild";
        var result = await workspace.RunScriptAsync("Pipelines.ps1", builder, workspace.Port);
        result.ExitCode.ShouldBe(0, result.Output + result.Error);
        return result.Output.Split('\n').Select(line => line.Split('\t')).Where(fields => fields.Length == 4)
            .ToDictionary(fields => fields[0], fields => new PipelineResult(fields[1], fields[2], fields[3].Trim()), StringComparer.Ordinal);
    }
}

/// <summary>What a pipeline gave, and what it changed at AWS, each with blanks between.</summary>
internal sealed record PipelineResult(string Types, string Statuses, string Changes);
