using System.Text;
using Microsoft.Extensions.Time.Testing;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Tests.Images.Registries.Oci;

namespace ReleaseTools.Engine.Tests.Images.Docker;

public sealed class DockerCredentialsTests : IDisposable
{
    private const string Host = "registry.example:5000";
    private readonly FakeTimeProvider clock = new();
    private readonly DockerLogins logins = new();
    private readonly Dictionary<string, string> environment;

    public DockerCredentialsTests() => environment = logins.Environment;

    public void Dispose() => logins.Dispose();

    [Fact]
    public async Task Without_a_configuration_there_are_none() => (await FindAsync()).IsAnonymous.ShouldBeTrue();

    [Fact]
    public async Task A_login_is_found_with_where_it_is_from()
    {
        logins.Add(Host, "tester", "pass:word");

        var found = await FindAsync();

        (found.Host, found.UserName, found.Password, found.Origin).ShouldBe((Host, "tester", "pass:word", logins.File));
    }

    [Theory]
    [InlineData("https://registry.example:5000")]
    [InlineData("https://registry.example:5000/v1/")]
    [InlineData("http://registry.example:5000/v2/")]
    [InlineData("registry.example:5000/team")]
    [InlineData("Registry.Example:5000")]
    public async Task Keys_of_older_logins_stand_for_their_host(string key)
    {
        logins.Add(key, "tester", "password");

        (await FindAsync()).UserName.ShouldBe("tester");
    }

    [Theory]
    [InlineData("registry.example")]
    [InlineData("registry.example:5001")]
    [InlineData("registry.example:5000.evil.example")]
    [InlineData("https://evil.example/registry.example:5000")]
    public async Task A_login_at_another_host_is_not_taken(string key)
    {
        logins.Add(key, "tester", "password");

        (await FindAsync()).IsAnonymous.ShouldBeTrue();
    }

    [Fact]
    public async Task The_host_s_own_key_goes_before_older_ones()
    {
        logins.Write($$"""{ "auths": { "https://{{Host}}/v1/": { "username": "old", "password": "x" }, "{{Host}}": { "username": "new", "password": "y" } } }""");

        (await FindAsync()).UserName.ShouldBe("new");
    }

    [Theory]
    [InlineData("docker.io")]
    [InlineData("index.docker.io")]
    public async Task Docker_Hub_s_login_is_under_the_key_that_docker_gives_it(string host)
    {
        logins.Add("https://index.docker.io/v1/", "tester", "password");

        (await FindAsync(host)).UserName.ShouldBe("tester");
    }

    [Fact]
    public async Task Without_DOCKER_CONFIG_the_configuration_is_in_the_home_folder()
    {
        using var home = new TemporaryFolder();
        home.Write(".docker/config.json", $$"""{ "auths": { "{{Host}}": { "username": "tester", "password": "x" } } }""");
        environment.Remove("DOCKER_CONFIG");
        environment["HOME"] = home.Path;

        (await FindAsync()).UserName.ShouldBe("tester");
    }

