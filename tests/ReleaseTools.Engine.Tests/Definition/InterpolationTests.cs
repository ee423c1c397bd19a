using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Tests.Definition;

public sealed class InterpolationTests : IDisposable
{
    private readonly DefinitionFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    [Fact]
    public async Task The_env_file_comes_before_the_process_environment()
    {
        var file = await fixture.LoadAsync("""{ "region": "${REGION}", "cluster": "${CLUSTER}" }""");
        var process = new Dictionary<string, string>(StringComparer.Ordinal) { ["REGION"] = "us-east-1", ["CLUSTER"] = "of-the-process" };

        var definition = file.Resolve(DefinitionFixture.Environment(("REGION", "eu-west-1")), process);

        definition.Region.ShouldBe("eu-west-1");
        definition.Cluster.ShouldBe("of-the-process");
    }

    [Fact]
    public async Task Two_dollars_stand_for_the_characters_themselves()
    {
        var definition = await fixture.ResolveAsync(
            """{ "images": { "a": { "dockerfile": "D", "repository": "h/${A}", "buildArgs": { "X": "$${A} $A ${A}$" } } } }""", ("A", "a"));

        definition.Images[0].Repository.ShouldBe("h/a");
        definition.Images[0].BuildArgs["X"].ShouldBe("${A} $A a$");
    }

    [Fact]
    public async Task An_unknown_name_is_told_with_its_place_the_nearest_name_and_the_names_known() =>
        (await fixture.ProblemsAsync("""{ "cluster": "x-${ECS_CLUSTER_NMAE}" }""", new("ECS_CLUSTER_NAME", "main", false), new("REGION", "eu-west-1", false)))
            .ShouldHaveSingleItem().ShouldBe(
                "1:17: 'ECS_CLUSTER_NMAE' is neither in the env file nor in the process environment. Did you mean 'ECS_CLUSTER_NAME'? The env file has ECS_CLUSTER_NAME, REGION.");

    [Theory]
    [InlineData("${}")]
    [InlineData("${REGION")]
    [InlineData("${a b}")]
    public async Task A_variable_that_is_not_one_is_told(string text) =>
        (await fixture.ProblemsAsync($$"""{ "cluster": "{{text}}" }""")).ShouldHaveSingleItem().ShouldStartWith("1:15: '${' must be followed by a name");

    [Fact]
    public async Task A_sensitive_value_is_in_no_error()
    {
        var problems = await fixture.ProblemsAsync(
            """{ "cluster": "${SECRET}", "images": { "a": { "dockerfile": "D", "repository": "h/a", "buildArgs": { "TOKEN": "${SECRET}" } } } }""",
            new InfraVariable("SECRET", "hunter two!", isSensitive: true));

        problems.Count.ShouldBe(2);
        problems.ShouldAllBe(problem => !problem.Contains("hunter", StringComparison.Ordinal));
        problems[0].ShouldContain("'${SECRET}' is not an ECS cluster");
        problems[1].ShouldContain("sensitive");
    }

    [Fact]
    public async Task A_wrong_value_that_may_be_shown_is_shown_with_where_it_came_from() =>
        (await fixture.ProblemsAsync("""{ "region": "${REGION}" }""", new InfraVariable("REGION", "Ireland", isSensitive: false)))
            .ShouldHaveSingleItem().ShouldContain("'Ireland' (from ${REGION}) is not an AWS region");

    [Fact]
    public async Task An_env_file_that_is_needed_and_not_there_is_an_error_of_its_own()
    {
        var file = await fixture.LoadAsync("""{ "terraform": { "envFile": "infra/.env" }, "cluster": "${CLUSTER}" }""");

        var exception = Should.Throw<ReleaseException>(() => file.Resolve(environment: null, DefinitionFixture.NoProcess));

        exception.Id.ShouldBe(nameof(Messages.EnvFileNotFound));
        exception.Message.ShouldContain("CLUSTER");
        exception.RecommendedAction.ShouldContain("Invoke-TerraformApply");
    }

    [Fact]
    public async Task An_env_file_that_nothing_needs_may_be_missing() =>
        (await fixture.LoadAsync("""{ "terraform": { "envFile": "infra/.env" }, "cluster": "main" }""")).Resolve(environment: null, DefinitionFixture.NoProcess).Cluster.ShouldBe("main");
}
