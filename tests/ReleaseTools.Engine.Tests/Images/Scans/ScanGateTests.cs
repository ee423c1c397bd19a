using System.Net;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Images.Scans;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Images.Scans;

public sealed class ScanGateTests
{
    private const string Repository = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/web";
    private static readonly string Digest = "sha256:" + new string('a', 64);
    private static readonly ImageScan InProgress = new() { Status = ImageScanStatus.InProgress, Description = "IN_PROGRESS" };

    private readonly JumpingTime time = new();
    private readonly RecordingObserver said = new();
    private readonly ScansInTurn registry = new();

    [Fact]
    public async Task A_scan_that_found_nothing_lets_the_image_go_on()
    {
        registry.Answers = [Complete()];

        var (scan, error) = await CheckAsync();

        error.ShouldBeNull();
        scan.Status.ShouldBe(ImageScanStatus.Complete);
        said.Of<Warned>().ShouldBeEmpty();
        time.Passed.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task The_scan_is_waited_for_and_the_wait_is_told()
    {
        registry.Answers = [InProgress, InProgress, InProgress, Complete()];

        (await CheckAsync()).Error.ShouldBeNull();

        said.Of<ScanProgress>().Select(progress => progress.Elapsed).ShouldBe([TimeSpan.Zero, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5)]);
        said.Of<ScanProgress>()[0].Detail.ShouldBe("IN_PROGRESS");
    }

    [Theory]
    [InlineData(FindingSeverity.High, true)]
    [InlineData(FindingSeverity.Medium, true)]
    [InlineData(FindingSeverity.Critical, false)]
    public async Task A_finding_of_the_severity_or_worse_fails(FindingSeverity threshold, bool fails)
    {
        registry.Answers = [Complete(Finding("CVE-1", FindingSeverity.High), Finding("CVE-2", FindingSeverity.Low))];

        (await ErrorAsync(threshold)).ShouldBe(fails ? nameof(Messages.ScanFindings) : null);
    }

    [Fact]
    public async Task The_error_names_the_image_the_threshold_the_counts_and_the_findings_with_their_packages()
    {
        registry.Answers =
        [
            Complete(
                new ImageFinding { Name = "CVE-2024-3094", Severity = FindingSeverity.Critical, Package = "xz-utils 5.6.0", FixedIn = "5.6.2" },
                Finding("CVE-1", FindingSeverity.High), Finding("CVE-2", FindingSeverity.Low)),
        ];

        var error = (await CheckAsync()).Error.ShouldNotBeNull();

        error.Message.ShouldBe($"""
            The scan of 'web' found 1 Critical, 1 High, 1 Low, and from High on it fails.
              CVE-2024-3094 (Critical) in xz-utils 5.6.0, fixed in 5.6.2
              CVE-1 (High)
            It is in the registry as {Repository}@{Digest}; no further tag was put on it.
            """.ReplaceLineEndings("\n"));
        error.RecommendedAction.ShouldContain($"--repository-name team/web --image-id imageDigest={Digest}");
        (error.Kind, error.Target).ShouldBe((ErrorKind.Failed, "web"));
    }

    [Fact]
    public async Task Ten_findings_are_named_and_the_rest_is_counted()
    {
        registry.Answers = [Complete([.. Enumerable.Range(1, 22).Select(number => Finding($"CVE-{number:00}", FindingSeverity.Critical)), Finding("CVE-LOW", FindingSeverity.Low)])];

        var lines = (await CheckAsync()).Error!.Message.Split('\n');

        lines.Count(line => line.StartsWith("  CVE", StringComparison.Ordinal)).ShouldBe(10);
        lines.ShouldContain("  and 12 more");
    }

    [Fact]
    public async Task A_finding_without_a_severity_fails_nothing_and_is_said()
    {
        registry.Answers = [Complete(Finding("CVE-NEW", FindingSeverity.Undefined))];

        (await CheckAsync(FindingSeverity.Informational)).Error.ShouldBeNull();

        said.Of<Warned>().ShouldHaveSingleItem().Message.ShouldContain("CVE-NEW");
    }

