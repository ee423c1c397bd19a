using System.Text;
using Microsoft.Extensions.Time.Testing;
using ReleaseTools.Sandbox.Server.Signing;

namespace ReleaseTools.Sandbox.Tests.Server.Signing;

/// <summary>Against the examples AWS publishes: the one of its documentation and those of its signature test suite.</summary>
public sealed class SignatureVerifierTests
{
    private const string AccessKey = "AKIDEXAMPLE";
    private const string Credential = $"AWS4-HMAC-SHA256 Credential={AccessKey}/20150830/us-east-1";
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2015, 8, 30, 12, 36, 0, TimeSpan.Zero));
    private readonly SignatureVerifier verifier;

    public SignatureVerifierTests() =>
        verifier = new SignatureVerifier(new SigningKeys(AccessKey, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "token"), "us-east-1", clock);

    [Fact]
    public void The_documented_example_has_the_documented_canonical_request() =>
        CanonicalRequest.Of(Documented(), ["content-type", "host", "x-amz-date"]).ShouldBe(string.Join('\n',
            "GET",
            "/",
            "Action=ListUsers&Version=2010-05-08",
            "content-type:application/x-www-form-urlencoded; charset=utf-8",
            "host:iam.amazonaws.com",
            "x-amz-date:20150830T123600Z",
            string.Empty,
            "content-type;host;x-amz-date",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));

    [Fact]
    public void The_documented_example_is_well_signed() => verifier.Verify(Documented(), "iam").ShouldBeNull();

    [Theory]
    [InlineData("GET", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("POST", "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")]
    [InlineData("GET", "Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500")]
    public void The_test_suite_s_requests_are_well_signed(string method, string query, string signature)
    {
        var request = Suite(method, signature) with { Query = query };

        verifier.Verify(request, "service").ShouldBeNull();
    }

    [Fact]
    public void A_changed_body_does_not_match()
    {
        var request = Suite("POST", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b") with { Body = Encoding.UTF8.GetBytes("{}") };

        var refusal = verifier.Verify(request, "service").ShouldNotBeNull();

        refusal.Problem.ShouldBe(SignatureProblem.Mismatch);
        refusal.Message.ShouldStartWith("The request signature we calculated does not match");
    }

    [Theory]
    [InlineData(299, null)]
    [InlineData(301, "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T124101Z - 5 min.)")]
    [InlineData(-301, "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z (20150830T123059Z + 5 min.)")]
    public void A_signature_is_good_for_five_minutes_either_way(int secondsLater, string? message)
    {
        var late = new SignatureVerifier(
            new SigningKeys(AccessKey, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "token"), "us-east-1", new FakeTimeProvider(clock.GetUtcNow().AddSeconds(secondsLater)));

        late.Verify(Documented(), "iam")?.Message.ShouldBe(message);
        (late.Verify(Documented(), "iam") is null).ShouldBe(message is null);
    }

    [Fact]
    public void The_scope_must_name_the_service_that_is_asked() =>
        verifier.Verify(Documented(), "ecs")!.Message.ShouldBe("Credential should be scoped to correct service: 'ecs'.");

    [Fact]
    public void A_request_without_a_signature_misses_its_token() =>
        verifier.Verify(Suite("GET", "x") with { Headers = new Dictionary<string, string> { ["host"] = "x" } }, "service")!.Problem.ShouldBe(SignatureProblem.Missing);

    [Fact]
    public void An_incomplete_header_is_said_as_such()
    {
        var request = Suite("GET", "x");
        var headers = new Dictionary<string, string>(request.Headers, StringComparer.OrdinalIgnoreCase) { ["authorization"] = $"{Credential}/service/aws4_request, SignedHeaders=host" };

        var refusal = verifier.Verify(request with { Headers = headers }, "service").ShouldNotBeNull();

        refusal.Problem.ShouldBe(SignatureProblem.Incomplete);
        refusal.Message.ShouldBe("Authorization header requires 'Signature' parameter.");
    }

    private static SignedRequest Documented() => new()
    {
        Method = "GET",
        Query = "Action=ListUsers&Version=2010-05-08",
        Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8",
            ["Host"] = "iam.amazonaws.com",
            ["X-Amz-Date"] = "20150830T123600Z",
            ["Authorization"] = $"{Credential}/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
        },
    };

    // Without spaces after the commas, as some SDKs write it.
    private static SignedRequest Suite(string method, string signature) => new()
    {
        Method = method,
        Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["Host"] = "example.amazonaws.com",
            ["X-Amz-Date"] = "20150830T123600Z",
            ["Authorization"] = $"{Credential}/service/aws4_request,SignedHeaders=host;x-amz-date,Signature={signature}",
        },
    };
}
