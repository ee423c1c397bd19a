using System.Text;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Images.Registries.Oci;
using ReleaseTools.Engine.Reporting;
using static ReleaseTools.Engine.Tests.Images.Registries.Oci.ScriptedServer;

namespace ReleaseTools.Engine.Tests.Images.Registries.Oci;

/// <summary>How a registry is shown who asks: basic authentication, tokens, and nothing.</summary>
public sealed class RegistryAuthenticatorTests : IDisposable
{
    private const string Secret = "pw-of-the-tester";
    private readonly RetryClock clock = new();
    private readonly Recorder recorder = new();
    private readonly MemoryRegistry server = new();
    private readonly TokenServer tokens = new();
    private readonly DockerLogins logins = new();
    private readonly RegistryHttp http = new(RegistryHttp.CreateHandler());
    private readonly OciRegistry registry;

    public RegistryAuthenticatorTests()
    {
        server.AddImage('c', "v1");
        registry = new OciRegistry(http, new DockerCredentials(logins.Environment, clock), recorder, clock);
    }

    public void Dispose()
    {
        registry.Dispose();
        http.Dispose();
        logins.Dispose();
        tokens.Dispose();
        server.Dispose();
    }

    [Fact]
    public async Task A_registry_that_asks_for_nothing_is_shown_nothing()
    {
        LogIn();

        await FindAsync();

        server.Requests.ShouldHaveSingleItem().Authorization.ShouldBeNull();
    }

    [Fact]
    public async Task Basic_authentication_is_met_with_what_docker_knows_and_from_then_on_in_advance()
    {
        LogIn();
        AskForBasic();

        await FindAsync();
        await FindAsync();

        server.Requests.Select(request => request.Authorization).ShouldBe([null, BasicOf("tester", Secret), BasicOf("tester", Secret)]);
    }

    [Fact]
    public async Task Without_credentials_the_login_to_type_is_told()
    {
        AskForBasic();

        var error = await RefusedAsync(nameof(Messages.RegistryUnauthorized));

        error.Kind.ShouldBe(ErrorKind.Authentication);
        error.Message.ShouldContain("a request without credentials");
        error.RecommendedAction.ShouldContain($"docker login {server.Host}");
    }

    [Fact]
    public async Task A_wrong_password_is_told_with_its_user_and_where_it_is_from_and_is_not_tried_on_and_on()
    {
        logins.Add(server.Host, "tester", "wrong-" + Secret);
        AskForBasic();

        var error = await RefusedAsync(nameof(Messages.RegistryUnauthorized));

        error.Message.ShouldContain($"the credentials of 'tester' from {logins.File}");
        server.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Credentials_that_were_renewed_meanwhile_are_found()
    {
        logins.Add(server.Host, "tester", "old");
        AskForBasic();
        server.Before = After(server.Before!, request =>
        {
            if (request.Authorization is not null)
                LogIn();
        });

        await FindAsync();

        server.Requests[^1].Authorization.ShouldBe(BasicOf("tester", Secret));
    }

    [Fact]
    public async Task A_token_is_fetched_for_the_scope_and_service_that_the_registry_names()
    {
        LogIn();
        server.Before = tokens.Challenge;

        await FindAsync();
        await FindAsync();

        var request = tokens.Requests.ShouldHaveSingleItem();
        request.ToString().ShouldStartWith("GET /token?");
        request.Parameters.ShouldBe([("service", "registry.test"), ("scope", "repository:team/web-ui:pull"), ("client_id", "releasetools")]);
        request.Authorization.ShouldBe(BasicOf("tester", Secret));
        server.Requests.Select(asked => asked.Authorization).ShouldBe([null, "Bearer token-1", "Bearer token-1"]);
    }

    [Fact]
    public async Task A_token_is_fetched_once_however_many_need_it_at_once()
    {
        server.Before = tokens.Challenge;

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => FindAsync()));

        tokens.Requests.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Putting_a_tag_needs_another_token_than_reading_one()
    {
        var digest = server.Tags["v1"];
        server.Before = tokens.Challenge;

        (await registry.PutTagAsync(server.Repository, digest, "v2", default)).ShouldBeTrue();

        tokens.Requests.Select(request => request.Parameters[1].Value).ShouldBe(["repository:team/web-ui:pull", "repository:team/web-ui:pull,push"]);
    }