    [Fact]
    public async Task An_identity_token_is_one()
    {
        logins.Write($$"""{ "auths": { "{{Host}}": { "auth": "{{Base64("tester:")}}", "identitytoken": "refresh-me" } } }""");

        var found = await FindAsync();

        (found.UserName, found.Password, found.IdentityToken).ShouldBe(("tester", "", "refresh-me"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{ "auths": null, "credHelpers": null }""")]
    [InlineData("""{ "auths": { "registry.example:5000": {} } }""")]
    [InlineData("""{ "auths": { "registry.example:5000": null } }""")]
    [InlineData("""{ "credsStore": "", "HttpHeaders": { "X": "y" }, "experimental": "enabled" }""")]
    [InlineData("\ufeff{}")]
    public async Task A_configuration_that_says_nothing_of_the_host_has_none(string json)
    {
        logins.Write(json);

        (await FindAsync()).IsAnonymous.ShouldBeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("""{ "auths": { "registry.example:5000": { "auth": 12 } } }""")]
    [InlineData("""{ "auths": { "registry.example:5000": { "auth": "c2VjcmV0" } } }""")]
    [InlineData("""{ "auths": { "registry.example:5000": { "auth": "se-cret" } } }""")]
    [InlineData("""{ "auths": { "registry.example:5000": { "password": "secret""")]
    public async Task A_broken_configuration_is_named_and_none_of_its_secrets(string json)
    {
        logins.Write(json);

        var error = await Should.ThrowAsync<ReleaseException>(() => FindAsync());

        error.Id.ShouldBe(nameof(Messages.DockerConfigInvalid));
        error.Message.ShouldContain(logins.File);
        error.ToString().ShouldNotContain("secret");
    }

    [Fact]
    public async Task The_environment_s_own_configuration_goes_before_the_file()
    {
        logins.Add(Host, "of-the-file", "x");
        environment["DOCKER_AUTH_CONFIG"] = $$"""{ "auths": { "{{Host}}": { "auth": "{{Base64("of-the-variable:x")}}" } } }""";

        var found = await FindAsync();

        (found.UserName, found.Origin).ShouldBe(("of-the-variable", "DOCKER_AUTH_CONFIG"));
        (await FindAsync("other.example")).IsAnonymous.ShouldBeTrue();
    }

    [Fact]
    public async Task Given_credentials_go_before_all_and_to_their_host_alone()
    {
        logins.Write("nonsense");
        var given = new RegistryAuthorization(Host, "given", "x", ExpiresAt: null);
        var credentials = new DockerCredentials(environment, clock, given);

        (await credentials.FindAsync(Host, default)).ShouldBeSameAs(given);
        (await Should.ThrowAsync<ReleaseException>(() => credentials.FindAsync("other.example", default))).Id.ShouldBe(nameof(Messages.DockerConfigInvalid));
    }

    // Credential helpers.

    [Fact]
    public async Task The_helper_of_the_host_goes_before_the_store_and_is_asked_for_the_host()
    {
        using var helper = Helper("ours", """{"ServerURL":"x","Username":"tester","Secret":"password"}""");
        using var store = Helper("store", """{"ServerURL":"x","Username":"other","Secret":"other"}""");
        logins.Write($$"""{ "auths": { "{{Host}}": {} }, "credsStore": "store", "credHelpers": { "{{Host}}": "ours" } }""");

        var found = await FindAsync();

        (found.UserName, found.Password, found.Origin).ShouldBe(("tester", "password", "docker-credential-ours"));
        (helper.Asked, store.Asked).ShouldBe((Host, null));
    }

    [Fact]
    public async Task The_store_is_asked_for_every_other_host_and_for_Docker_Hub_by_its_key()
    {
        using var store = Helper("store", """{"Username":"tester","Secret":"password"}""");
        logins.Write("""{ "credsStore": "store", "credHelpers": { "other.example": "ours" } }""");

        (await FindAsync("docker.io")).UserName.ShouldBe("tester");

        store.Asked.ShouldBe("https://index.docker.io/v1/");
    }

    [Fact]
    public async Task A_secret_of_the_user_token_is_an_identity_token()
    {
        using var store = Helper("store", """{"Username":"<token>","Secret":"refresh-me"}""");
        logins.Write("""{ "credsStore": "store" }""");

        var found = await FindAsync();

        (found.IdentityToken, found.UserName, found.Password).ShouldBe(("refresh-me", "", ""));
    }

    [Fact]
    public async Task A_helper_that_has_none_is_no_error()
    {
        using var store = Helper("store", "credentials not found in native keychain\n", ends: 1);
        logins.Write("""{ "credsStore": "store" }""");

        (await FindAsync()).IsAnonymous.ShouldBeTrue();
    }

    [Theory]
    [InlineData("the keychain is locked", 2, "failed with exit code 2: the keychain is locked")]
    [InlineData("{\"Secret\":\"hidden\"}", 1, "failed with exit code 1.")]
    [InlineData("hidden", 0, "printed something that is not JSON")]
    public async Task A_helper_that_fails_is_named_and_no_secret_of_its(string prints, int ends, string why)
    {
        using var store = Helper("store", prints, ends);
        logins.Write("""{ "credsStore": "store" }""");

        var error = await Should.ThrowAsync<ReleaseException>(() => FindAsync());

        error.Id.ShouldBe(nameof(Messages.DockerCredentialHelperFailed));
        error.Message.ShouldContain("docker-credential-store");
        error.Message.ShouldContain(logins.File);
        error.Message.ShouldContain(why);
        error.ToString().ShouldNotContain("hidden");
    }

    [Theory]
    [InlineData("missing", "is not on PATH")]
    [InlineData("../../bin/sh", "has no name of a program")]
    public async Task A_helper_that_is_none_is_named(string name, string why)
    {
        logins.Write($$"""{ "credsStore": "{{name}}" }""");

        (await Should.ThrowAsync<ReleaseException>(() => FindAsync())).Message.ShouldContain(why);
    }

    [Fact]
    public async Task A_helper_that_does_not_end_is_ended_after_half_a_minute()
    {
        using var store = Helper("store", "", hangs: true);
        logins.Write("""{ "credsStore": "store" }""");
        var found = FindAsync();
        await AskedAsync(store);

        clock.Advance(TimeSpan.FromSeconds(30));

        (await Should.ThrowAsync<ReleaseException>(() => found)).Message.ShouldContain("did not end within 30 s");
    }

    [Fact]
    public async Task A_stop_ends_a_helper()
    {
        using var stop = new CancellationTokenSource();
        using var store = Helper("store", "", hangs: true);
        logins.Write("""{ "credsStore": "store" }""");
        var found = new DockerCredentials(environment, clock).FindAsync(Host, stop.Token);
        await AskedAsync(store);

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => found);
    }

    private static async Task AskedAsync(FakeCredentialHelper helper)
    {
        while (helper.Asked is null)
            await Task.Yield();
    }

    private Task<RegistryAuthorization> FindAsync(string host = Host) => new DockerCredentials(environment, clock).FindAsync(host, default);

    private FakeCredentialHelper Helper(string name, string prints, int ends = 0, bool hangs = false)
    {
        var helper = new FakeCredentialHelper(name, prints, ends, hangs);
        environment["PATH"] = $"{helper.Folder}{Path.PathSeparator}{environment.GetValueOrDefault("PATH")}";
        return helper;
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
