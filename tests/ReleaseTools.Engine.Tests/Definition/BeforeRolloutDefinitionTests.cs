namespace ReleaseTools.Engine.Tests.Definition;

public sealed class BeforeRolloutDefinitionTests : IDisposable
{
    private readonly DefinitionFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    [Fact]
    public async Task A_service_has_a_task_before_its_rollout()
    {
        var definition = await fixture.ResolveAsync(Service("""{ "command": ["npm", "run", "migrate"], "container": "app", "timeoutSeconds": 90 }"""));

        var task = definition.Services.Single().BeforeRollout!;
        task.Command.ShouldBe(["npm", "run", "migrate"]);
        (task.Container, task.Timeout).ShouldBe(("app", TimeSpan.FromSeconds(90)));
    }

    [Fact]
    public async Task A_command_is_enough_and_a_service_without_one_has_none()
    {
        var task = (await fixture.ResolveAsync(Service("""{ "command": ["migrate"] }"""))).Services.Single().BeforeRollout!;
        (task.Command.Single(), task.Container, task.Timeout).ShouldBe(("migrate", null, null));
        (await fixture.ResolveAsync("""{ "cluster": "main", "services": { "web": {} } }""")).Services.Single().BeforeRollout.ShouldBeNull();
    }

    [Theory]
    [InlineData("""{}""", "A task to run before the rollout has no \"command\"")]
    [InlineData("""{ "command": [] }""", "A task to run before the rollout has no \"command\"")]
    [InlineData("""{ "command": "migrate" }""", "'command' must be a list of strings, and is a string.")]
    [InlineData("""["migrate"]""", "'beforeRollout' must be an object, and is a list.")]
    [InlineData("""{ "command": ["a"], "timeoutSeconds": 0 }""", "'timeoutSeconds' must be a whole number above 0")]
    [InlineData("""{ "command": ["a"], "contaner": "app" }""", "Did you mean 'container'?")]
    [InlineData("""{ "command": ["a"], "container": "a b" }""", "is not a container's name.")]
    public async Task What_is_wrong_is_told(string task, string expected) =>
        (await fixture.ProblemsAsync(Service(task))).ShouldContain(problem => problem.Contains(expected, StringComparison.Ordinal));

    [Fact]
    public async Task A_task_of_a_service_without_an_image_would_never_run() =>
        (await fixture.ProblemsAsync("""{ "cluster": "main", "services": { "web": { "beforeRollout": { "command": ["a"] } } } }"""))
            .ShouldHaveSingleItem().ShouldContain("The service 'web' has no \"image\"");

    [Fact]
    public async Task A_command_made_of_a_sensitive_variable_is_refused_for_ECS_shows_it()
    {
        var problem = (await fixture.ProblemsAsync(Service("""{ "command": ["a", "${PASSWORD}"] }"""), new InfraVariable("PASSWORD", "hunter2", isSensitive: true))).ShouldHaveSingleItem();

        problem.ShouldContain("shown by ECS to everybody");
        problem.ShouldNotContain("hunter2");
    }

    private static string Service(string task) => $$"""
        { "cluster": "main", "images": { "web": { "dockerfile": "Dockerfile", "repository": "host/web" } }, "services": { "web": { "image": "web", "beforeRollout": {{task}} } } }
        """;
}
