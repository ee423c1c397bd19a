namespace ReleaseTools.Engine.Tests.Definition;

public sealed class VerificationDefinitionTests : IDisposable
{
    private readonly DefinitionFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    [Theory]
    [InlineData(@"""https://example.com/up""", new int[0], null)]
    [InlineData("""{ "url": "https://example.com/up" }""", new int[0], null)]
    [InlineData("""{ "url": "https://example.com/up", "status": 204 }""", new[] { 204 }, null)]
    [InlineData("""{ "url": "https://example.com/up", "status": [200, 302], "timeoutSeconds": 180 }""", new[] { 200, 302 }, 180)]
    public async Task It_is_a_url_or_that_and_how_it_is_to_answer(string verify, int[] status, int? seconds)
    {
        var verification = (await fixture.ResolveAsync(Service(verify))).Services.Single().Verify.ShouldNotBeNull();

        verification.Url.ShouldBe("https://example.com/up");
        verification.Status.ShouldBe(status);
        verification.Timeout?.TotalSeconds.ShouldBe(seconds ?? 0);
        (verification.Timeout is null).ShouldBe(seconds is null);
    }

    [Theory]
    [InlineData("7", "'verify' must be a string or an object, and is 7.")]
    [InlineData("{}", "\"verify\" has no \"url\".")]
    [InlineData(@"""example.com""", "is not an http or https URL.")]
    [InlineData("""{ "url": "https://example.com", "status": "200" }""", "'status' must be a whole number above 0, and is a string.")]
    [InlineData("""{ "url": "https://example.com", "status": [200, 2.5] }""", "An item of 'status' must be a whole number above 0, and is 2.5.")]
    [InlineData("""{ "url": "https://example.com", "status": [200, 2000] }""", "2000 is no HTTP status: they go from 100 to 599.")]
    [InlineData("""{ "url": "https://example.com", "timeoutSeconds": 0 }""", "'timeoutSeconds' must be a whole number above 0")]
    [InlineData("""{ "url": "https://example.com", "statuses": 200 }""", "Did you mean 'status'?")]
    public async Task What_is_wrong_is_told(string verify, string expected) =>
        (await fixture.ProblemsAsync(Service(verify))).ShouldContain(problem => problem.Contains(expected, StringComparison.Ordinal));

    [Fact]
    public async Task A_url_made_of_a_sensitive_variable_is_refused_for_it_is_shown()
    {
        var problem = (await fixture.ProblemsAsync(Service(@"""https://example.com/?key=${KEY}"""), new InfraVariable("KEY", "hunter2", isSensitive: true))).ShouldHaveSingleItem();

        problem.ShouldContain("a URL to verify is shown to everybody");
        problem.ShouldNotContain("hunter2");
    }

    private static string Service(string verify) => $$"""{ "cluster": "main", "services": { "web": { "verify": {{verify}} } } }""";
}
