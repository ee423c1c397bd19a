using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Aws.Sts;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;

namespace ReleaseTools.Engine.Tests.Images.Registries;

public sealed class EcrRegistryTests : IDisposable
{
    private static readonly string ConfigDigest = "sha256:" + new string('c', 64);
    private readonly MemoryEcr ecr = new(TimeProvider.System);
    private readonly EcrRegistry registry;

    public EcrRegistryTests() => registry = new EcrRegistry(ecr.Session, TimeProvider.System);

    public void Dispose() => registry.Dispose();

    [Fact]
    public async Task An_image_is_found_by_tag_and_by_digest()
    {
        var digest = ecr.Add(ConfigDigest, "v1");

        (await registry.FindAsync(MemoryEcr.Uri, "v1", default)).ShouldNotBeNull().Digest.ShouldBe(digest);
        (await registry.FindAsync(MemoryEcr.Uri, digest, default)).ShouldNotBeNull().Tags.ShouldBe(["v1"]);
    }

    [Fact]
    public async Task An_image_that_is_not_there_is_no_error() => (await registry.FindAsync(MemoryEcr.Uri, "v1", default)).ShouldBeNull();

    [Fact]
    public async Task A_repository_that_is_not_there_is_an_error_that_says_how_to_create_it()
    {
        var error = await Should.ThrowAsync<ReleaseException>(() => registry.FindAsync(MemoryEcr.Host + "/nothing", "v1", default));

        error.Id.ShouldBe(nameof(Messages.RepositoryNotFound));
        error.RecommendedAction.ShouldContain("--repository-name nothing --region eu-west-1");
    }

    [Fact]
    public async Task A_repository_is_made_with_scan_on_push_and_the_tag_mutability_that_is_usual()
    {
        ecr.Exists = false;

        (await registry.CreateRepositoryAsync(MemoryEcr.Uri, default)).ShouldBeTrue();

        var request = ecr.Calls.ShouldHaveSingleItem().Request.ShouldBeOfType<CreateRepositoryRequest>();
        JsonSerializer.Serialize(request, EcrJson.Default.CreateRepositoryRequest)
            .ShouldBe("""{"repositoryName":"web-ui","registryId":"123456789012","imageScanningConfiguration":{"scanOnPush":true}}""");
    }

    [Fact]
    public async Task A_repository_that_is_there_is_not_made() => (await registry.CreateRepositoryAsync(MemoryEcr.Uri, default)).ShouldBeFalse();

    [Theory]
    [InlineData("DescribeImages", nameof(Messages.RepositoryAccessDenied), "get-repository-policy --registry-id 123456789012 --repository-name web-ui --region eu-west-1")]
    [InlineData("CreateRepository", nameof(Messages.RepositoryCreationDenied), "create-repository --repository-name web-ui --region eu-west-1")]
    public async Task A_repository_of_another_account_that_does_not_permit_it_is_named_with_its_account_and_who_asks(string operation, string id, string action)
    {
        using var other = new EcrRegistry(Denying("210987654321"), TimeProvider.System);

        var error = await Should.ThrowAsync<ReleaseException>(
            () => operation == "CreateRepository" ? other.CreateRepositoryAsync(MemoryEcr.Uri, default) : other.FindAsync(MemoryEcr.Uri, "v1", default));

        (error.Id, error.Kind).ShouldBe((id, ErrorKind.PermissionDenied));
        error.Message.ShouldContain("'web-ui'");
        error.Message.ShouldContain("account 123456789012");
        error.Message.ShouldContain("arn:aws:iam::210987654321:user/release");
        error.RecommendedAction.ShouldContain(action);
    }

    [Fact]
    public async Task What_the_own_account_does_not_permit_is_told_as_AWS_tells_it()
    {
        using var own = new EcrRegistry(Denying("123456789012"), TimeProvider.System);

        (await Should.ThrowAsync<AwsServiceException>(() => own.FindAsync(MemoryEcr.Uri, "v1", default))).Id.ShouldBe(nameof(Messages.AwsAccessDenied));
    }

