using System.Security.Cryptography;
using System.Text;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Docker;

namespace ReleaseTools.Engine.Tests.Images.Docker;

public sealed class DockerHostTests : IDisposable
{
    private readonly TemporaryFolder config = new();

    public void Dispose() => config.Dispose();

    [Fact]
    public void DOCKER_HOST_goes_before_a_context()
    {
        AddContext("remote", "tcp://10.0.0.1:2375");

        Resolve(("DOCKER_HOST", "unix:///tmp/here.sock"), ("DOCKER_CONTEXT", "remote")).Endpoint.ShouldBe(new Uri("unix:///tmp/here.sock"));
    }

    [Fact]
    public void DOCKER_CONTEXT_names_the_context()
    {
        AddContext("remote", "tcp://10.0.0.1:2375");

        Resolve(("DOCKER_CONTEXT", "remote")).Endpoint.ShouldBe(new Uri("tcp://10.0.0.1:2375"));
    }

    [Fact]
    public void The_config_files_current_context_is_used_when_nothing_else_is_said()
    {
        AddContext("remote", "tcp://10.0.0.1:2375");
        config.Write("config.json", """{ "currentContext": "remote" }""");

        Resolve().Endpoint.ShouldBe(new Uri("tcp://10.0.0.1:2375"));
    }

    [Fact]
    public void Without_any_configuration_it_is_the_default_socket() =>
        Resolve().Endpoint.Scheme.ShouldBe(OperatingSystem.IsWindows() ? "npipe" : "unix");

    [Theory]
    [InlineData("ssh://ops@10.0.0.1")]
    [InlineData("not an address")]
    [InlineData("fd://")]
    public void An_address_that_the_API_cannot_be_reached_by_is_an_error(string host) =>
        Should.Throw<ReleaseException>(() => Resolve(("DOCKER_HOST", host))).Id.ShouldBe(nameof(Messages.DockerHostInvalid));

    [Fact]
    public void A_context_that_is_not_there_is_an_error_that_names_it() =>
        Should.Throw<ReleaseException>(() => Resolve(("DOCKER_CONTEXT", "gone"))).Message.ShouldContain("gone");

    [Fact]
    public void TLS_takes_its_certificates_from_where_the_environment_says() =>
        Resolve(("DOCKER_HOST", "tcp://10.0.0.1:2376"), ("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", "/certs")).CertificatePath.ShouldBe("/certs");

    [Fact]
    public async Task An_engine_that_does_not_answer_is_an_error_that_names_its_host()
    {
        var environment = new Dictionary<string, string> { ["DOCKER_HOST"] = "tcp://127.0.0.1:1" };

        using var engine = DockerEngine.Connect(environment, TimeProvider.System);
        var why = (await DockerUse.WhyNotAsync(engine, environment, default)).ShouldNotBeNull();
        why.Id.ShouldBe(nameof(Messages.DockerEngineUnreachable));
        why.Message.ShouldContain("tcp://127.0.0.1:1");
    }

    private DockerHost Resolve(params (string Name, string Value)[] variables) =>
        DockerHost.Resolve(variables.Append(("DOCKER_CONFIG", config.Path)).ToDictionary(variable => variable.Item1, variable => variable.Item2, StringComparer.Ordinal));

    private void AddContext(string name, string host) =>
        config.Write(
            $"contexts/meta/{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(name))).ToLowerInvariant()}/meta.json",
            $$$"""{ "Name": "{{{name}}}", "Metadata": {}, "Endpoints": { "docker": { "Host": "{{{host}}}", "SkipTLSVerify": false } } }""");
}