    [Theory]
    [InlineData(ImageScanStatus.Off, "scanning is off")]
    [InlineData(ImageScanStatus.Unsupported, "UNSUPPORTED_IMAGE")]
    public async Task That_nothing_was_looked_at_is_said_and_does_not_fail(ImageScanStatus status, string description)
    {
        registry.Answers = [new ImageScan { Status = status, Description = description }];

        var (scan, error) = await CheckAsync();

        error.ShouldBeNull();
        scan.Status.ShouldBe(status);
        said.Of<Warned>().ShouldHaveSingleItem().Message.ShouldContain(description);
        time.Passed.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task What_one_image_of_an_index_has_fails_it_although_another_cannot_be_read()
    {
        registry.Answers = [new ImageScan { Status = ImageScanStatus.Unsupported, Findings = [Finding("CVE-1", FindingSeverity.Critical)] }];

        (await ErrorAsync()).ShouldBe(nameof(Messages.ScanFindings));
    }

    [Fact]
    public async Task A_scan_that_failed_fails_for_nothing_is_known()
    {
        registry.Answers = [InProgress, new ImageScan { Status = ImageScanStatus.Failed, Description = "FAILED: An internal error." }];

        var error = (await CheckAsync()).Error.ShouldNotBeNull();

        (error.Id, error.Kind).ShouldBe((nameof(Messages.ScanFailed), ErrorKind.Failed));
        error.Message.ShouldContain("An internal error.");
        error.RecommendedAction.ShouldContain($"aws ecr start-image-scan --repository-name team/web --image-id imageDigest={Digest}");
    }

    [Fact]
    public async Task A_scan_that_does_not_end_fails_when_the_time_is_over_and_not_before()
    {
        registry.Answers = [InProgress];

        var (scan, error) = await CheckAsync(timeout: TimeSpan.FromMinutes(5));

        error.ShouldNotBeNull();
        (error.Id, error.Kind).ShouldBe((nameof(Messages.ScanNotEnded), ErrorKind.Timeout));
        error.Message.ShouldContain("5m 0s");
        scan.Status.ShouldBe(ImageScanStatus.InProgress);
        time.Passed.ShouldBe(TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task The_longer_a_scan_takes_the_more_seldom_it_is_looked_at()
    {
        registry.Answers = [InProgress];

        await CheckAsync(timeout: TimeSpan.FromMinutes(5));

        registry.Looks.ShouldBeInRange(20, 30); // 15 s apart in the end
    }

    [Fact]
    public async Task What_was_found_already_fails_a_scan_that_does_not_end()
    {
        registry.Answers = [InProgress with { Findings = [Finding("CVE-1", FindingSeverity.Critical)] }];

        (await ErrorAsync()).ShouldBe(nameof(Messages.ScanFindings));
    }

    [Fact]
    public async Task Without_knowing_whether_a_scan_will_come_it_is_waited_for_until_one_would_have_begun()
    {
        registry.Answers = [new ImageScan { Status = ImageScanStatus.NotFound, Description = "ecr:BatchGetRepositoryScanningConfiguration is not permitted" }];

        var (scan, error) = await CheckAsync();

        error.ShouldBeNull();
        scan.Status.ShouldBe(ImageScanStatus.NotFound);
        time.Passed.ShouldBeInRange(TimeSpan.FromSeconds(90), TimeSpan.FromSeconds(105));
        said.Of<Warned>().ShouldHaveSingleItem().Message.ShouldContain("BatchGetRepositoryScanningConfiguration");
    }

    [Fact]
    public async Task Without_knowing_it_nothing_passes_before_a_scan_would_have_begun()
    {
        registry.Answers = [new ImageScan { Status = ImageScanStatus.NotFound, Description = "not permitted" }];

        (await CheckAsync(timeout: TimeSpan.FromSeconds(30))).Error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.ScanNotEnded));
    }

    [Fact]
    public async Task What_an_earlier_look_showed_decides_nothing_when_AWS_does_not_answer_any_more()
    {
        var looks = 0;
        registry.Look = () => looks++ == 0 ? new ImageScan { Status = ImageScanStatus.NotFound } : throw ScriptedAws.Error("ThrottlingException");

        (await CheckAsync()).Error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.ScanNotEnded));
    }

    [Fact]
    public async Task A_scan_that_begins_while_it_is_not_known_counts()
    {
        registry.Answers = [new ImageScan { Status = ImageScanStatus.NotFound }, InProgress, Complete(Finding("CVE-1", FindingSeverity.Critical))];

        (await ErrorAsync()).ShouldBe(nameof(Messages.ScanFindings));
    }

    [Theory]
    [InlineData("ThrottlingException", HttpStatusCode.BadRequest)]
    [InlineData("ServerException", HttpStatusCode.InternalServerError)]
    public async Task Throttling_and_faults_of_AWS_are_survived(string code, HttpStatusCode status)
    {
        registry.Answers = [InProgress, Complete()];
        registry.Errors.Enqueue(ScriptedAws.Error(code, status: status));
        registry.Errors.Enqueue(ScriptedAws.Error(code, status: status));

        (await CheckAsync()).Error.ShouldBeNull();
        registry.Looks.ShouldBe(4);
    }

    [Fact]
    public async Task An_AWS_that_never_answers_ends_with_the_time()
    {
        registry.Always = ScriptedAws.Error("ThrottlingException");

        var error = (await CheckAsync()).Error.ShouldNotBeNull();

        error.Id.ShouldBe(nameof(Messages.ScanNotEnded));
        error.Message.ShouldContain("AWS does not answer (ThrottlingException)");
        time.Passed.ShouldBe(TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task A_scan_that_may_not_be_read_fails_with_what_to_do_about_it()
    {
        registry.Always = ReleaseException.For(nameof(Messages.RepositoryNotFound), ErrorKind.NotFound, Repository, "team/web", "123456789012", "eu-west-1");

        var (scan, error) = await CheckAsync();

        error.ShouldNotBeNull();
        (error.Id, error.Kind).ShouldBe((nameof(Messages.ScanUnreadable), ErrorKind.NotFound));
        error.Message.ShouldContain(Digest);
        error.RecommendedAction.ShouldBe(((ReleaseException)registry.Always).RecommendedAction);
        scan.Status.ShouldBe(ImageScanStatus.InProgress);
    }

    [Fact]
    public async Task A_stop_ends_the_wait_and_says_where_the_image_is()
    {
        using var stop = new CancellationTokenSource();
        registry.Answers = [InProgress];
        time.OnWait = _ => stop.Cancel();

        await Should.ThrowAsync<OperationCanceledException>(() => CheckAsync(cancellationToken: stop.Token));

        said.Of<LeftRunning>().ShouldHaveSingleItem().Message.ShouldContain($"{Repository}@{Digest}");
    }

    private static ImageScan Complete(params ImageFinding[] findings) => new() { Status = ImageScanStatus.Complete, Findings = findings };

    private static ImageFinding Finding(string name, FindingSeverity severity) => new() { Name = name, Severity = severity };

    private async Task<string?> ErrorAsync(FindingSeverity threshold = FindingSeverity.High) => (await CheckAsync(threshold)).Error?.Id;

    private Task<ScanVerdict> CheckAsync(FindingSeverity threshold = FindingSeverity.High, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        new ScanGate(registry, time).CheckAsync(new GatedImage("web", Repository, Digest, threshold, timeout ?? TimeSpan.FromMinutes(5)), said, cancellationToken);

    /// <summary>A registry of which only the scan is asked: errors first, then one answer after the other; the last one stays.</summary>
    private sealed class ScansInTurn : IImageRegistry
    {
        private int next;

        public IReadOnlyList<ImageScan> Answers { get; set; } = [];

        public Queue<AwsServiceException> Errors { get; } = new();

        public Exception? Always { get; set; }

        public Func<ImageScan>? Look { get; set; }

        public int Looks { get; private set; }

        public Task<ImageScan> GetScanAsync(string repository, string digest, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            (repository, digest).ShouldBe((Repository, Digest));
            Looks++;
            if (Always is not null)
                throw Always;
            if (Look is not null)
                return Task.FromResult(Look());
            return Errors.TryDequeue(out var error) ? throw error : Task.FromResult(Answers[Math.Min(next++, Answers.Count - 1)]);
        }

        public Task<RegistryImage?> FindAsync(string repository, string tagOrDigest, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Manifest?> GetManifestAsync(string repository, string tagOrDigest, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<byte[]?> GetBlobAsync(string repository, string digest, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<bool> PutTagAsync(string repository, string digest, string tag, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<string>> ManifestDigestsAsync(string repository, string digest, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<bool> CreateRepositoryAsync(string repository, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<bool> AreTagsImmutableAsync(string repository, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<RegistryAuthorization> GetAuthorizationAsync(string repository, RegistryAuthorization? refused, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