    [Theory]
    [InlineData(300, 269, 1)]
    [InlineData(300, 271, 2)]
    [InlineData(40, 29, 1)]
    [InlineData(40, 31, 2)]
    [InlineData(null, 44, 1)]
    [InlineData(null, 46, 2)]
    public async Task A_token_is_renewed_shortly_before_it_expires(int? expiresIn, int after, int fetched)
    {
        tokens.ExpiresIn = expiresIn;
        server.Before = tokens.Challenge;
        await FindAsync();

        clock.Advance(TimeSpan.FromSeconds(after));
        await FindAsync();

        tokens.Requests.Count.ShouldBe(fetched);
        server.Requests.Count.ShouldBe(3); // the challenge is known, so it is met in advance
    }

    [Fact]
    public async Task A_token_that_the_registry_takes_no_longer_is_fetched_anew_once()
    {
        server.Before = tokens.Challenge;
        await FindAsync();
        tokens.Revoked.Add("token-1");

        await FindAsync();

        server.Requests[^1].Authorization.ShouldBe("Bearer token-2");
    }

    [Fact]
    public async Task A_registry_that_takes_no_token_at_all_is_told_after_two()
    {
        LogIn();
        tokens.Revoked.UnionWith(["token-1", "token-2", "token-3"]);
        server.Before = tokens.Challenge;

        await RefusedAsync(nameof(Messages.RegistryUnauthorized));

        tokens.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_token_without_the_permission_is_an_error_of_permission()
    {
        LogIn();
        tokens.Before = request => new Reply(200, """{"token":"good-for-nothing"}""");
        server.Before = tokens.Challenge;

        var error = await RefusedAsync(nameof(Messages.RegistryDenied));

        error.Kind.ShouldBe(ErrorKind.PermissionDenied);
        error.Message.ShouldContain("'tester'");
        error.Message.ShouldContain(server.Repository);
    }

    [Fact]
    public async Task A_denial_is_an_error_of_permission()
    {
        LogIn();
        server.Before = _ => MemoryRegistry.Error(403, "DENIED", "requested access to the resource is denied");

        (await RefusedAsync(nameof(Messages.RegistryDenied), get: true)).Message.ShouldContain("DENIED: requested access to the resource is denied");
    }

    [Fact]
    public async Task Without_credentials_a_token_for_anybody_is_asked_for()
    {
        server.Before = tokens.Challenge;

        await FindAsync();

        tokens.Requests.ShouldHaveSingleItem().Authorization.ShouldBeNull();
    }

    [Fact]
    public async Task An_access_token_is_a_token_too()
    {
        tokens.TokenMember = "access_token";
        server.Before = tokens.Challenge;

        await FindAsync();

        server.Requests[^1].Authorization.ShouldBe("Bearer token-1");
    }

    [Fact]
    public async Task An_identity_token_is_exchanged_for_a_token_and_goes_nowhere_else()
    {
        logins.Write($$"""{ "auths": { "{{server.Host}}": { "identitytoken": "refresh me&+" } } }""");
        server.Before = tokens.Challenge;

        await FindAsync();

        var request = tokens.Requests.ShouldHaveSingleItem();
        request.ToString().ShouldBe("POST /token");
        request.Headers["Content-Type"].ShouldBe("application/x-www-form-urlencoded");
        request.Parameters.ShouldBe(
        [
            ("service", "registry.test"), ("scope", "repository:team/web-ui:pull"), ("client_id", "releasetools"), ("grant_type", "refresh_token"), ("refresh_token", "refresh me&+"),
        ]);
        (request.Authorization, server.Requests[^1].Authorization).ShouldBe((null, "Bearer token-1"));
    }

    [Fact]
    public async Task An_identity_token_is_given_to_the_engine_for_the_push()
    {
        logins.Write($$"""{ "auths": { "{{server.Host}}": { "identitytoken": "refresh-me" } } }""");

        var authorization = await registry.GetAuthorizationAsync(server.Repository, refused: null, default);

        (authorization.IdentityToken, authorization.IsAnonymous, authorization.Host).ShouldBe(("refresh-me", false, server.Host));
        authorization.ToString().ShouldNotContain("refresh-me");
    }

    [Fact]
    public async Task A_push_without_credentials_is_tried()
    {
        (await registry.GetAuthorizationAsync(server.Repository, refused: null, default)).IsAnonymous.ShouldBeTrue();
    }

    [Fact]
    public async Task Credentials_that_a_push_was_refused_with_are_not_given_again()
    {
        LogIn();
        var refused = await registry.GetAuthorizationAsync(server.Repository, refused: null, default);

        var error = await Should.ThrowAsync<ReleaseException>(() => registry.GetAuthorizationAsync(server.Repository, refused, default));

        error.Id.ShouldBe(nameof(Messages.RegistryUnauthorized));
        error.RecommendedAction.ShouldContain($"docker login {server.Host}");
    }

    [Fact]
    public async Task Wrong_credentials_at_the_token_server_are_told_in_its_words()
    {
        LogIn();
        tokens.Before = _ => MemoryRegistry.Error(401, "UNAUTHORIZED", "incorrect username or password");
        server.Before = tokens.Challenge;

        (await RefusedAsync(nameof(Messages.RegistryUnauthorized))).Message.ShouldContain("incorrect username or password");
        tokens.Requests.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_denial_of_the_token_server_names_what_was_asked_for()
    {
        tokens.Before = _ => MemoryRegistry.Error(403, "DENIED", "no");
        server.Before = tokens.Challenge;

        (await RefusedAsync(nameof(Messages.RegistryDenied))).Message.ShouldContain("repository:team/web-ui:pull");
    }

    [Fact]
    public async Task A_token_server_s_fault_of_the_moment_is_waited_out()
    {
        var down = 2;
        tokens.Before = _ => down-- > 0 ? new Reply(503) : null;
        server.Before = tokens.Challenge;

        await FindAsync();

        clock.Waits.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("{}")]
    [InlineData("""{"token":"two\r\nX-Header: lines"}""")]
    public async Task What_is_no_token_is_not_sent_on(string body)
    {
        tokens.Before = _ => new Reply(200, body);
        server.Before = tokens.Challenge;

        await RefusedAsync(nameof(Messages.RegistryAnswerInvalid));

        server.Requests.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_token_server_that_sends_elsewhere_is_not_followed_with_the_password()
    {
        LogIn();
        using var elsewhere = new MemoryRegistry();
        tokens.Before = _ => new Reply(307, "", ("Location", $"http://{elsewhere.Host}/token"));
        server.Before = tokens.Challenge;

        await RefusedAsync(nameof(Messages.RegistryRefused));

        elsewhere.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Negotiate")]
    [InlineData("Bearer service=\"registry.test\"")]
    [InlineData(null)]
    public async Task A_challenge_that_cannot_be_met_is_told(string? challenge)
    {
        LogIn();
        server.Before = _ => new Reply(401, "", challenge is null ? [] : [("WWW-Authenticate", challenge)]);

        await RefusedAsync(nameof(Messages.RegistryUnauthorized));
    }

    [Fact]
    public async Task A_challenge_of_endless_length_is_none()
    {
        server.Before = _ => new Reply(401, "", ("WWW-Authenticate", "Bearer " + new string('a', 30_000)));

        await RefusedAsync(nameof(Messages.RegistryUnauthorized));
    }

    [Fact]
    public async Task Where_both_are_offered_a_token_is_fetched()
    {
        LogIn();
        server.Before = request => tokens.Challenge(request) is { } reply
            ? reply with { Headers = [("WWW-Authenticate", $"Basic realm=\"x, y\", {reply.Headers[0].Value}")] }
            : null;

        await FindAsync();

        server.Requests[^1].Authorization.ShouldBe("Bearer token-1");
    }

    private void LogIn() => logins.Add(server.Host, "tester", Secret);

    private void AskForBasic() => server.Before = request => request.Authorization == BasicOf("tester", Secret)
        ? null
        : MemoryRegistry.Error(401, "UNAUTHORIZED", "authentication required", ("WWW-Authenticate", "Basic realm=\"test\""));

    private static Func<Request, Reply?> After(Func<Request, Reply?> answer, Action<Request> then) => request =>
    {
        var reply = answer(request);
        then(request);
        return reply;
    };

    private async Task FindAsync() => (await registry.FindAsync(server.Repository, "v1", default)).ShouldNotBeNull();

    /// <summary>The error of a request, which holds no secret, nor does anything that was reported.</summary>
    private async Task<ReleaseException> RefusedAsync(string id, bool get = false)
    {
        var error = await Should.ThrowAsync<ReleaseException>(
            () => get ? registry.GetManifestAsync(server.Repository, "v1", default) : registry.FindAsync(server.Repository, "v1", default));
        error.Id.ShouldBe(id, error.Message);
        $"{error} {error.RecommendedAction} {string.Join(' ', recorder.Of<ReleaseEvent>())}".ShouldNotContain(Secret);
        return error;
    }

    private static string BasicOf(string user, string password) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
}
