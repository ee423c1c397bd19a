using System.Text;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Images.Registries.Oci;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Tests.Images.Registries.Oci;
using static ReleaseTools.Engine.Tests.Images.Registries.Oci.ScriptedServer;

namespace ReleaseTools.Engine.Tests.Images.Registries;

public sealed class OciRegistryTests : IDisposable
{
    private static readonly string Unknown = "sha256:" + new string('0', 64);
    private readonly RetryClock clock = new();
    private readonly Recorder recorder = new();
    private readonly MemoryRegistry server = new();
    private readonly DockerLogins logins = new();
    private readonly RegistryHttp http = new(RegistryHttp.CreateHandler());
    private readonly OciRegistry registry;

    public OciRegistryTests() => registry = new OciRegistry(http, new DockerCredentials(logins.Environment, clock), recorder, clock);

    private string Repository => server.Repository;

    public void Dispose()
    {
        registry.Dispose();
        http.Dispose();
        logins.Dispose();
        server.Dispose();
    }

    [Fact]
    public async Task An_image_is_found_by_tag_and_by_digest()
    {
        var digest = server.AddImage('c', "v1");

        var byTag = (await registry.FindAsync(Repository, "v1", default)).ShouldNotBeNull();
        (byTag.Digest, byTag.Tags.ShouldHaveSingleItem()).ShouldBe((digest, "v1"));
        (await registry.FindAsync(Repository, digest, default)).ShouldNotBeNull().Digest.ShouldBe(digest);
    }

    [Theory]
    [InlineData("team/web-ui")]
    [InlineData("another/repository")]
    public async Task An_image_or_a_repository_that_is_not_there_is_no_error(string path)
    {
        (await registry.FindAsync($"{server.Host}/{path}", "v1", default)).ShouldBeNull();
        (await registry.GetManifestAsync($"{server.Host}/{path}", Unknown, default)).ShouldBeNull();
    }

    [Fact]
    public async Task A_registry_that_does_not_say_the_digest_of_a_tag_is_asked_for_its_manifest()
    {
        var digest = server.AddImage('c', "v1");
        server.Before = _ => new Reply(200, server.Manifests[digest].Content, ("Content-Type", MemoryRegistry.ManifestType));

        (await registry.FindAsync(Repository, "v1", default)).ShouldNotBeNull().Digest.ShouldBe(digest);
    }

    [Fact]
    public async Task A_manifest_comes_as_it_is_with_its_type()
    {
        var digest = server.Add("""{ "schemaVersion": 2, "config": { "digest": "sha256:ä" } }""", "v1");

        var manifest = (await registry.GetManifestAsync(Repository, "v1", default)).ShouldNotBeNull();

        (manifest.Digest, manifest.MediaType).ShouldBe((digest, MemoryRegistry.ManifestType));
        Encoding.UTF8.GetBytes(manifest.Content).ShouldBe(server.Manifests[digest].Content);
    }

    [Fact]
    public async Task A_manifest_is_asked_for_in_all_types_it_may_have()
    {
        await registry.FindAsync(Repository, "v1", default);

        server.Requests.ShouldHaveSingleItem().Headers["Accept"].ShouldBe(string.Join(", ", Manifest.AcceptedMediaTypes));
    }

    [Fact]
    public async Task Plain_http_is_spoken_on_this_machine_without_a_try_of_TLS()
    {
        await registry.FindAsync(Repository, "v1", default);
        await registry.FindAsync(Repository, "v2", default);

        server.Requests.Count.ShouldBe(2);
        server.Server.Handshakes.ShouldBe(0);
    }

    [Fact]
    public async Task Every_manifest_that_an_index_lists_may_be_what_runs()
    {
        string[] listed = ["sha256:" + new string('1', 64), "sha256:" + new string('2', 64)];
        var index = server.Add($$"""{"manifests":[{"digest":"{{listed[0]}}","size":1},{"digest":"{{listed[1]}}","size":1}]}""", MemoryRegistry.IndexType, []);

        (await registry.ManifestDigestsAsync(Repository, index, default)).ShouldBe([index, .. listed]);
    }

