using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Releases.Definition;

namespace ReleaseTools.Engine.Tests.Definition;

public sealed class DefinitionProblemsTests : IDisposable
{
    private readonly DefinitionFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    [Fact]
    public async Task An_unknown_key_is_told_with_its_place_and_the_nearest_key()
    {
        var problems = await fixture.ProblemsAsync("""
            {
              // the repository's key is misspelt
              "images": {
                "web-ui": { "dockerfile": "Dockerfile", "repositry": "host/web-ui" }
              },
            }
            """);

        problems.ShouldContain(problem => problem.StartsWith("4:45: 'repositry' is not a known key of images.*. Did you mean 'repository'?", StringComparison.Ordinal));
        problems.ShouldContain("4:5: The image 'web-ui' has no \"repository\".");
    }

    [Fact]
    public async Task All_problems_of_a_file_are_told_at_once_in_its_order()
    {
        var problems = await fixture.ProblemsAsync("""
            {
              "throttleLimit": 0,
              "images": { "a b": { "builder": "dokcer", "repository": "h/a", "dockerfile": ["x"] } },
              "services": { "web": { "image": "wbe" } },
              "cluster": "one", "cluster": "two"
            }
            """);

        problems.ShouldBe([
            "2:20: 'throttleLimit' must be a whole number above 0, and is 0.",
            "3:15: 'a b' cannot be an image's name: use letters, digits, '.', '_' and '-', beginning with a letter or digit.",
            "3:15: The image 'a b' is built by docker and has no \"dockerfile\".",
            "3:36: 'builder' is one of docker, codebuild, auto. Did you mean 'docker'?",
            "3:80: 'dockerfile' must be a string, and is a list.",
            "4:36: There is no image 'wbe'. Images are a b.",
            "5:21: 'cluster' stands here a second time.",
        ]);
    }

    [Fact]
    public async Task A_service_comes_after_services_that_are_there_and_not_after_itself() =>
        (await fixture.ProblemsAsync("""
            { "cluster": "main",
              "services": { "web": { "after": ["worker"] }, "worker": { "after": ["web"] }, "other": { "after": ["wroker"] } } }
            """)).ShouldBe([
            "2:17: The service 'web' waits for itself: web after worker after web.",
            "2:103: There is no service 'wroker'. Did you mean 'worker'? Services are web, worker, other.",
        ]);

    [Fact]
    public async Task A_file_that_is_no_JSON_is_told_with_its_place() =>
        (await fixture.ProblemsAsync("{\n  \"project\": \"é\", oops\n}")).ShouldHaveSingleItem().ShouldStartWith("2:19: ");

    [Fact]
    public async Task A_file_that_is_no_object_is_told() =>
        (await fixture.ProblemsAsync("[]")).ShouldHaveSingleItem().ShouldStartWith("1:1: ");

    [Fact]
    public async Task The_error_names_file_line_and_column_and_has_the_id_and_action_of_its_message()
    {
        var exception = await Should.ThrowAsync<ReleaseException>(() => fixture.LoadAsync("""{ "projekt": "x" }"""));

        exception.Id.ShouldBe(nameof(Messages.DefinitionInvalid));
        exception.Message.ShouldContain($"{fixture.Workspace.PathOf("release.json")}:1:3: ");
        exception.RecommendedAction.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("../outside/Dockerfile")]
    [InlineData("/etc/passwd")]
    [InlineData("link/Dockerfile")]
    public async Task A_path_that_leads_outside_the_workspace_is_refused(string path)
    {
        Directory.CreateSymbolicLink(fixture.Workspace.PathOf("link"), Path.GetTempPath());

        var problems = await fixture.ProblemsAsync($$"""{ "images": { "a": { "repository": "h/a", "dockerfile": "{{path}}" } } }""");

        problems.ShouldHaveSingleItem().ShouldBe($"1:58: '{path}' leads outside the workspace.");
    }

    [Fact]
    public async Task A_path_over_a_link_within_the_workspace_is_taken()
    {
        fixture.Workspace.Write("real/Dockerfile", "FROM scratch");
        Directory.CreateSymbolicLink(fixture.Workspace.PathOf("link"), fixture.Workspace.PathOf("real"));

        var definition = await fixture.ResolveAsync("""{ "images": { "a": { "repository": "h/a", "dockerfile": "link/Dockerfile" } } }""");

        DefinitionCheck.Check(definition).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("host/a:latest")]
    [InlineData("https://host/a")]
    [InlineData("host/a@sha256:0000")]
    [InlineData("Upper")]
    [InlineData("host/a/")]
    [InlineData("host/a\\n")]
    public async Task A_repository_with_a_scheme_tag_or_digest_is_refused(string repository) =>
        (await fixture.ProblemsAsync($$"""{ "images": { "a": { "dockerfile": "D", "repository": "{{repository}}" } } }"""))
            .ShouldHaveSingleItem().ShouldContain("is not a repository");

    [Fact]
    public async Task Two_images_in_one_repository_are_refused() =>
        (await fixture.ProblemsAsync("""{ "images": { "a": { "dockerfile": "D", "repository": "h/a" }, "b": { "dockerfile": "D", "repository": "h/a" } } }"""))
            .ShouldHaveSingleItem().ShouldContain("'a' and 'b' have the same repository");

    [Fact]
    public async Task Variables_are_refused_where_terraform_has_not_yet_given_them() =>
        (await fixture.ProblemsAsync("""{ "terraform": { "directory": "${DIR}" } }""")).ShouldHaveSingleItem().ShouldStartWith("1:32: Variables cannot be used here");

    [Fact]
    public async Task What_a_definition_names_and_is_not_there_is_listed_before_anything_changes()
    {
        var definition = await fixture.ResolveAsync("""
            { "terraform": { "directory": "infra" }, "images": { "a": { "dockerfile": "a/Dockerfile", "context": "a", "inputs": ["a/src"], "repository": "h/a" } } }
            """);

        DefinitionCheck.Check(definition).Count.ShouldBe(4);
    }
}
