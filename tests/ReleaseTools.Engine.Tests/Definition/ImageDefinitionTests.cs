namespace ReleaseTools.Engine.Tests.Definition;

/// <summary>How an image is built, as its definition says.</summary>
public sealed class ImageDefinitionTests : IDisposable
{
    private readonly DefinitionFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    [Fact]
    public async Task Everything_that_can_be_said_of_a_build_is_read()
    {
        var definition = await fixture.ResolveAsync("""
            {
              "maxReuseDays": 30, "failOnSeverity": "critical",
              "images": {
                "base": { "dockerfile": "D", "repository": "h/base", "maxReuseDays": 7, "failOnSeverity": "high" },
                "app": { "dockerfile": "D", "repository": "h/app", "inputs": ["app"], "wholeContext": true,
                         "baseImages": { "BASE": "base" }, "after": ["tools"],
                         "before": [{ "command": ["npm", "run", "build:${STAGE}"], "directory": "ui", "outputs": ["ui/dist"] }, { "command": ["make"] }],
                         "secrets": { "npm": { "environment": "NPM_TOKEN" }, "pip": { "file": "/run/pip.conf" }, "rel": { "file": "../secret" } },
                         "cacheFrom": ["type=gha", "${HOST}/cache"], "cacheTo": ["type=inline"] },
                "tools": { "dockerfile": "D", "repository": "h/tools" },
              },
            }
            """, ("STAGE", "prod"), ("HOST", "h"));

        var (below, app) = (definition.Images[0], definition.Images[1]);
        (below.MaxReuseDays, below.FailOnSeverity).ShouldBe((7, FindingSeverity.High));
        (app.MaxReuseDays, app.FailOnSeverity, app.WholeContext).ShouldBe((30, FindingSeverity.Critical, true));
        app.BaseImages.ShouldHaveSingleItem().ShouldBe(new("BASE", "base"));
        app.After.ShouldBe(["tools"]);
        app.Before.Select(before => string.Join(' ', before.Command)).ShouldBe(["npm run build:prod", "make"]);
        (app.Before[0].Directory, app.Before[0].Outputs.Single(), app.Before[1].Directory).ShouldBe((fixture.Workspace.PathOf("ui"), fixture.Workspace.PathOf("ui/dist"), definition.Workspace));
        app.Secrets.ShouldBe([
            new BuildSecret { Id = "npm", EnvironmentVariable = "NPM_TOKEN" },
            new BuildSecret { Id = "pip", File = "/run/pip.conf" },
            new BuildSecret { Id = "rel", File = Path.GetFullPath("../secret", definition.Workspace) },
        ]);
        app.CacheFrom.ShouldBe(["type=gha", "h/cache"]);
        app.CacheTo.ShouldBe(["type=inline"]);
    }

    [Fact]
    public async Task A_build_argument_of_null_takes_the_variable_of_its_name() =>
        (await fixture.ResolveAsync("""{ "images": { "a": { "dockerfile": "D", "repository": "h/a", "buildArgs": { "VERSION": null } } } }""", ("VERSION", "7"))).Images[0].BuildArgs["VERSION"].ShouldBe("7");

    [Fact]
    public async Task A_build_argument_of_null_without_a_variable_is_told_with_its_place() =>
        (await fixture.ProblemsAsync("""{ "images": { "a": { "dockerfile": "D", "repository": "h/a", "buildArgs": { "VERSION": null } } } }"""))
            .ShouldHaveSingleItem().ShouldStartWith("1:88: 'VERSION' is neither in the env file nor in the process environment.");

    [Fact]
    public async Task Images_that_wait_for_each_other_are_told_as_the_way_round() =>
        (await fixture.ProblemsAsync("""
            { "images": { "a": { "dockerfile": "D", "repository": "h/a", "baseImages": { "B": "b" } },
                          "b": { "dockerfile": "D", "repository": "h/b", "after": ["a"] } } }
            """)).ShouldBe(["1:15: The image 'a' waits for itself: a after b after a."]);

    [Theory]
    [InlineData("\"after\": [\"bse\"]", "There is no image 'bse'. Did you mean 'base'?")]
    [InlineData("\"baseImages\": { \"B\": \"bse\" }", "There is no image 'bse'. Did you mean 'base'?")]
    [InlineData("\"baseImages\": { \"A B\": \"base\" }", "'A B' cannot be a build argument's name.")]
    [InlineData("\"buildArgs\": { \"B\": \"1\" }, \"baseImages\": { \"B\": \"base\" }", "The build argument 'B' stands in \"buildArgs\" already.")]
    [InlineData("\"before\": [{ \"directory\": \"ui\" }]", "A command to run first has no \"command\"")]
    [InlineData("\"before\": [\"make\"]", "An item of 'before' must be an object, and is a string.")]
    [InlineData("\"before\": [{ \"command\": [\"x\"], \"directory\": \"../ui\" }]", "'../ui' leads outside the workspace.")]
    [InlineData("\"secrets\": { \"a b\": { \"environment\": \"A\" } }", "'a b' cannot be a secret's id")]
    [InlineData("\"secrets\": { \"a\": {} }", "The secret 'a' comes either from an \"environment\" variable or from a \"file\".")]
    [InlineData("\"secrets\": { \"a\": { \"environment\": \"${A}\" } }", "'${A}' cannot be a variable's name")]
    [InlineData("\"wholeContext\": \"yes\"", "'wholeContext' must be true or false, and is a string.")]
    [InlineData("\"maxReuseDays\": 0", "'maxReuseDays' must be a whole number above 0, and is 0.")]
    [InlineData("\"failOnSeverity\": \"hihg\"", "'failOnSeverity' is one of informational, low, medium, high, critical. Did you mean 'high'?")]
    public async Task What_is_wrong_is_told(string keys, string problem) =>
        (await fixture.ProblemsAsync($$"""{ "images": { "base": { "dockerfile": "D", "repository": "h/base" }, "a": { "dockerfile": "D", "repository": "h/a", {{keys}} } } }"""))
            .ShouldHaveSingleItem().ShouldContain(problem);

    [Theory]
    [InlineData("\"before\": [{ \"command\": [\"deploy\", \"${TOKEN}\"] }]")]
    [InlineData("\"cacheFrom\": [\"type=s3,secret=${TOKEN}\"]")]
    public async Task A_sensitive_value_is_refused_where_it_would_stand_on_a_command_line(string keys)
    {
        var problem = (await fixture.ProblemsAsync(
            $$"""{ "images": { "a": { "dockerfile": "D", "repository": "h/a", {{keys}} } } }""", new InfraVariable("TOKEN", "s3cr3t", isSensitive: true))).ShouldHaveSingleItem();

        problem.ShouldContain("use a secret");
        problem.ShouldNotContain("s3cr3t");
    }
}