    [Fact]
    public async Task A_blob_is_had_by_its_digest_and_nothing_else_is_taken_for_it()
    {
        var content = "{}"u8.ToArray();
        var digest = Digests.Of(content, "sha256:");
        server.Before = request => request.Path.EndsWith($"/blobs/{digest}", StringComparison.Ordinal) || request.Path.EndsWith($"/blobs/{Unknown}", StringComparison.Ordinal)
            ? new Reply(200, content)
            : null;

        (await registry.GetBlobAsync(Repository, digest, default)).ShouldBe(content);
        (await ShouldThrowAsync(() => registry.GetBlobAsync(Repository, Unknown, default))).Id.ShouldBe(nameof(Messages.RegistryAnswerInvalid));
        (await registry.GetBlobAsync(Repository, "sha256:" + new string('1', 64), default)).ShouldBeNull();
    }

    [Fact]
    public async Task A_tag_is_put_by_the_manifest_s_own_bytes_and_put_once()
    {
        var digest = server.Add("""{ "schemaVersion": 2,  "layers": [] }""", MemoryRegistry.IndexType, ["v1"]);

        (await registry.PutTagAsync(Repository, digest, "v2", default)).ShouldBeTrue();
        (await registry.PutTagAsync(Repository, digest, "v2", default)).ShouldBeFalse();

        server.Tags["v2"].ShouldBe(digest);
        server.Requests.Where(request => request.Method == "PUT").ShouldHaveSingleItem().Headers["Content-Type"].ShouldBe(MemoryRegistry.IndexType);
    }

    [Fact]
    public async Task A_tag_is_put_on_nothing_that_the_repository_does_not_hold()
    {
        (await ShouldThrowAsync(() => registry.PutTagAsync(Repository, Unknown, "v2", default))).Id.ShouldBe(nameof(Messages.ManifestNotFound));

        server.Requests.ShouldNotContain(request => request.Method == "PUT");
    }

    [Theory]
    [InlineData(412, "PRECONDITION", "configured as immutable")]
    [InlineData(403, "DENIED", "The repository has enabled tag immutability")]
    [InlineData(400, "TAG_INVALID", "cannot be overwritten because the repository is immutable")]
    public async Task A_tag_that_the_registry_does_not_move_is_an_error_that_names_both_digests(int status, string code, string message)
    {
        var held = server.AddImage('c', "v1");
        var other = server.AddImage('d');
        server.Before = request => request.Method == "PUT" ? MemoryRegistry.Error(status, code, message) : null;

        var error = await ShouldThrowAsync(() => registry.PutTagAsync(Repository, other, "v1", default));

        error.Id.ShouldBe(nameof(Messages.TagImmutable));
        error.Message.ShouldContain(held);
        error.Message.ShouldContain(other);
    }

    [Fact]
    public async Task A_tag_that_is_not_permitted_is_not_taken_for_an_immutable_one_by_a_name()
    {
        var digest = server.AddImage('d');
        server.Before = request => request.Method == "PUT" ? MemoryRegistry.Error(403, "DENIED", "not authorized to put into 'immutable-store'") : null;

        (await ShouldThrowAsync(() => registry.PutTagAsync(Repository, digest, "v1", default))).Id.ShouldBe(nameof(Messages.RegistryDenied));
    }