    [Fact]
    public async Task The_registry_id_is_named_for_an_ECR_host_only()
    {
        await registry.FindAsync(MemoryEcr.Uri, "v1", default);
        await registry.FindAsync("127.0.0.1:5000/web-ui", "v1", default);

        ecr.Calls.Select(call => call.Request).Cast<DescribeImagesRequest>().Select(request => request.RegistryId).ShouldBe(["123456789012", null]);
    }

    [Fact]
    public async Task A_repository_of_another_region_is_an_error_before_any_call()
    {
        var error = await Should.ThrowAsync<ReleaseException>(() => registry.FindAsync("123456789012.dkr.ecr.us-east-1.amazonaws.com/web-ui", "v1", default));

        error.Id.ShouldBe(nameof(Messages.RepositoryInOtherRegion));
        ecr.Calls.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("123456789012.dkr.ecr.eu-west-1.amazonaws.com/a", "eu-west-1")]
    [InlineData("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com/a", "us-gov-west-1")]
    [InlineData("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/a", "cn-north-1")]
    [InlineData("123456789012.dkr-ecr.eu-west-1.on.aws/a", "eu-west-1")]
    [InlineData("123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example/a", null)]
    [InlineData("127.0.0.1:5000/a", null)]
    public void Account_and_region_are_read_off_the_hosts_of_ECR(string uri, string? region)
    {
        var repository = EcrRepository.Parse(uri);

        repository.Region.ShouldBe(region);
        repository.Account.ShouldBe(region is null ? null : "123456789012");
    }

    [Fact]
    public async Task A_tag_is_put_by_manifest_and_put_once()
    {
        var digest = ecr.Add(ConfigDigest, "v1");

        (await registry.PutTagAsync(MemoryEcr.Uri, digest, "v2", default)).ShouldBeTrue();
        (await registry.PutTagAsync(MemoryEcr.Uri, digest, "v2", default)).ShouldBeFalse();
        ecr.Tags["v2"].ShouldBe(digest);
    }

    [Fact]
    public async Task An_immutable_tag_on_the_same_digest_is_present_already()
    {
        ecr.Immutable = true;
        var digest = ecr.Add(ConfigDigest, "v1");

        (await registry.PutTagAsync(MemoryEcr.Uri, digest, "v1", default)).ShouldBeFalse();
    }

    [Fact]
    public async Task An_immutable_tag_on_another_digest_is_an_error_that_names_both()
    {
        ecr.Immutable = true;
        var held = ecr.Add(ConfigDigest, "v1");
        var other = ecr.Add("sha256:" + new string('d', 64));

        var error = await Should.ThrowAsync<ReleaseException>(() => registry.PutTagAsync(MemoryEcr.Uri, other, "v1", default));

        error.Id.ShouldBe(nameof(Messages.TagImmutable));
        error.Message.ShouldContain(held);
        error.Message.ShouldContain(other);
    }

