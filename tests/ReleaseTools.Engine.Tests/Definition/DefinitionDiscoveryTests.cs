using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Infrastructure;
using ReleaseTools.Engine.Releases.Definition;

namespace ReleaseTools.Engine.Tests.Definition;

public sealed class DefinitionDiscoveryTests : IDisposable
{
    private const string EnvFile = """
        REGION='eu-west-1'
        ECS_CLUSTER_NAME='main'
        ECR_WEB_UI_URL='host/web-ui'
        ECR_JOB_WORKER_URL='host/job-worker'
        ECR_GONE_URL='host/gone'
        ECR_INFERENCE_URL='host/inference'
        CODEBUILD_PROJECT_NAME='builder'
        WEB_UI_URL='https://example.com'
        """;

    private readonly TemporaryDirectory workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public async Task A_workspace_with_an_endpoint_is_discovered_from_its_env_file_and_folders()
    {
        var (file, definition) = await DiscoverAsync($"{EnvFile}\nSAGEMAKER_ENDPOINT_NAME='the-endpoint'\n");

        file.IsDiscovered.ShouldBeTrue();
        file.Terraform.Directory.ShouldBe(workspace.PathOf("packages/aws-infra"));
        definition.Images.Select(image => (image.Name, image.Repository, image.Builder)).ShouldBe([
            ("stereo-inference", "host/inference", ImageBuilder.CodeBuild), ("job_worker", "host/job-worker", ImageBuilder.Docker), ("web-ui", "host/web-ui", ImageBuilder.Docker)]);
        definition.FindImage("web-ui")!.Dockerfile.ShouldBe(workspace.PathOf("packages/web-ui/Dockerfile"));
        definition.Services.Select(service => (service.Name, service.Cluster, service.Verify?.Url)).ShouldBe([("job_worker", "main", null), ("web-ui", "main", "https://example.com/")]);
        (definition.Inference.EndpointName, definition.Inference.Image).ShouldBe(("the-endpoint", "stereo-inference"));
        file.Notes.ShouldContain(note => note.StartsWith("ECR_GONE_URL is left out", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_HTTP_URL_without_an_endpoint_is_the_backend_http_and_leaves_inference_alone_with_that_reason()
    {
        var (file, definition) = await DiscoverAsync($"{EnvFile}\nINFERENCE_HTTP_URL='http://gpu:8080'\n");

        definition.Inference.Backend.ShouldBe(InferenceBackend.Http);
        definition.Inference.Reason!.ShouldContain("INFERENCE_HTTP_URL");
        definition.Images.Select(image => image.Name).ShouldBe(["job_worker", "web-ui"]);
        file.Notes.ShouldContain(note => note.StartsWith("ECR_INFERENCE_URL is left out", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("packages/aws-infra", ".")]
    [InlineData("packages/aws-infra", "packages/aws-infra")]
    [InlineData("infra", ".")]
    public async Task Terraform_is_found_before_there_is_an_env_file(string directory, string from)
    {
        workspace.Write($"{directory}/main.tf", "");

        var file = await DefinitionFile.LoadForTerraformAsync(Path.GetFullPath(workspace.PathOf(from)), default);

        file.RequireTerraform().ShouldBe(new() { Directory = workspace.PathOf(directory), EnvFile = workspace.PathOf($"{directory}/.env") });
    }

    [Fact]
    public async Task A_release_json_names_terraform_s_directory_before_any_is_looked_for()
    {
        workspace.Write("infra/main.tf", "");
        workspace.Write("release.json", """{ "terraform": { "directory": "elsewhere" } }""");

        (await DefinitionFile.LoadForTerraformAsync(workspace.Root, default)).Terraform.Directory.ShouldBe(workspace.PathOf("elsewhere"));
    }

    [Fact]
    public async Task Two_terraform_directories_are_told()
    {
        workspace.Write("infra/main.tf", "");
        workspace.Write("packages/aws-infra/main.tf", "");

        (await Should.ThrowAsync<ReleaseException>(() => DefinitionFile.LoadForTerraformAsync(workspace.Root, default))).Message.ShouldContain("more than one terraform directory");
    }

    private async Task<(DefinitionFile File, ReleaseDefinition Definition)> DiscoverAsync(string envFile)
    {
        workspace.Write("packages/aws-infra/.env", envFile);
        workspace.Write("packages/aws-infra/main.tf", "");
        workspace.Write("packages/web-ui/Dockerfile", "FROM scratch");
        workspace.Write("apps/job_worker/Dockerfile", "FROM scratch");
        workspace.Write("packages/stereo-inference/Dockerfile", "FROM scratch");
        var file = await DefinitionFile.LoadAsync(workspace.Root, default);
        return (file, file.Resolve(await InfraEnvironmentFile.ReadAsync(file.Terraform.EnvFile!, default), DefinitionFixture.NoProcess));
    }
}
