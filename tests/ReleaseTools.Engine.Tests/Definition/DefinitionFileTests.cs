using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Releases.Definition;

namespace ReleaseTools.Engine.Tests.Definition;

public sealed class DefinitionFileTests : IDisposable
{
    private const string Complete = """
        {
          "$schema": "release.schema.json",
          "project": "stereo-spot",
          "terraform": { "directory": "infra", "workspace": "prod", "varFiles": ["infra/prod.tfvars"] },
          "region": "${REGION}", "cluster": "${CLUSTER}", "codeBuildProject": "builder", "throttleLimit": 3,
          "images": {
            "web-ui": { "dockerfile": "web/Dockerfile", "context": "web", "repository": "${HOST}/web-ui", "inputs": ["web", "shared"],
                        "buildArgs": { "A": "1" }, "target": "final", "platform": "linux/amd64" },
            "inference": { "builder": "codebuild", "repository": "${HOST}/inference" },
          },
          "inference": { "endpoint": "the-endpoint", "image": "inference", "variant": "AllTraffic" },
          "services": {
            "web-ui": { "image": "web-ui", "verify": { "url": "https://example.com/health" } },
            "worker": { "image": "web-ui", "service": "worker-v2", "cluster": "other", "after": ["web-ui"], "pinDigest": true },
          },
        }
        """;

    private static readonly (string, string)[] Variables = [("REGION", "eu-west-1"), ("CLUSTER", "main"), ("HOST", "123456789012.dkr.ecr.eu-west-1.amazonaws.com")];

    private readonly DefinitionFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    [Fact]
    public async Task A_complete_definition_is_filled_in_with_absolute_paths()
    {
        var definition = await fixture.ResolveAsync(Complete, Variables);

        (definition.Project, definition.Region, definition.Cluster, definition.ThrottleLimit).ShouldBe(("stereo-spot", "eu-west-1", "main", 3));
        var web = definition.Images[0];
        (web.Repository, web.Dockerfile, web.Context).ShouldBe((
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web-ui", fixture.Workspace.PathOf("web/Dockerfile"), fixture.Workspace.PathOf("web")));
        (web.Target, web.Platform, web.BuildArgs["A"]).ShouldBe(("final", "linux/amd64", "1"));
        web.Inputs.ShouldBe([fixture.Workspace.PathOf("web"), fixture.Workspace.PathOf("shared")]);
        web.Services.ShouldBe(["web-ui", "worker"]);
        var inference = definition.Images[1];
        (inference.Builder, inference.CodeBuildProject).ShouldBe((ImageBuilder.CodeBuild, "builder"));
        definition.Inference.ShouldBe(new() { Backend = InferenceBackend.SageMaker, EndpointName = "the-endpoint", Image = "inference", VariantName = "AllTraffic" });
    }

    [Fact]
    public async Task A_service_is_found_by_its_name_here_or_at_ECS()
    {
        var definition = await fixture.ResolveAsync(Complete, Variables);

        var worker = definition.FindService("worker").ShouldNotBeNull();
        definition.FindService("worker-v2").ShouldBe(worker);
        (worker.Service, worker.Cluster, worker.Repository).ShouldBe(("worker-v2", "other", definition.Images[0].Repository));
        (worker.After.Single(), worker.PinDigest).ShouldBe(("web-ui", true));
        definition.FindService("web-ui")!.Verify!.Url.ShouldBe("https://example.com/health");
    }

    [Fact]
    public async Task Terraform_s_settings_are_known_before_any_variable_is()
    {
        var file = await fixture.LoadAsync(Complete);

        (file.Terraform.Directory, file.Terraform.EnvFile, file.Terraform.Workspace)
            .ShouldBe((fixture.Workspace.PathOf("infra"), fixture.Workspace.PathOf("infra/.env"), "prod"));
        file.Terraform.VarFiles.ShouldBe([fixture.Workspace.PathOf("infra/prod.tfvars")]);
        file.Region.ShouldBe("${REGION}");
    }

    [Fact]
    public async Task The_file_is_found_above_the_directory()
    {
        await fixture.LoadAsync("{}");
        var below = Directory.CreateDirectory(fixture.Workspace.PathOf("a/b")).FullName;

        var file = await DefinitionFile.LoadAsync(below, default);

        file.Workspace.ShouldBe(fixture.Workspace.Root);
        file.Project.ShouldBe(Path.GetFileName(fixture.Workspace.Root));
    }

    [Fact]
    public async Task Where_there_is_nothing_the_error_says_what_was_looked_for()
    {
        var exception = await Should.ThrowAsync<ReleaseException>(() => DefinitionFile.LoadAsync(fixture.Workspace.Root, default));

        exception.Id.ShouldBe(nameof(Messages.DefinitionNotFound));
        exception.Message.ShouldContain("packages/*-infra/.env");
    }
}
