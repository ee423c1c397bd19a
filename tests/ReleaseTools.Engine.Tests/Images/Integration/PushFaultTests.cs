using System.Net;
using System.Security.Cryptography;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Pushes;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Tests.Images.Integration;

/// <summary>
/// What goes wrong during a push of a real engine to a real registry is survived, or is a clear error; and a tag is either on the
/// whole image or where it was.
/// </summary>
public sealed class PushFaultTests
{
    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    public async Task A_registry_that_fails_at_the_manifest_is_pushed_to_again(int status)
    {
        using var test = await OciTesting.StartAsync();
        using var proxy = Proxy(test);
        var built = await test.BuildAsync(proxy.NewRepository);
        proxy.Faults = Times(2, IsManifestPut, new Fault(status, "UNKNOWN", "unknown error"));

        await ShouldBePushedAsync(test, proxy, built);

        test.Recorder.Of<Warned>().Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_registry_that_throttles_is_pushed_to_again()
    {
        using var test = await OciTesting.StartAsync();
        using var proxy = Proxy(test);
        var built = await test.BuildAsync(proxy.NewRepository);
        proxy.Faults = Times(2, IsManifestPut, new Fault(429, "TOOMANYREQUESTS", "slow down", ("Retry-After", "5")));

        await ShouldBePushedAsync(test, proxy, built);
    }

    [Fact]
    public async Task A_throttled_tag_is_put_after_the_wait_that_the_registry_asks_for()
    {
        using var test = await OciTesting.StartAsync();
        using var proxy = Proxy(test);
        var built = await test.BuildAsync(proxy.NewRepository);
        proxy.Faults = Times(1, request => IsManifestPut(request) && request.Url!.AbsolutePath.EndsWith("/latest", StringComparison.Ordinal), new Fault(429, "TOOMANYREQUESTS", "slow down", ("Retry-After", "5")));

        var (pushed, error) = await test.PushAsync(built, test.Registry(), new ImagePushOptions { AlsoTags = ["latest"] });

        error.ShouldBeNull();
        pushed.Tags.ShouldBe(["v1", "latest"]);
        test.Clock.Waits.ShouldContain(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_registry_that_fails_at_a_layer_is_survived()
    {
        using var test = await OciTesting.StartAsync();
        using var proxy = Proxy(test);
        var built = await test.BuildAsync(proxy.NewRepository);
        proxy.Faults = Times(1, request => request.HttpMethod == "POST", new Fault(500, "UNKNOWN", "unknown error"));

        await ShouldBePushedAsync(test, proxy, built);
    }

    [Fact]
    public async Task A_connection_that_is_cut_in_the_middle_of_a_layer_is_survived()
    {
        using var test = await OciTesting.StartAsync();
        using var proxy = Proxy(test);
        var built = await BuildLargeAsync(test, proxy.NewRepository);
        proxy.Faults = Times(1, request => request.HttpMethod == "PATCH", Fault.Cut(afterBytes: 300_000));

        await ShouldBePushedAsync(test, proxy, built);

        proxy.Requests.ShouldContain(request => request.Method == "PATCH" && request.Status == 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_registry_that_stays_broken_is_told_in_its_words_and_leaves_the_tag_where_it_was(bool tagIsThere)
    {
        using var test = await OciTesting.StartAsync();
        using var proxy = Proxy(test);
        var repository = proxy.NewRepository;
        var before = tagIsThere ? (await test.PushAsync(await test.BuildAsync(repository), test.Registry())).Image.Digest : null;
        var built = await test.BuildAsync(repository);
        proxy.Faults = Times(int.MaxValue, IsManifestPut, new Fault(503, "UNAVAILABLE", "down for maintenance"));

        var (image, error) = await test.PushAsync(built with { Fingerprint = "f00d" }, test.Registry(), new ImagePushOptions { Retries = 2 });

        (image.Status, error.ShouldNotBeNull().Id).ShouldBe((ImagePushStatus.Failed, nameof(Messages.PushFailed)));
        error.Message.ShouldContain("503");
        proxy.Requests.Count(request => request is { Method: "PUT", Status: 503 }).ShouldBe(3);
        await ShouldHoldAsync(test, repository, before);
    }

    [Fact]
    public async Task Credentials_that_end_in_the_middle_of_a_push_are_looked_for_again()
    {
        using var test = await OciTesting.StartAsync();
        using var proxy = Proxy(test);
        var built = await test.BuildAsync(proxy.NewRepository);
        proxy.Faults = Once(IsManifestPut, () =>
        {
            proxy.Passwords.Clear();
            proxy.Passwords["second"] = true;
            test.Logins.Add(proxy.Host, "tester", "second");
        });

        await ShouldBePushedAsync(test, proxy, built);

        test.Recorder.Of<Noted>().ShouldContain(noted => noted.Message.Contains("fetching new ones", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Credentials_that_end_in_the_middle_of_a_push_and_have_no_others_are_told_and_leave_the_tag_where_it_was(bool tagIsThere)
    {
        using var test = await OciTesting.StartAsync();
        using var proxy = Proxy(test);
        var repository = proxy.NewRepository;
        var before = tagIsThere ? (await test.PushAsync(await test.BuildAsync(repository), test.Registry())).Image.Digest : null;
        var built = await test.BuildAsync(repository);
        proxy.Faults = Once(IsManifestPut, proxy.Passwords.Clear);

        var (_, error) = await test.PushAsync(built, test.Registry());

        error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.RegistryUnauthorized));
        error.RecommendedAction.ShouldContain($"docker login {proxy.Host}");
        proxy.Requests.ShouldContain(request => request.Method == "PATCH" && request.Status == 202); // layers were there already
        proxy.Faults = null;
        proxy.Passwords["first"] = true;
        await ShouldHoldAsync(test, repository, before);
    }

    [Fact]
    public async Task A_push_that_is_denied_in_the_middle_is_told_at_once_and_leaves_no_tag()
    {
        using var test = await OciTesting.StartAsync();
        using var proxy = Proxy(test);
        var built = await test.BuildAsync(proxy.NewRepository);
        proxy.Faults = Times(int.MaxValue, IsManifestPut, new Fault(403, "DENIED", "the repository is for others"));

        var (_, error) = await test.PushAsync(built, test.Registry());

        (error.ShouldNotBeNull().Id, error.Kind).ShouldBe((nameof(Messages.PushDenied), ErrorKind.PermissionDenied));
        error.Message.ShouldContain("the repository is for others");
        proxy.Requests.Count(request => request is { Method: "PUT", Status: 403 }).ShouldBe(1);
        await ShouldHoldAsync(test, built.Repository, digest: null);
    }

    [Fact]
    public async Task A_stop_in_the_middle_of_a_layer_leaves_no_tag()
    {
        using var test = await OciTesting.StartAsync();
        using var proxy = Proxy(test);
        using var stop = new CancellationTokenSource();
        var built = await BuildLargeAsync(test, proxy.NewRepository);
        proxy.Faults = Once(request => request.HttpMethod == "PATCH", stop.Cancel);

        await Should.ThrowAsync<OperationCanceledException>(
            () => new ImagePushes(test.Engine, test.Registry(), test.Clock).PushAsync(built, new ImagePushOptions(), test.Recorder, stop.Token));

        await ShouldHoldAsync(test, built.Repository, digest: null);
    }

    private static FaultProxy Proxy(OciTesting test)
    {
        var proxy = new FaultProxy();
        test.Logins.Add(proxy.Host, "tester", "first");
        return proxy;
    }

    /// <summary>An image with a layer that is larger than what connections buffer.</summary>
    private static Task<AppImage> BuildLargeAsync(OciTesting test, string repository)
    {
        File.WriteAllBytes(Path.Combine(test.Workspace.Path, "large"), RandomNumberGenerator.GetBytes(8 * 1024 * 1024));
        return test.BuildAsync(repository, "COPY large /large\n");
    }

    private static bool IsManifestPut(HttpListenerRequest request) => request.HttpMethod == "PUT" && request.Url!.AbsolutePath.Contains("/manifests/", StringComparison.Ordinal);

    private static Func<HttpListenerRequest, Fault?> Times(int times, Predicate<HttpListenerRequest> when, Fault fault) =>
        request => when(request) && Interlocked.Decrement(ref times) >= 0 ? fault : null;

    /// <summary>Does something as the first such request comes, and refuses it as from nobody.</summary>
    private static Func<HttpListenerRequest, Fault?> Once(Predicate<HttpListenerRequest> when, Action then)
    {
        var left = 1;
        return request =>
        {
            if (!when(request) || Interlocked.Decrement(ref left) < 0)
                return null;
            then();
            return Fault.Unauthorized;
        };
    }

    private static async Task ShouldBePushedAsync(OciTesting test, FaultProxy proxy, AppImage built)
    {
        var registry = test.Registry();

        var (pushed, error) = await test.PushAsync(built, registry);

        error.ShouldBeNull();
        pushed.Status.ShouldBe(ImagePushStatus.Pushed);
        proxy.FaultsTaken.ShouldBeGreaterThan(0);
        proxy.Faults = null;
        await ShouldHoldAsync(test, built.Repository, pushed.Digest);
        (await registry.GetManifestAsync(built.Repository, "v1", default)).ShouldNotBeNull().ConfigDigest.ShouldBe(built.ImageId);
    }

    private static async Task ShouldHoldAsync(OciTesting test, string repository, string? digest)
    {
        (await test.Registry().FindAsync(repository, "v1", default))?.Digest.ShouldBe(digest);
        (await test.Registry().FindAsync(repository, "v1", default) is null).ShouldBe(digest is null);
        (await test.Registry().FindAsync(repository, SourceTag.For("f00d"), default)).ShouldBeNull();
    }
}
