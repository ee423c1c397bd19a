using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images;
using ReleaseTools.Engine.Images.Pushes;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Tests.Images.Registries;

namespace ReleaseTools.Engine.Tests.Images.Pushes;

public sealed class ImagePushesTests : IDisposable
{
    private static readonly AppImage Built = new()
    {
        Name = "web-ui", Repository = MemoryEcr.Uri, Tag = "v1", Status = ImageBuildStatus.Built, ImageId = FakeEngine.ImageId, Fingerprint = "f00d", Services = ["web"],
    };

    private readonly ImpatientClock clock = new();
    private readonly Recorder recorder = new();
    private readonly MemoryEcr ecr;
    private readonly FakeEngine engine;
    private readonly EcrRegistry registry;

    public ImagePushesTests()
    {
        ecr = new MemoryEcr(clock);
        engine = new FakeEngine(ecr);
        registry = new EcrRegistry(ecr.Session, clock);
    }

    public void Dispose() => registry.Dispose();

    [Fact]
    public async Task A_built_image_is_pushed_and_known_by_its_digest()
    {
        var pushed = (await PushAsync(Built)).Image;

        pushed.Status.ShouldBe(ImagePushStatus.Pushed);
        pushed.Digest.ShouldBe(ecr.Tags["v1"]);
        pushed.ImageUri.ShouldBe($"{MemoryEcr.Uri}@{pushed.Digest}");
        pushed.Services.ShouldBe(["web"]);
    }

    [Fact]
    public async Task Only_layers_that_went_to_the_registry_are_counted_in_their_packed_size() =>
        (await PushAsync(Built)).Image.BytesSent.ShouldBe(10);

    [Fact]
    public async Task The_source_tag_is_put_last_so_that_it_never_stands_for_a_part()
    {
        var pushed = (await PushAsync(Built, new ImagePushOptions { AlsoTags = ["latest", "stable"] })).Image;

        pushed.Tags.ShouldBe(["v1", "latest", "stable", "src-f00d"]);
        ecr.TagsPut.ShouldBe(["latest", "stable", "src-f00d"]);
    }

