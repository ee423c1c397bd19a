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
        Resolve(("DOCKER_HOST", "tcp://10.0.0.1:2376"), ("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", "/certs")).Tls.ShouldBe(DockerTls.In("/certs"));

    [Theory]
    [InlineData("DOCKER_CONTEXT")]
    [InlineData("config.json")]
    public void A_context_has_its_own_certificates_and_not_the_environments(string chosenBy)
    {
        AddContext("remote", "tcp://10.0.0.1:2376");
        AddTls("remote", "ca.pem", "cert.pem", "key.pem");
        config.Write("config.json", chosenBy == "config.json" ? """{ "currentContext": "remote" }""" : "{}");

        Resolve((chosenBy, "remote"), ("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", "/certs")).Tls.ShouldBe(DockerTls.In(TlsFolder("remote")));
    }

    [Fact]
    public void Of_a_contexts_certificates_any_may_be_left_out()
    {
        AddContext("server-only", "tcp://10.0.0.1:2376");
        AddTls("server-only", "ca.pem");
        AddContext("trusting", "tcp://10.0.0.1:2376", skipsVerification: true);

        Resolve(("DOCKER_CONTEXT", "server-only")).Tls.ShouldBe(new DockerTls(Path.Combine(TlsFolder("server-only"), "ca.pem"), Certificate: null, Key: null, AcceptsAny: false));
        Resolve(("DOCKER_CONTEXT", "trusting")).Tls.ShouldBe(new DockerTls(Authority: null, Certificate: null, Key: null, AcceptsAny: true));
    }

    [Fact]
    public void A_context_without_certificates_is_spoken_to_without_TLS()
    {
        AddContext("remote", "tcp://10.0.0.1:2375");

        Resolve(("DOCKER_CONTEXT", "remote"), ("DOCKER_TLS_VERIFY", "1")).Tls.ShouldBeNull();
    }

    [Fact]
    public async Task An_engine_behind_TLS_is_reached_with_its_contexts_certificates()
    {
        await using var behindTls = new TlsEngine();
        AddContext("remote", behindTls.Address);
        foreach (var (name, content) in behindTls.Files)
            config.Write(Path.Combine(TlsFolder("remote"), name), content);

        using var engine = Connect("remote");

        await engine.PingAsync(default);
    }

    [Fact]
    public async Task An_engine_of_another_authority_is_not_spoken_to_unless_the_context_says_so()
    {
        await using var behindTls = new TlsEngine();
        await using var stranger = new TlsEngine();
        foreach (var (context, skips) in new[] { ("strict", false), ("trusting", true) })
        {
            AddContext(context, behindTls.Address, skips);
            foreach (var (name, content) in behindTls.Files)
                config.Write(Path.Combine(TlsFolder(context), name), name == "ca.pem" ? stranger.Files[name] : content);
        }

        using var strict = Connect("strict");
        using var trusting = Connect("trusting");

        (await Should.ThrowAsync<ReleaseException>(() => strict.PingAsync(default))).Id.ShouldBe(nameof(Messages.DockerEngineUnreachable));
        await trusting.PingAsync(default);
    }

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

    private DockerEngine Connect(string context) =>
        DockerEngine.Connect(new Dictionary<string, string> { ["DOCKER_CONFIG"] = config.Path, ["DOCKER_CONTEXT"] = context }, TimeProvider.System);

    private void AddContext(string name, string host, bool skipsVerification = false) =>
        config.Write(
            $"contexts/meta/{IdOf(name)}/meta.json",
            $$$"""{ "Name": "{{{name}}}", "Metadata": {}, "Endpoints": { "docker": { "Host": "{{{host}}}", "SkipTLSVerify": {{{(skipsVerification ? "true" : "false")}}} } } }""");

    private void AddTls(string context, params string[] files) => Array.ForEach(files, file => config.Write(Path.Combine(TlsFolder(context), file), "PEM"));

    private string TlsFolder(string context) => Path.Combine(config.Path, "contexts", "tls", IdOf(context), "docker");

    private static string IdOf(string context) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(context)));
}
