namespace ReleaseTools.Tests.Example;

/// <summary>Releases in which something goes wrong in the middle.</summary>
public sealed class FailureTests(FailedReleases releases) : IClassFixture<FailedReleases>
{
    public static TheoryData<string> Faults { get; } = ["BuildFailure", "EndpointRollback", "TaskCrash"];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Its_exit_code_is_1(string fault) => (await releases.OfAsync(fault)).ExitCode.ShouldBe("1");

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Its_record_says_Failed(string fault) => (await releases.OfAsync(fault)).Status.ShouldBe(nameof(ReleaseStatus.Failed));

    [Theory]
    [InlineData("BuildFailure", "The CodeBuild build of '[a-z-]+' ended Failed.")]
    [InlineData("EndpointRollback", "The update of endpoint 'stereo-spot-inference' ended RolledBack.")]
    [InlineData("TaskCrash", "The rollout of service 'web-ui' failed. .* exited with 1")]
    public async Task Its_record_says_why(string fault, string reason) => (await releases.OfAsync(fault)).Reason.ShouldMatch(reason);

    [Theory]
    [InlineData("BuildFailure", "Start-InferenceBuild -Name [a-z-]+ -Wait")]
    [InlineData("EndpointRollback", "Update-SageMakerEndpoint stereo-spot-inference -ImageUri [^ ]+@sha256:[0-9a-f]{64}")]
    [InlineData("TaskCrash", "aws ecs describe-services --cluster stereo-spot --services web-ui; mend the cause and release again.* Invoke-FullRelease -Builder [A-Za-z]+ -Path .+ -SkipTerraform")]
    public async Task Its_record_says_what_to_type_next(string fault, string command) => (await releases.OfAsync(fault)).NextCommand.ShouldMatch(command);

    [Theory]
    [InlineData("BuildFailure")]
    [InlineData("EndpointRollback")]
    public async Task No_rollout_begins_after_what_it_waits_for_failed(string fault) => (await releases.OfAsync(fault)).Calls.Of("UpdateService").ShouldBeEmpty();

    [Fact]
    public async Task A_build_that_fails_leaves_the_endpoint_alone() => (await releases.OfAsync("BuildFailure")).Calls.Of("UpdateEndpoint").ShouldBeEmpty();

    [Fact]
    public async Task A_build_that_fails_lets_the_others_end()
    {
        var tagged = (await releases.OfAsync("BuildFailure")).Calls.Of("PutImage").Select(call => call.Target).Distinct();

        tagged.Count().ShouldBe(4);
    }

    [Fact]
    public async Task A_service_that_fails_does_not_stop_the_others() =>
        (await releases.OfAsync("TaskCrash")).Calls.Of("UpdateService").Select(call => call.Target).Order().ShouldBe(["job-worker", "media-worker", "video-worker", "web-ui"]);
}

/// <summary>The releases of Failures.ps1, which runs once, when first asked for.</summary>
public sealed class FailedReleases : IDisposable
{
    private readonly Lazy<Task<Dictionary<string, FailedRelease>>> releases;
    private ExampleWorkspace? workspace;

    public FailedReleases() => releases = new(RunAsync);

    public void Dispose() => workspace?.Dispose();

    internal async Task<FailedRelease> OfAsync(string fault) => (await releases.Value)[fault];

    private async Task<Dictionary<string, FailedRelease>> RunAsync()
    {
        workspace = (await ExampleWorkspace.CreateAsync()).Without("terraform");
        var result = await workspace.RunScriptAsync("Failures.ps1", workspace.Beside(""));
        var told = result.Output.Split('\n').Select(line => line.Split('\t')).Where(fields => fields.Length == 5).ToList();
        told.Count.ShouldBe(FailureTests.Faults.Count, result.Output + result.Error);
        return told.ToDictionary(
            fields => fields[0],
            fields => new FailedRelease(fields[1], fields[2], fields[3], fields[4], SandboxCalls.Parse(File.ReadAllLines(workspace.Beside($"calls-{fields[0]}")))),
            StringComparer.Ordinal);
    }
}

/// <summary>How a release ended, and what the sandbox was asked.</summary>
internal sealed record FailedRelease(string ExitCode, string Status, string Reason, string NextCommand, SandboxCalls Calls);
