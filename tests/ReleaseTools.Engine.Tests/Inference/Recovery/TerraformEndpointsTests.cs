using ReleaseTools.Engine.Inference.Recovery.Diagnosis;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Inference.Recovery;

/// <summary>Over a stand-in for terraform, for the state of an aws_sagemaker_endpoint needs a provider that is not here.</summary>
public sealed class TerraformEndpointsTests : IDisposable
{
    private const string State = """
        {"format_version":"1.0","terraform_version":"1.9.0","values":{"outputs":{"token":{"sensitive":true,"value":"hunter-two"}},"root_module":{
          "resources":[{"address":"aws_sagemaker_endpoint.other","type":"aws_sagemaker_endpoint","values":{"name":"other","endpoint_config_name":"other-1"}}],
          "child_modules":[{"address":"module.inference","resources":[
            {"address":"module.inference.aws_sagemaker_endpoint.this","type":"aws_sagemaker_endpoint","values":{"name":"stereo","endpoint_config_name":"first"}}]}]}}}
        """;

    private readonly TemporaryDirectory workspace = new();
    private readonly RecordingObserver observer = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public async Task The_state_tells_the_configuration_in_whatever_module_the_endpoint_is()
    {
        (await ReadAsync($"cat <<'END'\n{State}\nEND")).ShouldBe(new(IsThere: true, "first"));
        observer.Of<Warned>().ShouldBeEmpty();
    }

    [Fact]
    public async Task Lines_of_a_wrapper_around_it_do_no_harm() =>
        (await ReadAsync($"echo '[command]/usr/bin/terraform show -json'\ncat <<'END'\n{State}\nEND\necho '::debug::done'")).ConfigName.ShouldBe("first");

    [Theory]
    [InlineData("""{"format_version":"1.0"}""")]
    [InlineData("""{"format_version":"1.0","values":{"root_module":{}}}""")]
    public async Task A_state_without_it_tells_nothing(string state) => (await ReadAsync($"echo '{state}'")).ShouldBe(new(IsThere: true, null));

    [Fact]
    public async Task A_failure_is_said_and_held_against_nobody()
    {
        (await ReadAsync("echo 'Error: Backend initialization required' >&2; exit 1")).ShouldBe(new(IsThere: true, null));
        observer.Of<Warned>().ShouldHaveSingleItem().Message.ShouldContain("Terraform did not tell");
    }

    [Fact]
    public async Task One_that_does_not_end_is_not_waited_for()
    {
        using var clock = new ImpatientLimits();
        (await ReadAsync("exec sleep 60", clock: clock)).ShouldBe(new(IsThere: true, null));
        observer.Of<Warned>().ShouldHaveSingleItem().Message.ShouldContain("within 8.0s");
    }

    [Fact]
    public async Task Where_it_was_not_initialised_it_is_not_asked()
    {
        (await ReadAsync("exit 1", initialised: false)).ShouldBe(new(IsThere: true, null));
        observer.Of<Warned>().ShouldBeEmpty();
    }

    private async Task<TerraformFacts> ReadAsync(string script, bool initialised = true, TimeProvider? clock = null)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in is a shell script.");
        var terraform = workspace.Write("bin/terraform", $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(terraform, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(workspace.PathOf(initialised ? "infra/.terraform" : "infra"));
        var environment = new Dictionary<string, string>(ProcessEnvironment.Variables) { ["PATH"] = $"{workspace.PathOf("bin")}:{Environment.GetEnvironmentVariable("PATH")}" };
        var endpoints = new TerraformEndpoints(
            new() { Directory = workspace.PathOf("infra") }, _ => Task.FromResult<IReadOnlyDictionary<string, string>>(environment), observer, clock ?? TimeProvider.System);
        return await endpoints.ReadAsync("stereo", default);
    }

    /// <summary>A clock whose limits of several seconds are over in a moment.</summary>
    private sealed class ImpatientLimits : TimeProvider, IDisposable
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / 20 : dueTime, period);

        public void Dispose()
        {
        }
    }
}
