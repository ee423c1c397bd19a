using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Pushes;
using ReleaseTools.Engine.Images.Registries;

namespace ReleaseTools.Engine.Tests.Images.Integration;

/// <summary>A real engine pushes to real registries that are not ECR: with a password, with tokens, with nothing.</summary>
public sealed class OciPushTests
{
    [Fact]
    public async Task A_login_of_docker_pushes_tags_by_manifest_and_reuses()
    {
        using var test = await OciTesting.StartAsync();
        var (host, user, password) = TestRegistry.Credentials;
        test.Logins.Add(host, user, password);
        var registry = test.Registry();
        var repository = $"{host}/test-{Guid.NewGuid():N}";
        var built = await test.BuildAsync(repository, reuse: registry);

        var (pushed, error) = await test.PushAsync(built, registry, new ImagePushOptions { AlsoTags = ["latest"] });
        var again = await test.BuildAsync(repository, tag: "v2", reuse: registry);
        var retagged = (await test.PushAsync(again, registry)).Image;

        error.ShouldBeNull();
        pushed.Status.ShouldBe(ImagePushStatus.Pushed);
        pushed.Tags.ShouldBe(["v1", "latest", "src-f00d"]);
        var manifest = (await registry.GetManifestAsync(repository, "src-f00d", default)).ShouldNotBeNull();
        (manifest.Digest, manifest.ConfigDigest).ShouldBe((pushed.Digest, built.ImageId));
        pushed.BytesSent.ShouldBe(manifest.Layers.Sum(layer => layer.Size));
        again.Status.ShouldBe(ImageBuildStatus.Reused);
        (retagged.Status, retagged.Digest).ShouldBe((ImagePushStatus.Retagged, pushed.Digest));
        (await registry.FindAsync(repository, "v2", default)).ShouldNotBeNull().Digest.ShouldBe(pushed.Digest);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_the_right_login_nothing_is_pushed_and_the_login_to_type_is_told(bool wrongPassword)
    {
        using var test = await OciTesting.StartAsync();
        var (host, user, password) = TestRegistry.Credentials;
        if (wrongPassword)
            test.Logins.Add(host, user, "wrong");
        var built = await test.BuildAsync($"{host}/test-{Guid.NewGuid():N}");

        var (image, error) = await test.PushAsync(built, test.Registry());

        (image.Status, error.ShouldNotBeNull().Id).ShouldBe((ImagePushStatus.Failed, nameof(Messages.RegistryUnauthorized)));
        error.RecommendedAction.ShouldContain($"docker login {host}");
        (await test.Registry(new RegistryAuthorization(host, user, password, ExpiresAt: null)).FindAsync(built.Repository, "v1", default)).ShouldBeNull();
    }

    [Fact]
    public async Task Given_credentials_go_before_a_wrong_login()
    {
        using var test = await OciTesting.StartAsync();
        var (host, user, password) = TestRegistry.Credentials;
        test.Logins.Add(host, user, "wrong");

        var (pushed, error) = await test.PushAsync(
            await test.BuildAsync($"{host}/test-{Guid.NewGuid():N}"), test.Registry(new RegistryAuthorization(host, user, password, ExpiresAt: null)));

        error.ShouldBeNull();
        pushed.Status.ShouldBe(ImagePushStatus.Pushed);
    }

    [Fact]
    public async Task A_registry_that_asks_nobody_is_pushed_to_without_credentials()
    {
        using var test = await OciTesting.StartAsync();
        using var server = await DockerRegistry.OpenAsync();
        var registry = test.Registry();
        var built = await test.BuildAsync(server.NewRepository);

        var (pushed, error) = await test.PushAsync(built with { Fingerprint = "f00d" }, registry);

        error.ShouldBeNull();
        pushed.Tags.ShouldBe(["v1", "src-f00d"]);
        (await registry.FindAsync(built.Repository, "src-f00d", default)).ShouldNotBeNull().Digest.ShouldBe(pushed.Digest);
    }

    [Theory]
    [InlineData(false, "tester")]
    [InlineData(true, "refresh_token")]
    public async Task A_registry_with_a_token_server_is_pushed_to_with_password_or_identity_token(bool identityToken, string how)
    {
        using var test = await OciTesting.StartAsync();
        using var tokens = new JwtTokenServer();
        using var server = await DockerRegistry.TrustingAsync(tokens);
        if (identityToken)
            test.Logins.Write($$"""{ "auths": { "{{server.Host}}": { "identitytoken": "{{JwtTokenServer.IdentityToken}}" } } }""");
        else
            test.Logins.Add(server.Host, "tester", JwtTokenServer.Password);
        var registry = test.Registry();
        var built = await test.BuildAsync(server.NewRepository);

        var (pushed, error) = await test.PushAsync(built, registry, new ImagePushOptions { AlsoTags = ["latest"] });

        error.ShouldBeNull();
        pushed.Tags.ShouldBe(["v1", "latest"]);
        (await registry.FindAsync(built.Repository, "latest", default)).ShouldNotBeNull().Digest.ShouldBe(pushed.Digest);
        var path = built.Repository[(server.Host.Length + 1)..];
        tokens.Asked.ShouldContain((how, $"repository:{path}:pull"));
        tokens.Asked.ShouldAllBe(asked => asked.How == how);
    }

    [Fact]
    public async Task A_user_who_may_only_read_is_denied_the_push_and_the_tag()
    {
        using var test = await OciTesting.StartAsync();
        using var tokens = new JwtTokenServer();
        using var server = await DockerRegistry.TrustingAsync(tokens);
        test.Logins.Add(server.Host, "reader", JwtTokenServer.Password);
        var registry = test.Registry();
        var built = await test.BuildAsync(server.NewRepository);

        var (_, error) = await test.PushAsync(built, registry);

        error.ShouldNotBeNull().Kind.ShouldBe(ErrorKind.PermissionDenied);
        error.Id.ShouldBe(nameof(Messages.PushDenied));
        error.Message.ShouldContain("'reader'");
        error.RecommendedAction.ShouldContain($"docker login {server.Host}");
        (await registry.FindAsync(built.Repository, "v1", default)).ShouldBeNull();
    }

    [Fact]
    public async Task A_tag_cannot_be_put_by_a_user_who_may_only_read()
    {
        using var test = await OciTesting.StartAsync();
        using var tokens = new JwtTokenServer();
        using var server = await DockerRegistry.TrustingAsync(tokens);
        var built = await test.BuildAsync(server.NewRepository);
        var pushed = (await test.PushAsync(built, test.Registry(new RegistryAuthorization(server.Host, "tester", JwtTokenServer.Password, ExpiresAt: null)))).Image;
        test.Logins.Add(server.Host, "reader", JwtTokenServer.Password);

        var error = await Should.ThrowAsync<ReleaseException>(() => test.Registry().PutTagAsync(built.Repository, pushed.Digest!, "latest", default));

        error.Id.ShouldBe(nameof(Messages.RegistryDenied));
        (await test.Registry().FindAsync(built.Repository, "latest", default)).ShouldBeNull();
    }

    [Fact]
    public async Task A_wrong_password_is_told_in_the_token_server_s_words()
    {
        using var test = await OciTesting.StartAsync();
        using var tokens = new JwtTokenServer();
        using var server = await DockerRegistry.TrustingAsync(tokens);
        test.Logins.Add(server.Host, "tester", "wrong");

        var (_, error) = await test.PushAsync(await test.BuildAsync(server.NewRepository), test.Registry());

        error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.RegistryUnauthorized));
        error.Message.ShouldContain("incorrect username or password");
    }

    [Fact]
    public async Task Without_a_login_a_registry_with_a_token_server_denies_what_anybody_may_not()
    {
        using var test = await OciTesting.StartAsync();
        using var tokens = new JwtTokenServer();
        using var server = await DockerRegistry.TrustingAsync(tokens);

        var (_, error) = await test.PushAsync(await test.BuildAsync(server.NewRepository), test.Registry());

        (error.ShouldNotBeNull().Id, error.Kind).ShouldBe((nameof(Messages.RegistryDenied), ErrorKind.PermissionDenied));
        error.RecommendedAction.ShouldContain($"docker login {server.Host}");
    }
}