    [Fact]
    public async Task A_tag_that_cannot_be_put_leaves_the_source_tag_away_and_says_what_is_there()
    {
        ecr.Forbidden.Add("latest");

        var (image, error) = await PushAsync(Built, new ImagePushOptions { AlsoTags = ["latest"] });

        image.Status.ShouldBe(ImagePushStatus.Failed);
        error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.PushedTagsIncomplete));
        ecr.Tags.ShouldNotContainKey("src-f00d");
    }

    [Fact]
    public async Task An_image_that_took_the_tag_on_the_engine_is_not_taken_for_this_one()
    {
        engine.TakenBy = "sha256:" + new string('e', 64);

        var (image, error) = await PushAsync(Built, new ImagePushOptions { AlsoTags = ["latest"] });

        (image.Status, error.ShouldNotBeNull().Id).ShouldBe((ImagePushStatus.Failed, nameof(Messages.PushedAnotherImage)));
        ecr.TagsPut.ShouldBeEmpty();
    }

    [Fact]
    public async Task Each_attempt_puts_the_tag_on_the_image_again()
    {
        engine.FailNext("unexpected EOF");

        await PushAsync(Built);

        (engine.Tagged.Count, engine.Pushes.Count).ShouldBe((2, 2));
    }

    [Fact]
    public async Task A_source_tag_that_is_taken_for_good_is_said_and_does_not_fail_a_build_that_was_asked_for()
    {
        ecr.Immutable = true;
        ecr.Add("sha256:" + new string('e', 64), "src-f00d");

        var pushed = (await PushAsync(Built)).Image;

        (pushed.Status, pushed.Tags).ShouldSatisfyAllConditions(
            seen => seen.Status.ShouldBe(ImagePushStatus.Pushed),
            seen => seen.Tags.ShouldBe(["v1"]));
        recorder.Of<Warned>().ShouldHaveSingleItem().Message.ShouldContain("src-f00d");
    }

    [Fact]
    public async Task Another_tag_that_is_on_this_very_image_for_good_is_no_error()
    {
        ecr.Immutable = true;
        ecr.Add(FakeEngine.ImageId, "v0", "latest");

        var (image, error) = await PushAsync(Built, new ImagePushOptions { AlsoTags = ["latest"] });

        error.ShouldBeNull();
        image.Status.ShouldBe(ImagePushStatus.Pushed);
    }

    [Fact]
    public async Task Another_tag_that_is_taken_for_good_stops_a_reuse_before_any_tag_is_put()
    {
        ecr.Immutable = true;
        var digest = ecr.Add(FakeEngine.ImageId, "src-f00d");
        ecr.Add("sha256:" + new string('d', 64), "latest");

        var (_, error) = await PushAsync(Built with { Status = ImageBuildStatus.Reused, ImageId = null, Digest = digest }, new ImagePushOptions { AlsoTags = ["latest"] });

        error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.AlsoTagImmutable));
        ecr.TagsPut.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_image_that_the_tag_holds_already_is_not_pushed()
    {
        var digest = ecr.Add(FakeEngine.ImageId, "v1", "src-f00d");

        var present = (await PushAsync(Built)).Image;

        (present.Status, present.Digest, present.BytesSent).ShouldBe((ImagePushStatus.AlreadyPresent, digest, 0));
        present.Tags.ShouldBeEmpty();
        ecr.TagsPut.ShouldBeEmpty();
        engine.Pushes.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_reused_image_gets_the_release_tag_without_an_engine()
    {
        engine.IsDown = true;
        var digest = ecr.Add(FakeEngine.ImageId, "src-f00d");

        var retagged = (await PushAsync(Built with { Status = ImageBuildStatus.Reused, ImageId = null, Digest = digest })).Image;

        (retagged.Status, retagged.Digest).ShouldBe((ImagePushStatus.Retagged, digest));
        retagged.Tags.ShouldBe(["v1"]);
        ecr.Tags["v1"].ShouldBe(digest);
    }

    [Fact]
    public async Task A_reused_image_that_has_the_release_tag_is_already_present()
    {
        var digest = ecr.Add(FakeEngine.ImageId, "src-f00d", "v1");

        (await PushAsync(Built with { Status = ImageBuildStatus.Reused, ImageId = null, Digest = digest })).Image.Status.ShouldBe(ImagePushStatus.AlreadyPresent);
    }

    [Fact]
    public async Task An_immutable_release_tag_on_another_image_is_found_by_the_plan_of_a_reuse()
    {
        ecr.Immutable = true;
        var digest = ecr.Add(FakeEngine.ImageId, "src-f00d");
        ecr.Add("sha256:" + new string('d', 64), "v1");

        var (image, error) = await PushAsync(Built with { Status = ImageBuildStatus.Reused, ImageId = null, Digest = digest });

        (image.Status, error!.Id).ShouldBe((ImagePushStatus.Failed, nameof(Messages.TagImmutable)));
        error.Message.ShouldContain("v1");
        error.InnerException.ShouldBeNull(); // found by reading, not by ECR's refusal
    }

    [Fact]
    public async Task A_movable_tag_on_another_image_is_moved_by_the_push()
    {
        ecr.Add("sha256:" + new string('d', 64), "v1");

        var pushed = (await PushAsync(Built)).Image;

        pushed.Status.ShouldBe(ImagePushStatus.Pushed);
        ecr.Tags["v1"].ShouldBe(pushed.Digest);
    }

    [Fact]
    public async Task An_immutable_tag_on_another_image_is_an_error_before_anything_is_sent()
    {
        ecr.Immutable = true;
        var held = ecr.Add("sha256:" + new string('d', 64), "v1");

        var (image, error) = await PushAsync(Built);

        image.Status.ShouldBe(ImagePushStatus.Failed);
        error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.TagImmutable));
        error.Message.ShouldContain(held);
        error.Message.ShouldContain(FakeEngine.ImageId);
        engine.Pushes.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_push_that_breaks_off_is_begun_again_after_a_wait_and_counts_each_layer_once()
    {
        engine.FailNext("Put \"https://registry/v2/web-ui/blobs/uploads/1\": EOF");
        engine.FailNext("received unexpected HTTP status: 500 Internal Server Error");

        var pushed = (await PushAsync(Built)).Image;

        pushed.Status.ShouldBe(ImagePushStatus.Pushed);
        pushed.BytesSent.ShouldBe(10);
        pushed.Duration.ShouldBe(TimeSpan.FromSeconds(1 + 2));
        recorder.Of<Warned>().Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_registry_that_stays_broken_ends_the_push_with_its_words()
    {
        for (var attempt = 0; attempt < 10; attempt++)
            engine.FailNext("toomanyrequests: Rate exceeded");

        var (_, error) = await PushAsync(Built, new ImagePushOptions { Retries = 3 });

        error.ShouldNotBeNull().Message.ShouldContain("Rate exceeded");
        engine.Pushes.Count.ShouldBe(4);
        ecr.Tags.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_expired_token_is_renewed_without_a_wait()
    {
        engine.FailNext("denied: Your authorization token has expired. Reauthenticate and try again.");

        var pushed = (await PushAsync(Built)).Image;

        pushed.Status.ShouldBe(ImagePushStatus.Pushed);
        engine.Pushes.Select(authorization => authorization.Password).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task Credentials_that_are_refused_twice_are_an_error_of_permission()
    {
        engine.FailNext("unauthorized: authentication required");
        engine.FailNext("unauthorized: authentication required");

        (await PushAsync(Built)).Error.ShouldNotBeNull().Kind.ShouldBe(ErrorKind.PermissionDenied);
    }

    [Fact]
    public async Task A_denial_is_an_error_of_permission_that_names_the_actions_and_is_not_tried_again()
    {
        engine.FailNext("denied: User: arn:aws:sts::210987654321:assumed-role/release/x is not authorized to perform: ecr:InitiateLayerUpload on resource: arn:aws:ecr:eu-west-1:123456789012:repository/web-ui");

        var (_, error) = await PushAsync(Built);

        (error.ShouldNotBeNull().Id, error.Kind).ShouldBe((nameof(Messages.PushUnauthorized), ErrorKind.PermissionDenied));
        error.Message.ShouldContain("ecr:InitiateLayerUpload");
        error.RecommendedAction.ShouldContain("ecr:PutImage");
        engine.Pushes.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task An_image_that_the_registry_does_not_show_at_once_is_looked_for_again()
    {
        ecr.Unseen = 3;

        var pushed = (await PushAsync(Built)).Image;

        pushed.Status.ShouldBe(ImagePushStatus.Pushed);
        pushed.Duration.ShouldBe(TimeSpan.FromSeconds(0.5 + 1 + 2));
    }

    [Fact]
    public async Task An_image_that_the_registry_never_shows_is_an_error()
    {
        ecr.Unseen = int.MaxValue;

        (await PushAsync(Built)).Error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.PushDigestMismatch));
    }

    [Fact]
    public async Task A_repository_that_is_not_there_is_an_error_that_names_the_switch_that_makes_it()
    {
        ecr.Exists = false;

        var (_, error) = await PushAsync(Built);

        error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.RepositoryNotFound));
        error.RecommendedAction.ShouldContain("-CreateRepository");
        ecr.Exists.ShouldBeFalse();
    }

    [Fact]
    public async Task A_repository_that_is_not_there_is_made_before_the_push_where_that_is_asked_for()
    {
        ecr.Exists = false;

        var pushed = (await PushAsync(Built, new ImagePushOptions { CreateRepository = true })).Image;

        pushed.Status.ShouldBe(ImagePushStatus.Pushed);
        ecr.Calls.Select(call => call.Request).OfType<CreateRepositoryRequest>().ShouldHaveSingleItem().ImageScanningConfiguration.ShouldBe(new ImageScanningConfiguration(ScanOnPush: true));
    }

    [Fact]
    public async Task A_repository_that_is_there_is_not_made_again()
    {
        await PushAsync(Built, new ImagePushOptions { CreateRepository = true });

        ecr.Calls.ShouldNotContain(call => call.Operation == "CreateRepository");
    }

    [Fact]
    public async Task A_plan_says_that_the_repository_is_made_and_makes_none()
    {
        ecr.Exists = false;

        var plan = await new ImagePushes(engine, registry, clock).PlanAsync(Built, new ImagePushOptions { CreateRepository = true }, default);

        plan.CreatesRepository.ShouldBeTrue();
        plan.Predicted.Reason.ShouldBe("The repository is made first.");
        ecr.Exists.ShouldBeFalse();
    }

    [Fact]
    public async Task A_digest_other_than_the_registry_holds_is_an_error()
    {
        engine.WrongDigest = "sha256:" + new string('9', 64);

        var (image, error) = await PushAsync(Built);

        error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.PushDigestMismatch));
        image.Digest.ShouldBeNull();
        ecr.Tags.ShouldNotContainKey("src-f00d");
    }

    [Fact]
    public async Task An_engine_that_is_down_fails_the_push_of_a_built_image()
    {
        engine.IsDown = true;

        (await PushAsync(Built)).Error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.DockerEngineUnreachable));
    }

    [Fact]
    public async Task A_failed_build_is_not_pushed_and_its_reason_goes_on()
    {
        var (image, error) = await PushAsync(Built with { Status = ImageBuildStatus.Failed, Reason = "step 3 ended with exit code 2" });

        error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.ImageNotBuilt));
        image.Reason.ShouldNotBeNull().ShouldContain("step 3 ended with exit code 2");
    }

    [Fact]
    public async Task A_plan_writes_nothing_and_predicts_the_record()
    {
        var plan = await new ImagePushes(engine, registry, clock).PlanAsync(Built, new ImagePushOptions(), default);

        plan.Action.ShouldBe(ReleaseAction.Push);
        plan.Predicted.Status.ShouldBe(ImagePushStatus.Planned);
        ecr.TagsPut.ShouldBeEmpty();
        engine.Pushes.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_fails_its_scan_keeps_its_release_tag_and_gets_no_other_so_that_it_is_never_reused()
    {
        ecr.Scan = Scan("CRITICAL");

        var (image, error) = await PushAsync(Built, new ImagePushOptions { AlsoTags = ["latest"], FailOnSeverity = FindingSeverity.High });

        error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.ScanFindings));
        (image.Status, image.Digest, image.Reason).ShouldBe((ImagePushStatus.Failed, null, error.Message));
        image.Scan.ShouldNotBeNull().Findings.ShouldHaveSingleItem().Name.ShouldBe("CVE-1");
        ecr.Tags.Keys.ShouldBe(["v1"]);
        ecr.TagsPut.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_scan_is_asked_for_after_the_push_and_before_any_other_tag()
    {
        ecr.Scan = Scan("LOW");

        var pushed = (await PushAsync(Built, new ImagePushOptions { AlsoTags = ["latest"], FailOnSeverity = FindingSeverity.High })).Image;

        pushed.Status.ShouldBe(ImagePushStatus.Pushed);
        pushed.Scan.ShouldNotBeNull().Status.ShouldBe(ImageScanStatus.Complete);
        pushed.Reason.ShouldNotBeNull().ShouldEndWith("Its scan found 1 Low.");
        pushed.Tags.ShouldBe(["v1", "latest", "src-f00d"]);
        var changes = ecr.Calls.Select(call => call.Operation).Where(operation => operation is "DescribeImageScanFindings" or "PutImage");
        changes.ShouldBe(["DescribeImageScanFindings", "PutImage", "PutImage"]);
    }

    [Fact]
    public async Task A_reused_image_passes_the_gate_before_it_gets_the_release_tag()
    {
        ecr.Scan = Scan("HIGH");
        var digest = ecr.Add(FakeEngine.ImageId, "src-f00d");

        var (image, error) = await PushAsync(Built with { Status = ImageBuildStatus.Reused, ImageId = null, Digest = digest, FailOnSeverity = FindingSeverity.High });

        (image.Status, error?.Id).ShouldBe((ImagePushStatus.Failed, nameof(Messages.ScanFindings)));
        ecr.Tags.Keys.ShouldBe(["src-f00d"]);
    }

    [Fact]
    public async Task A_reused_image_that_passes_says_what_its_scan_found()
    {
        ecr.Scan = Scan("LOW");
        var digest = ecr.Add(FakeEngine.ImageId, "src-f00d");

        var retagged = (await PushAsync(Built with { Status = ImageBuildStatus.Reused, ImageId = null, Digest = digest, FailOnSeverity = FindingSeverity.High })).Image;

        retagged.Status.ShouldBe(ImagePushStatus.Retagged);
        retagged.Reason.ShouldNotBeNull().ShouldStartWith("Put the tag v1 on ");
        retagged.Reason.ShouldEndWith("Its scan found 1 Low.");
    }

    [Fact]
    public async Task An_image_that_is_there_already_fails_its_scan_again()
    {
        ecr.Scan = Scan("CRITICAL");
        ecr.Add(FakeEngine.ImageId, "v1");

        var (image, error) = await PushAsync(Built, new ImagePushOptions { FailOnSeverity = FindingSeverity.Critical });

        (image.Status, error?.Id).ShouldBe((ImagePushStatus.Failed, nameof(Messages.ScanFindings)));
        ecr.Tags.ShouldNotContainKey("src-f00d");
    }

    [Theory]
    [InlineData(null, true)] // the definition's
    [InlineData(FindingSeverity.Critical, false)]
    public async Task The_image_s_own_threshold_counts_where_none_is_given(FindingSeverity? given, bool fails)
    {
        ecr.Scan = Scan("HIGH");

        var error = (await PushAsync(Built with { FailOnSeverity = FindingSeverity.High }, new ImagePushOptions { FailOnSeverity = given })).Error;

        (error?.Id).ShouldBe(fails ? nameof(Messages.ScanFindings) : null);
    }

    [Fact]
    public async Task A_push_that_asks_for_no_scan_does_not_look_for_one()
    {
        (await PushAsync(Built)).Image.Scan.ShouldBeNull();

        ecr.Calls.ShouldNotContain(call => call.Operation == "DescribeImageScanFindings");
    }

    [Fact]
    public async Task Where_nobody_scans_the_push_goes_on_and_the_record_says_so()
    {
        var pushed = (await PushAsync(Built, new ImagePushOptions { FailOnSeverity = FindingSeverity.High })).Image;

        (pushed.Status, pushed.Scan!.Status).ShouldBe((ImagePushStatus.Pushed, ImageScanStatus.Off));
        pushed.Reason.ShouldNotBeNull().ShouldContain("It is not scanned");
        ecr.Tags.ShouldContainKey("src-f00d");
    }

    [Fact]
    public async Task A_scan_is_waited_for_as_long_as_is_said()
    {
        ecr.Scan = new DescribeImageScanFindingsResponse(new EcrScanStatus("IN_PROGRESS", Description: null), ImageScanFindings: null, NextToken: null);

        var (image, error) = await PushAsync(Built, new ImagePushOptions { FailOnSeverity = FindingSeverity.High, ScanTimeout = TimeSpan.FromSeconds(40) });

        error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.ScanNotEnded));
        image.Scan.ShouldNotBeNull().Status.ShouldBe(ImageScanStatus.InProgress);
        image.Duration.ShouldBe(TimeSpan.FromSeconds(40));
    }

    [Fact]
    public async Task What_the_scan_found_is_in_the_record_also_when_a_tag_cannot_be_put()
    {
        ecr.Scan = Scan("LOW");
        ecr.Forbidden.Add("latest");

        var (image, error) = await PushAsync(Built, new ImagePushOptions { AlsoTags = ["latest"], FailOnSeverity = FindingSeverity.High });

        error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.PushedTagsIncomplete));
        image.Scan.ShouldNotBeNull().Findings.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_plan_says_that_the_scan_is_waited_for_and_asks_for_none()
    {
        var plan = await new ImagePushes(engine, registry, clock).PlanAsync(Built, new ImagePushOptions { FailOnSeverity = FindingSeverity.High }, default);

        plan.Predicted.Reason.ShouldNotBeNull().ShouldEndWith("Its scan is waited for, and fails it from High on.");
        plan.Predicted.Scan.ShouldBeNull();
        ecr.Calls.ShouldNotContain(call => call.Operation == "DescribeImageScanFindings");
    }

    [Theory]
    [InlineData("denied: User: arn:aws:sts::1:x is not authorized to perform: ecr:InitiateLayerUpload", PushFault.Denied)]
    [InlineData("denied: requested access to the resource is denied", PushFault.Denied)]
    [InlineData("errors:\ndenied: requested access to the resource is denied\nunauthorized: authentication required\n", PushFault.Denied)]
    [InlineData("denied: Your authorization token has expired. Reauthenticate and try again.", PushFault.Unauthorized)]
    [InlineData("unauthorized: Not Authorized", PushFault.Unauthorized)]
    [InlineData("dial unix /run/x.sock: connect: permission denied", PushFault.Lasting)]
    [InlineData("no basic auth credentials", PushFault.Unauthorized)]
    [InlineData("dial tcp 1.2.3.4:443: i/o timeout", PushFault.Transient)]
    [InlineData("read tcp: connection reset by peer", PushFault.Transient)]
    [InlineData("received unexpected HTTP status: 503 Service Unavailable", PushFault.Transient)]
    [InlineData("tag invalid: The image tag 'v1' already exists in the 'web-ui' repository and cannot be overwritten because the repository is immutable.", PushFault.TagImmutable)]
    [InlineData("unknown: Failed to process request due to 'web-ui:v1' configured as immutable.", PushFault.TagImmutable)]
    [InlineData("name unknown: The repository with name 'x' does not exist", PushFault.Lasting)]
    [InlineData("tag invalid: The image tag 'v1' already exists in the 'web-ui' repository and cannot be overwritten because the tag is immutable.", PushFault.TagImmutable)]
    [InlineData("denied: The repository has enabled tag immutability", PushFault.TagImmutable)]
    [InlineData("unauthorized to access repository: team/web-ui, action: push: unauthorized to access repository", PushFault.Unauthorized)]
    [InlineData("toomanyrequests: Rate exceeded", PushFault.Transient)]
    [InlineData("Put \"https://host/v2/web-ui/blobs/uploads/1\": EOF", PushFault.Transient)]
    [InlineData("unexpected status code 502", PushFault.Transient)]
    internal void Faults_are_told_apart_by_the_engines_words(string error, PushFault fault) => PushFaults.Classify(error, Reference("web-ui")).ShouldBe(fault);

    [Theory]
    [InlineData("geofence", "name unknown: The repository with name 'geofence' does not exist in the registry with id '1'", PushFault.Lasting)]
    [InlineData("eof", "name unknown: The repository with name 'eof' does not exist in the registry with id '1'", PushFault.Lasting)]
    [InlineData("eof", "Put \"https://host/v2/eof/manifests/v1\": unexpected EOF", PushFault.Transient)]
    [InlineData("immutable-store", "denied: User: arn:aws:sts::1:assumed-role/immutable/x is not authorized to perform: ecr:PutImage on resource: arn:aws:ecr:eu-west-1:1:repository/immutable-store", PushFault.Denied)]
    [InlineData("immutable", "name unknown: repository host/immutable is not there", PushFault.Lasting)]
    [InlineData("team/unauthorized", "name unknown: team/unauthorized:v1 is not there", PushFault.Lasting)]
    [InlineData("http2", "unknown: host/http2:v1 was refused", PushFault.Lasting)]
    internal void A_name_is_not_taken_for_a_fault(string repository, string error, PushFault fault) => PushFaults.Classify(error, Reference(repository)).ShouldBe(fault);

    private static ImageReference Reference(string repository) => ImageReference.Parse($"host:5000/{repository}:v1");

    private static DescribeImageScanFindingsResponse Scan(string severity) => new(
        new EcrScanStatus("COMPLETE", "The scan was completed successfully."),
        new EcrScanFindings(DateTimeOffset.UnixEpoch, FindingSeverityCounts: null, [new EcrFinding("CVE-1", Uri: null, severity, Attributes: null)], EnhancedFindings: null),
        NextToken: null);

    private Task<ImagePushResult> PushAsync(AppImage image, ImagePushOptions? options = null) =>
        new ImagePushes(engine, registry, clock).PushAsync(image, options ?? new ImagePushOptions(), recorder, default);
}
