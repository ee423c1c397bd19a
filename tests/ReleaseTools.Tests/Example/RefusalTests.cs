namespace ReleaseTools.Tests.Example;

/// <summary>What is known to be wrong before anything is changed is told before anything is changed.</summary>
public sealed class RefusalTests(Refusals refusals) : IClassFixture<Refusals>
{
    public static TheoryData<string> Wrong { get; } =
        ["env file", "terraform", "docker", "engine", "region", "credentials", "endpoint", "service", "repository", "image", "unknown key"];

    [Theory]
    [InlineData("env file", "EnvFileNotFound")]
    [InlineData("terraform", "TerraformNotFound")]
    [InlineData("docker", "DockerNotFound")]
    [InlineData("engine", "DockerEngineUnreachable")]
    [InlineData("region", "AwsRegionMissing")]
    [InlineData("credentials", "AwsCredentialsMissing")]
    [InlineData("endpoint", "EndpointNotFound")]
    [InlineData("service", "ServiceNotFound")]
    [InlineData("repository", "RepositoryNotFound")]
    [InlineData("image", "ImageNotDefined")]
    [InlineData("unknown key", "DefinitionInvalid")]
    public async Task Its_id_names_what_is_wrong(string wrong, string id) => (await refusals.OfAsync(wrong)).Id.ShouldStartWith(id + ",");

    [Theory]
    [InlineData("env file", "packages/aws-infra/.env")]
    [InlineData("terraform", "packages/aws-infra")]
    [InlineData("docker", "docker")]
    [InlineData("engine", "/nowhere/docker.sock")]
    [InlineData("region", "AWS_REGION")]
    [InlineData("credentials", "default")]
    [InlineData("endpoint", "nowhere")]
    [InlineData("service", "nobody")]
    [InlineData("repository", "/nothing")]
    [InlineData("image", "nobody")]
    [InlineData("unknown key", "release.json")]
    public async Task Its_target_is_the_thing_itself(string wrong, string target) => (await refusals.OfAsync(wrong)).Target.ShouldEndWith(target);

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task It_says_what_to_type_next(string wrong) => (await refusals.OfAsync(wrong)).Action.ShouldNotBeEmpty();

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Nothing_was_changed_at_AWS(string wrong) => (await refusals.OfAsync(wrong)).Changes.ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task No_file_was_written(string wrong) => (await refusals.OfAsync(wrong)).Files.ShouldBe("same");

    [Fact]
    public async Task An_unknown_key_is_told_with_its_line_its_column_and_the_nearest_known_one() =>
        (await refusals.OfAsync("unknown key")).Message.ShouldMatch(@"release\.json.*\(?7[,:] ?3\)?.*clutser.*cluster");
}

/// <summary>The refusals of Refusals.ps1, which runs once, when first asked for.</summary>
public sealed class Refusals : IDisposable
{
    private readonly Lazy<Task<Dictionary<string, Refusal>>> refusals;
    private ExampleWorkspace? workspace;

    public Refusals() => refusals = new(RunAsync);

    public void Dispose() => workspace?.Dispose();

    internal async Task<Refusal> OfAsync(string wrong)
    {
        Assert.SkipWhen(wrong == "engine" && !Executables.Exist("docker"), "The docker CLI is not installed, which is what is told first.");
        return (await refusals.Value)[wrong];
    }

    private async Task<Dictionary<string, Refusal>> RunAsync()
    {
        workspace = await ExampleWorkspace.CreateAsync();
        var home = Directory.CreateDirectory(workspace.Beside("home")).FullName;
        var result = await workspace.RunScriptAsync("Refusals.ps1", workspace.PathWithout("terraform"), workspace.PathWithout("docker"), home);
        var told = result.Output.Split('\n').Select(line => line.Split('\t')).Where(fields => fields.Length == 7).ToList();
        told.Count.ShouldBe(RefusalTests.Wrong.Count, result.Output + result.Error);
        return told.ToDictionary(fields => fields[0], fields => new Refusal(fields[1], fields[2], fields[3], fields[4], fields[5], fields[6].Trim()), StringComparer.Ordinal);
    }
}

/// <summary>An error, and what the command that told it had changed.</summary>
internal sealed record Refusal(string Id, string Target, string Message, string Action, string Changes, string Files);