    [Fact]
    public async Task A_manifest_that_was_changed_on_the_way_is_never_put_back()
    {
        var digest = ecr.Add(ConfigDigest, "v1");
        ecr.Manifests[digest] += " ";

        var error = await Should.ThrowAsync<ReleaseException>(() => registry.PutTagAsync(MemoryEcr.Uri, digest, "v2", default));

        error.Id.ShouldBe(nameof(Messages.ManifestDigestMismatch));
        ecr.TagsPut.ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_manifest_that_an_index_lists_may_be_what_runs()
    {
        string[] listed = ["sha256:" + new string('1', 64), "sha256:" + new string('2', 64)];
        var index = ecr.AddManifest($$"""{"manifests":[{"digest":"{{listed[0]}}","size":1},{"digest":"{{listed[1]}}","size":1}]}""");

        (await registry.ManifestDigestsAsync(MemoryEcr.Uri, index, default)).ShouldBe([index, .. listed]);
    }

    /// <summary>A session that may do nothing in ECR.</summary>
    private static AwsSession Denying(string account)
    {
        var identity = Substitute.For<ICallerIdentitySource>();
        identity.GetCallerIdentityAsync(default).ReturnsForAnyArgs(new CallerIdentity(account, $"arn:aws:iam::{account}:user/release", "AIDA"));
        return new AwsSession("eu-west-1", _ => new DenyingCaller(), identity);
    }

    private sealed class DenyingCaller : IAwsCaller
    {
        public Task<TResponse> CallAsync<TRequest, TResponse>(
            string operation, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TResponse> responseType, CancellationToken cancellationToken) =>
            throw AwsServiceException.Create(
                nameof(Messages.AwsAccessDenied), ErrorKind.PermissionDenied, "ecr", operation, "AccessDeniedException", HttpStatusCode.BadRequest, "request",
                $"User is not authorized to perform: ecr:{operation}", innerException: null);
    }

    [Fact]
    public async Task The_manifest_is_asked_for_in_all_types_it_may_have_so_that_ECR_converts_none()
    {
        await registry.GetManifestAsync(MemoryEcr.Uri, "v1", default);

        ecr.Calls.ShouldHaveSingleItem().Request.ShouldBeOfType<BatchGetImageRequest>().AcceptedMediaTypes.ShouldBe(Manifest.AcceptedMediaTypes);
    }
}

public sealed class EcrAuthorizationsTests : IDisposable
{
    private readonly FakeTimeProvider clock = new();
    private readonly MemoryEcr ecr;
    private readonly EcrRegistry registry;

    public EcrAuthorizationsTests()
    {
        ecr = new MemoryEcr(clock);
        registry = new EcrRegistry(ecr.Session, clock);
    }

    public void Dispose() => registry.Dispose();

    [Fact]
    public async Task A_token_is_fetched_once_however_many_ask_for_it_at_once()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => registry.GetAuthorizationAsync(MemoryEcr.Uri, refused: null, default)));

        all.Distinct().ShouldHaveSingleItem().UserName.ShouldBe("AWS");
        ecr.Calls.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(10.9, 1)]
    [InlineData(11.1, 2)]
    public async Task A_token_is_renewed_an_hour_before_its_end(double hours, int fetched)
    {
        await registry.GetAuthorizationAsync(MemoryEcr.Uri, refused: null, default);
        clock.Advance(TimeSpan.FromHours(hours));
        await registry.GetAuthorizationAsync(MemoryEcr.Uri, refused: null, default);

        ecr.Calls.Count.ShouldBe(fetched);
    }

    [Fact]
    public async Task A_token_that_was_refused_is_not_given_again()
    {
        var refused = await registry.GetAuthorizationAsync(MemoryEcr.Uri, refused: null, default);

        (await registry.GetAuthorizationAsync(MemoryEcr.Uri, refused, default)).Password.ShouldNotBe(refused.Password);
    }

    [Fact]
    public async Task A_token_is_never_given_for_a_host_that_ECR_did_not_name()
    {
        var error = await Should.ThrowAsync<ReleaseException>(() => registry.GetAuthorizationAsync("registry.example:443/web-ui", refused: null, default));

        error.Id.ShouldBe(nameof(Messages.RegistryHostForeign));
    }

    [Fact]
    public async Task A_token_is_given_for_the_host_that_ECR_named_whatever_it_is()
    {
        ecr.ProxyEndpoint = "http://127.0.0.1:5000";

        (await registry.GetAuthorizationAsync("127.0.0.1:5000/web-ui", refused: null, default)).Host.ShouldBe("127.0.0.1:5000");
    }

    [Fact]
    public async Task Neither_the_record_nor_its_text_shows_the_password()
    {
        var authorization = await registry.GetAuthorizationAsync(MemoryEcr.Uri, refused: null, default);

        authorization.Password.ShouldStartWith("secret-");
        authorization.ToString().ShouldNotContain("secret-");
    }
}