    [Fact]
    public async Task An_immutable_tag_that_somebody_just_put_on_the_same_digest_is_present_already()
    {
        var digest = server.AddImage('c');
        server.Before = request =>
        {
            if (request.Method != "PUT")
                return null;
            server.Tags["v1"] = digest;
            return MemoryRegistry.Error(412, "PRECONDITION", "configured as immutable");
        };

        (await registry.PutTagAsync(Repository, digest, "v1", default)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_tag_that_the_registry_puts_on_something_else_is_an_error()
    {
        var digest = server.AddImage('c');
        server.Before = request => request.Method == "PUT" ? new Reply(201, "", ("Docker-Content-Digest", Unknown)) : null;

        (await ShouldThrowAsync(() => registry.PutTagAsync(Repository, digest, "v1", default))).Id.ShouldBe(nameof(Messages.ManifestDigestMismatch));
    }

    [Fact]
    public async Task Nothing_is_made_and_nothing_is_known_of_immutable_tags()
    {
        (await registry.CreateRepositoryAsync(Repository, default)).ShouldBeFalse();
        (await registry.AreTagsImmutableAsync(Repository, default)).ShouldBeFalse();

        server.Requests.ShouldBeEmpty();
    }

    // Answers that are not what they should be.

    [Theory]
    [InlineData("v1")]
    [InlineData("digest")]
    public async Task A_manifest_of_another_digest_is_never_taken(string reference)
    {
        var digest = server.AddImage('c', "v1");
        server.Manifests[digest] = ("""{"layers":[]}"""u8.ToArray(), MemoryRegistry.ManifestType);

        var error = await ShouldThrowAsync(() => registry.GetManifestAsync(Repository, reference == "digest" ? digest : reference, default));

        error.Id.ShouldBe(nameof(Messages.ManifestDigestMismatch));
        error.Message.ShouldContain(digest);
    }

    [Fact]
    public async Task An_answer_without_end_is_given_up()
    {
        server.Before = _ => new Reply(200, new byte[5 * 1024 * 1024]);

        (await ShouldThrowAsync(() => registry.GetManifestAsync(Repository, "v1", default))).Message.ShouldContain("more than 4096 KiB");
    }

    [Fact]
    public async Task A_refusal_without_end_is_a_refusal()
    {
        server.Before = _ => new Reply(400, new byte[5 * 1024 * 1024]);

        (await ShouldThrowAsync(() => registry.GetManifestAsync(Repository, "v1", default))).Id.ShouldBe(nameof(Messages.RegistryRefused));
    }

    [Theory]
    [InlineData("<html>Welcome to the hotel's network</html>")]
    [InlineData("\"text\"")]
    [InlineData("""{"layers":[null]}""")]
    [InlineData("""{"manifests":[null]}""")]
    [InlineData("")]
    public async Task What_is_no_manifest_is_not_taken_for_one(string body)
    {
        server.Before = _ => new Reply(200, body);

        (await ShouldThrowAsync(() => registry.GetManifestAsync(Repository, "v1", default))).Id.ShouldBe(nameof(Messages.RegistryAnswerInvalid));
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_no_manifest()
    {
        server.Before = _ => new Reply(200, [(byte)'"', 0xC3, 0x28, (byte)'"']);

        (await ShouldThrowAsync(() => registry.GetManifestAsync(Repository, "v1", default))).Id.ShouldBe(nameof(Messages.RegistryAnswerInvalid));
    }

    [Fact]
    public async Task A_refusal_is_told_in_the_registry_s_own_words_made_safe_to_show()
    {
        server.Before = _ => new Reply(400, "{\"errors\":[{\"code\":\"NAME_INVALID\",\"message\":\"no \\u001b[2Jsuch name\"}]}");

        var error = await ShouldThrowAsync(() => registry.GetManifestAsync(Repository, "v1", default));

        error.Id.ShouldBe(nameof(Messages.RegistryRefused));
        error.Message.ShouldContain("answers 400 to GET /v2/team/web-ui/manifests/v1: NAME_INVALID: no such name.");
        clock.Waits.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"errors":[null,{"code":"NO"}]}""", "NO")]
    [InlineData("""{"errors":[{"message":"because."}]}""", "because")]
    [InlineData("""{"errors":"none"}""", "400 BadRequest")]
    [InlineData("", "400 BadRequest")]
    public async Task A_refusal_without_words_of_the_protocol_is_told_by_what_it_has(string body, string words)
    {
        server.Before = _ => new Reply(400, body);

        (await ShouldThrowAsync(() => registry.GetManifestAsync(Repository, "v1", default))).Message.ShouldEndWith($"/manifests/v1: {words}.");
    }

    [Fact]
    public async Task A_reference_that_is_none_is_never_sent()
    {
        (await ShouldThrowAsync(() => registry.FindAsync(Repository, "../../other/manifests/v1", default))).Id.ShouldBe(nameof(Messages.ImageTagInvalid));

        server.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("127.0.0.1:99999/web-ui")]
    [InlineData("[::g]:5000/web-ui")]
    public async Task A_host_or_port_that_is_none_is_told(string repository) =>
        (await ShouldThrowAsync(() => registry.FindAsync(repository, "v1", default))).Id.ShouldBe(nameof(Messages.ImageReferenceInvalid));

    // Faults of the moment.

    public static TheoryData<int> Transient => [408, 429, 500, 502, 503, 504];

    [Theory]
    [MemberData(nameof(Transient))]
    public async Task A_fault_of_the_moment_is_waited_out(int status)
    {
        var digest = server.AddImage('c', "v1");
        Fail(3, new Reply(status));

        (await registry.FindAsync(Repository, "v1", default)).ShouldNotBeNull().Digest.ShouldBe(digest);
        clock.Waits.Select(wait => wait.TotalSeconds).ShouldBe([1, 2, 4]);
        recorder.Of<Warned>().Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_fault_that_stays_ends_in_the_registry_s_words()
    {
        server.Before = _ => MemoryRegistry.Error(503, "UNAVAILABLE", "down for maintenance");

        var error = await ShouldThrowAsync(() => registry.GetManifestAsync(Repository, "v1", default));

        (error.Id, error.Kind).ShouldBe((nameof(Messages.RegistryRefused), ErrorKind.Connection));
        error.Message.ShouldContain("UNAVAILABLE: down for maintenance");
        server.Requests.Count.ShouldBe(4);
    }

    [Theory]
    [InlineData("Retry-After", "7")]
    [InlineData("Retry-After", "date")]
    public async Task A_registry_that_says_how_long_to_wait_is_given_that_time(string header, string value)
    {
        server.AddImage('c', "v1");
        var at = (clock.GetUtcNow() + TimeSpan.FromSeconds(7)).ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        Fail(1, new Reply(429, "", (header, value == "date" ? at : value)));

        (await registry.FindAsync(Repository, "v1", default)).ShouldNotBeNull();

        clock.Waits.ShouldHaveSingleItem().TotalSeconds.ShouldBe(7, tolerance: 1);
    }

    [Fact]
    public async Task A_registry_that_wants_too_long_a_wait_is_told_at_once()
    {
        server.Before = _ => new Reply(429, "", ("Retry-After", "3600"));

        (await ShouldThrowAsync(() => registry.FindAsync(Repository, "v1", default))).Message.ShouldContain("429");
        clock.Waits.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_connection_that_is_cut_is_made_again()
    {
        server.AddImage('c', "v1");
        Fail(2, Reply.Drop);

        (await registry.FindAsync(Repository, "v1", default)).ShouldNotBeNull();
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_asked_for_again()
    {
        server.AddImage('c', "v1");
        Fail(1, new Reply(200, "{\"lay") { Missing = 100 });

        (await registry.GetManifestAsync(Repository, "v1", default)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_tag_whose_answer_was_lost_is_put_again()
    {
        var digest = server.AddImage('c');
        var lost = false;
        server.Before = request => request.Method == "PUT" && !lost && (lost = true) ? Reply.Drop : null;

        (await registry.PutTagAsync(Repository, digest, "v1", default)).ShouldBeTrue();
        server.Tags["v1"].ShouldBe(digest);
    }

    [Fact]
    public async Task A_registry_that_is_not_there_is_named_after_some_tries()
    {
        server.Dispose();

        var error = await ShouldThrowAsync(() => registry.FindAsync(Repository, "v1", default));

        (error.Id, error.Kind).ShouldBe((nameof(Messages.RegistryUnreachable), ErrorKind.Connection));
        error.Message.ShouldContain(server.Host);
        clock.Waits.Count.ShouldBe(3);
    }

    [Fact]
    public async Task An_answer_that_does_not_come_is_not_waited_for_longer_than_a_minute()
    {
        var digest = server.AddImage('c', "v1");
        Fail(1, Reply.Never);
        var found = registry.FindAsync(Repository, "v1", default);
        await server.Server.Hanging.Task;

        clock.Advance(RegistryTransport.LongestAttempt);

        (await found).ShouldNotBeNull().Digest.ShouldBe(digest);
        recorder.Of<Warned>().ShouldHaveSingleItem().Message.ShouldContain("no answer within 60 s");
    }

    [Fact]
    public async Task A_stop_ends_an_answer_that_does_not_come()
    {
        using var stop = new CancellationTokenSource();
        server.Before = _ => Reply.Never;
        var found = registry.FindAsync(Repository, "v1", stop.Token);
        await server.Server.Hanging.Task;

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => found);
    }

    [Fact]
    public async Task A_stop_ends_a_wait()
    {
        using var stop = new CancellationTokenSource();
        using var patient = new OciRegistry(http, new DockerCredentials(logins.Environment, clock), new StoppingAtTheFirstWarning(stop), TimeProvider.System);
        server.Before = _ => new Reply(503, "", ("Retry-After", "30"));

        await Should.ThrowAsync<OperationCanceledException>(() => patient.FindAsync(Repository, "v1", stop.Token));
    }

    private void Fail(int times, Reply reply) => server.Before = _ => times-- > 0 ? reply : null;

    private static Task<ReleaseException> ShouldThrowAsync(Func<Task> call) => Should.ThrowAsync<ReleaseException>(call);

    private sealed class StoppingAtTheFirstWarning(CancellationTokenSource stop) : IReleaseObserver
    {
        public void Report(ReleaseEvent happened)
        {
            if (happened is Warned)
                stop.Cancel();
        }
    }
}
