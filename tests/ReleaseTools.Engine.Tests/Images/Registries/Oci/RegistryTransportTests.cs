using System.Text;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Registries;
using static ReleaseTools.Engine.Tests.Images.Registries.Oci.ScriptedServer;

namespace ReleaseTools.Engine.Tests.Images.Registries.Oci;

/// <summary>Where a request goes, by TLS or not, and what goes along with it.</summary>
public sealed class RegistryTransportTests : IDisposable
{
    private const string Host = "registry.example";
    private const string Repository = Host + "/team/web-ui";
    private const string Challenge = "Basic realm=\"test\"";
    private static readonly string Digest = "sha256:" + new string('a', 64);
    private static readonly Reply Found = new(200, "", ("Docker-Content-Digest", Digest));
    private readonly RetryClock clock = new();
    private readonly Recorder recorder = new();
    private readonly TestNetwork network = new();
    private readonly DockerLogins logins = new();
    private readonly OciRegistry registry;

    public RegistryTransportTests()
    {
        logins.Add(Host, "tester", "secret");
        registry = new OciRegistry(network.Http, new DockerCredentials(logins.Environment, clock), recorder, clock);
    }

    public void Dispose()
    {
        registry.Dispose();
        network.Dispose();
        logins.Dispose();
    }

    [Fact]
    public async Task A_registry_elsewhere_is_spoken_to_by_TLS()
    {
        var server = network.Add(Host, AskingForBasic);

        (await registry.FindAsync(Repository, "v1", default)).ShouldNotBeNull().Digest.ShouldBe(Digest);

        server.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_registry_elsewhere_that_speaks_no_TLS_is_refused_and_hears_nothing()
    {
        var server = network.Add(Host, AskingForBasic, certificate: null);

        var error = await RefusedAsync(nameof(Messages.RegistryTlsFailed));

        error.Message.ShouldContain(Host);
        error.Message.ShouldContain("what answers there does not speak it");
        server.Requests.ShouldBeEmpty();
        clock.Waits.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_certificate_of_no_authority_is_not_trusted()
    {
        var server = network.Add(Host, AskingForBasic, TestNetwork.SelfSigned(Host));

        await RefusedAsync(nameof(Messages.RegistryCertificateUntrusted));

        server.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_certificate_for_another_host_is_not_trusted()
    {
        var server = network.Add(Host, AskingForBasic, network.CertificateOf("other.example"));

        (await RefusedAsync(nameof(Messages.RegistryCertificateUntrusted))).Message.ShouldContain("it is for another host");

        server.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_no_reason_for_plain_http_on_this_machine_either()
    {
        using var local = new ScriptedServer(_ => Found, TestNetwork.SelfSigned("localhost"));

        var error = await Should.ThrowAsync<ReleaseException>(() => registry.FindAsync($"{local.Host}/web-ui", "v1", default));

        error.Id.ShouldBe(nameof(Messages.RegistryCertificateUntrusted));
        local.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task That_a_registry_on_this_machine_speaks_no_TLS_is_found_out_once()
    {
        var server = network.Add("localhost", _ => Found, certificate: null);

        await registry.FindAsync("localhost/team/web-ui", "v1", default);
        await registry.FindAsync("localhost/team/web-ui", "v1", default);

        server.Handshakes.ShouldBe(1);
        server.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_registry_on_this_machine_that_has_come_to_speak_TLS_is_found_again()
    {
        network.Add("localhost", _ => Found, certificate: null);
        await registry.FindAsync("localhost/team/web-ui", "v1", default);
        var server = network.Add("localhost", _ => Found);

        (await registry.FindAsync("localhost/team/web-ui", "v1", default)).ShouldNotBeNull().Digest.ShouldBe(Digest);

        server.Requests.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_refusal_as_bad_is_taken_for_one_where_TLS_is_not_spoken()
    {
        var reply = Found;
        var server = network.Add("localhost", _ => reply, certificate: null);
        await registry.FindAsync("localhost/team/web-ui", "v1", default);
        reply = new Reply(400, "");

        (await Should.ThrowAsync<ReleaseException>(() => registry.FindAsync("localhost/team/web-ui", "v1", default))).Message.ShouldContain("400");

        server.Handshakes.ShouldBe(2);
    }

    [Fact]
    public async Task A_host_that_nobody_knows_is_told_at_once()
    {
        await RefusedAsync(nameof(Messages.RegistryUnreachable));

        clock.Waits.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("storage.example", false)]
    [InlineData(Host, true)]
    public async Task A_redirect_takes_credentials_along_to_the_same_host_alone(string to, bool along)
    {
        var storage = to == Host ? null : network.Add(to, _ => Found);
        var server = network.Add(
            Host, request => request.Authorization is null ? Asked() : request.Path == "/elsewhere" ? Found : new Reply(307, "", ("Location", $"https://{to}/elsewhere")));

        (await registry.FindAsync(Repository, "v1", default)).ShouldNotBeNull();

        var redirected = (storage ?? server).Requests.Single(request => request.Path == "/elsewhere");
        (redirected.Authorization is not null).ShouldBe(along);
    }

    [Theory]
    [InlineData("http://storage.example/elsewhere")]
    [InlineData("https://127.0.0.1:PORT/elsewhere")]
    [InlineData("http://127.0.0.1:PORT/elsewhere")]
    [InlineData("file:///etc/passwd")]
    [InlineData("//")]
    public async Task A_redirect_away_from_TLS_or_to_this_machine_is_not_followed(string location)
    {
        var storage = network.Add("storage.example", _ => Found, certificate: null);
        network.Add(Host, _ => new Reply(307, "", ("Location", location.Replace("PORT", $"{storage.Port}", StringComparison.Ordinal))));

        (await RefusedAsync(nameof(Messages.RegistryRefused))).Message.ShouldContain("answers 307");

        storage.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Redirects_without_end_are_given_up()
    {
        var server = network.Add(Host, request => new Reply(302, "", ("Location", $"/again{request.Path}")));

        await RefusedAsync(nameof(Messages.RegistryRefused));

        server.Requests.Count.ShouldBe(6);
    }

    [Fact]
    public async Task A_tag_is_put_where_it_was_meant_to_be_or_not_at_all()
    {
        const string manifest = "{}";
        var digest = Digests.Of(manifest, "sha256:");
        var elsewhere = network.Add("elsewhere.example", _ => new Reply(201));
        network.Add(
            Host, request => request.Method == "PUT" ? new Reply(307, "", ("Location", "https://elsewhere.example/")) : request.Path.EndsWith("/v1", StringComparison.Ordinal) ? new Reply(404) : new Reply(200, manifest));

        (await Should.ThrowAsync<ReleaseException>(() => registry.PutTagAsync(Repository, digest, "v1", default))).Id.ShouldBe(nameof(Messages.RegistryRefused));

        elsewhere.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("http://tokens.example/token")]
    [InlineData("http://127.0.0.1:PORT/token")]
    [InlineData("https://127.0.0.1:PORT/token")]
    [InlineData("/token")]
    public async Task A_token_server_without_TLS_or_on_this_machine_gets_no_password_of_a_registry_elsewhere(string realm)
    {
        var tokens = network.Add("tokens.example", _ => new Reply(200, """{"token":"t"}"""), certificate: null);
        network.Add(Host, _ => new Reply(401, "", ("WWW-Authenticate", $"Bearer realm=\"{realm.Replace("PORT", $"{tokens.Port}", StringComparison.Ordinal)}\",service=\"x\"")));

        await RefusedAsync(nameof(Messages.RegistryRealmInsecure));

        tokens.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_token_server_with_TLS_gets_them()
    {
        var tokens = network.Add("tokens.example", _ => new Reply(200, """{"token":"t"}"""));
        network.Add(Host, request => request.Authorization == "Bearer t" ? Found : new Reply(401, "", ("WWW-Authenticate", "Bearer realm=\"https://tokens.example/token?a=b\",service=\"x\"")));

        (await registry.FindAsync(Repository, "v1", default)).ShouldNotBeNull();

        var asked = tokens.Requests.ShouldHaveSingleItem();
        (asked.Authorization, asked.Url).ShouldBe(("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("tester:secret")), "/token?a=b&service=x&client_id=releasetools"));
    }

    [Theory]
    [InlineData("docker.io/team/web-ui", "/v2/team/web-ui/manifests/v1")]
    [InlineData("docker.io/web-ui", "/v2/library/web-ui/manifests/v1")]
    public async Task Docker_Hub_is_asked_where_its_registry_is_with_the_login_that_docker_has_for_it(string repository, string path)
    {
        logins.Add("https://index.docker.io/v1/", "tester", "secret");
        var hub = network.Add("registry-1.docker.io", AskingForBasic);

        (await registry.FindAsync(repository, "v1", default)).ShouldNotBeNull();

        hub.Requests.Select(request => request.Path).ShouldBe([path, path]);
    }

    private static Reply AskingForBasic(Request request) => request.Authorization is null ? Asked() : Found;

    private static Reply Asked() => new(401, "", ("WWW-Authenticate", Challenge));

    private async Task<ReleaseException> RefusedAsync(string id)
    {
        var error = await Should.ThrowAsync<ReleaseException>(() => registry.FindAsync(Repository, "v1", default));
        error.Id.ShouldBe(id, error.Message);
        return error;
    }
}
