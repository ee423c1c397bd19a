using Amazon.Runtime;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Aws.Wire;
using ReleaseTools.Engine.Errors;
using static ReleaseTools.Engine.Tests.Aws.AwsTesting;

namespace ReleaseTools.Engine.Tests.Aws;

public sealed class AwsErrorMapperTests : IDisposable
{
    private readonly ScriptedEndpoint endpoint = new();

    public void Dispose() => endpoint.Dispose();

    [Theory]
    [InlineData("AccessDeniedException", 400, nameof(Messages.AwsAccessDenied), ErrorKind.PermissionDenied)]
    [InlineData("ExpiredTokenException", 400, nameof(Messages.AwsCredentialsExpired), ErrorKind.Authentication)]
    [InlineData("UnrecognizedClientException", 400, nameof(Messages.AwsCredentialsRejected), ErrorKind.Authentication)]
    [InlineData("InvalidSignatureException", 400, nameof(Messages.AwsCredentialsRejected), ErrorKind.Authentication)]
    [InlineData("ThrottlingException", 400, nameof(Messages.AwsThrottled), ErrorKind.Connection)]
    [InlineData("ClusterNotFoundException", 400, nameof(Messages.AwsNotFound), ErrorKind.NotFound)]
    [InlineData("ValidationException", 400, nameof(Messages.AwsRequestInvalid), ErrorKind.InvalidArgument)]
    [InlineData("ServerException", 500, nameof(Messages.AwsServerError), ErrorKind.Connection)]
    [InlineData("ImageAlreadyExistsException", 400, nameof(Messages.AwsServiceError), ErrorKind.Failed)]
    public async Task What_to_do_follows_from_the_code(string code, int status, string id, ErrorKind kind)
    {
        endpoint.Answers(status, $$"""{"__type":"{{code}}","message":"words"}""");
        using var session = await SessionAsync(endpoint, ("AWS_MAX_ATTEMPTS", "1"));

        var error = await FailAsync(session);

        (error.Id, error.Kind, error.Code).ShouldBe((id, kind, code));
        error.RecommendedAction.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_denial_names_the_action_to_allow()
    {
        using var session = await SessionAsync(endpoint.Answers(400, """{"__type":"AccessDeniedException","Message":"no"}"""));

        (await FailAsync(session)).RecommendedAction.ShouldContain("ecs:DescribeClusters");
    }

    [Fact]
    public async Task A_code_may_come_in_the_header_alone()
    {
        using var session = await SessionAsync(endpoint.Answers(400, "{}", ("x-amzn-errortype", "ClusterNotFoundException:http://internal.amazon.com/")));

        (await FailAsync(session)).Code.ShouldBe("ClusterNotFoundException");
    }

    [Fact]
    public async Task The_session_token_that_AWS_quotes_back_is_not_shown()
    {
        endpoint.Answers(
            400, """{"__type":"InvalidSignatureException","message":"The signature does not match.\n\nThe Canonical String for this request should have been\n'POST\n/\n\nx-amz-security-token:the-token\n'"}""");
        using var session = await SessionAsync(endpoint, ("AWS_SESSION_TOKEN", "the-token"));

        var error = await FailAsync(session);

        error.ToString().ShouldContain("The signature does not match.");
        error.ToString().ShouldNotContain("the-token");
    }

    [Fact]
    public async Task An_answer_that_does_not_come_in_time_is_a_timeout_and_no_cancellation()
    {
        // Twice: the SDK may take a connection that timed out for a stale one, and try once more.
        var settings = new ClientSettings
        {
            Region = "eu-west-1", EndpointUrl = endpoint.Hangs().Hangs().Url, MaxAttempts = 1, RequestTimeout = TimeSpan.FromMilliseconds(500), Environment = new Dictionary<string, string>(),
        };
        using var caller = new AwsJsonCaller(AwsService.Ecs, new BasicAWSCredentials(AccessKey, SecretKey), settings);

        var error = await Should.ThrowAsync<AwsServiceException>(() => new EcsClient(caller).DescribeClustersAsync(new(["x"]), CancellationToken.None));

        (error.Id, error.Kind).ShouldBe((nameof(Messages.AwsTimedOut), ErrorKind.Timeout), error.ToString());
    }

    private static Task<AwsServiceException> FailAsync(AwsSession session) =>
        Should.ThrowAsync<AwsServiceException>(() => session.Ecs.DescribeClustersAsync(new(["blue"]), CancellationToken.None));
}
