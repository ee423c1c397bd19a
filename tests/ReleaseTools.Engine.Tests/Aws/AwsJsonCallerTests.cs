using System.Net;
using System.Text.Json.Nodes;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Errors;
using static ReleaseTools.Engine.Tests.Aws.AwsTesting;

namespace ReleaseTools.Engine.Tests.Aws;

public sealed class AwsJsonCallerTests : IDisposable
{
    private const string Throttled = """{"__type":"ThrottlingException","message":"Rate exceeded"}""";

    private static readonly DescribeClustersRequest Clusters = new(["blue"]);
    private readonly ScriptedEndpoint endpoint = new();

    public void Dispose() => endpoint.Dispose();

    [Fact]
    public async Task A_call_is_a_signed_post_of_the_request_with_the_operation_as_its_target()
    {
        using var session = await SessionAsync(endpoint.Answers(200, "{}"));

        await session.Ecs.UpdateServiceAsync(new UpdateServiceRequest("blue", "web") { ForceNewDeployment = true }, CancellationToken.None);

        var request = endpoint.Requests.ShouldHaveSingleItem();
        request.Method.ShouldBe("POST");
        request.Path.ShouldBe("/");
        request.Headers["X-Amz-Target"].ShouldBe("AmazonEC2ContainerServiceV20141113.UpdateService");
        request.Headers["Content-Type"].ShouldBe("application/x-amz-json-1.1");
        request.Headers["Authorization"]!.ShouldMatch(
            $@"^AWS4-HMAC-SHA256 Credential={AccessKey}/\d{{8}}/eu-west-1/ecs/aws4_request, SignedHeaders=\S*host\S*x-amz-target\S*, Signature=[0-9a-f]{{64}}$");
        request.Headers["User-Agent"]!.ShouldContain("ReleaseTools");
        request.Body.ShouldBe("""{"cluster":"blue","service":"web","forceNewDeployment":true}""");
    }

    [Fact]
    public async Task Each_service_signs_under_its_signing_name()
    {
        using var session = await SessionAsync(endpoint.Answers(200, """{"authorizationData":[]}"""));

        await session.Ecr.GetAuthorizationTokenAsync(new GetAuthorizationTokenRequest(), CancellationToken.None);

        endpoint.Requests.Single().Headers["Authorization"]!.ShouldContain("/eu-west-1/ecr/aws4_request");
        endpoint.Requests.Single().Headers["X-Amz-Target"].ShouldBe("AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken");
    }

    [Fact]
    public async Task A_session_token_goes_with_the_call_and_is_signed()
    {
        using var session = await SessionAsync(endpoint.Answers(200, "{}"), ("AWS_SESSION_TOKEN", "the-token"));

        await session.Ecs.DescribeClustersAsync(Clusters, CancellationToken.None);

        endpoint.Requests.Single().Headers["X-Amz-Security-Token"].ShouldBe("the-token");
        endpoint.Requests.Single().Headers["Authorization"]!.ShouldContain("x-amz-security-token");
    }

    [Fact]
    public async Task What_passes_is_tried_again_until_it_has_passed()
    {
        endpoint
            .Answers(400, Throttled)
            .Answers(500, """{"__type":"ServerException","message":"no"}""")
            .DropsConnection()
            .BreaksOffAfter("""{"clusters":""")
            .Answers(200, """{"clusters":[{"clusterName":"blue"}]}""");
        using var session = await SessionAsync(endpoint, ("AWS_MAX_ATTEMPTS", "5"));

        var answer = await session.Ecs.DescribeClustersAsync(Clusters, CancellationToken.None);

        answer.Clusters!.Single().ClusterName.ShouldBe("blue");
        endpoint.Requests.Count.ShouldBe(5);
    }

    [Theory]
    [InlineData("standard")]
    [InlineData("adaptive")]
    public async Task What_would_have_its_effect_twice_is_not_sent_again_when_no_answer_came(string mode)
    {
        endpoint.DropsConnection();
        using var session = await SessionAsync(endpoint, ("AWS_RETRY_MODE", mode), ("AWS_MAX_ATTEMPTS", "5"));

        var error = await Should.ThrowAsync<AwsServiceException>(() => session.Ecs.UpdateServiceAsync(new("blue", "web") { ForceNewDeployment = true }, CancellationToken.None));

        error.MayHaveBeenDone().ShouldBeTrue();
        endpoint.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_would_have_its_effect_twice_is_not_sent_again_after_a_fault_of_the_service()
    {
        endpoint.Answers(500, """{"__type":"ServerException","message":"no"}""").BreaksOffAfter("""{"EndpointArn":""");
        using var session = await SessionAsync(endpoint, ("AWS_MAX_ATTEMPTS", "5"));

        await Should.ThrowAsync<AwsServiceException>(() => session.SageMaker.UpdateEndpointAsync(new("stereo", "second"), CancellationToken.None));
        await Should.ThrowAsync<AwsServiceException>(() => session.SageMaker.UpdateEndpointAsync(new("stereo", "second"), CancellationToken.None));

        endpoint.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task What_would_have_its_effect_twice_is_sent_again_when_the_service_throttled_it()
    {
        endpoint.Answers(400, Throttled).Answers(200, "{}");
        using var session = await SessionAsync(endpoint);

        await session.Ecs.UpdateServiceAsync(new("blue", "web") { ForceNewDeployment = true }, CancellationToken.None);

        endpoint.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task No_more_is_tried_than_was_asked_for()
    {
        endpoint.Answers(400, Throttled).Answers(400, Throttled).Answers(200, "{}");
        using var session = await SessionAsync(endpoint);

        var error = await Should.ThrowAsync<AwsServiceException>(() => session.Ecs.DescribeClustersAsync(Clusters, CancellationToken.None));

        error.Id.ShouldBe(nameof(Messages.AwsThrottled));
        endpoint.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task In_adaptive_mode_a_client_throttled_at_its_first_call_goes_on()
    {
        endpoint.Answers(400, Throttled).Answers(200, "{}");
        using var session = await SessionAsync(endpoint, ("AWS_RETRY_MODE", "adaptive"));

        await session.Ecs.DescribeClustersAsync(Clusters, CancellationToken.None);

        endpoint.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_request_that_is_wrong_is_not_tried_again()
    {
        endpoint.Answers(400, """{"__type":"com.amazonaws.ecs#InvalidParameterException","message":"Unable to do that"}""", ("x-amzn-RequestId", "1-2-3"));
        using var session = await SessionAsync(endpoint);

        var error = await Should.ThrowAsync<AwsServiceException>(() => session.Ecs.DescribeClustersAsync(Clusters, CancellationToken.None));

        endpoint.Requests.Count.ShouldBe(1);
        (error.Id, error.Kind).ShouldBe((nameof(Messages.AwsRequestInvalid), ErrorKind.InvalidArgument));
        (error.Service, error.Operation, error.Code, error.Status, error.RequestId)
            .ShouldBe(("ecs", "DescribeClusters", "InvalidParameterException", HttpStatusCode.BadRequest, "1-2-3"));
        error.Message.ShouldContain("Unable to do that");
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("<html>proxy</html>")]
    [InlineData("""{"clusters":"none"}""")]
    public async Task An_answer_that_is_none_is_an_error_of_its_own_and_not_tried_again(string body)
    {
        using var session = await SessionAsync(endpoint.Answers(200, body));

        var error = await Should.ThrowAsync<AwsServiceException>(() => session.Ecs.DescribeClustersAsync(Clusters, CancellationToken.None));

        error.Id.ShouldBe(nameof(Messages.AwsAnswerMalformed));
        error.MayHaveBeenDone().ShouldBeTrue();
        endpoint.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Fields_and_states_not_known_break_nothing()
    {
        endpoint.Answers(200, """{"services":[{"serviceName":"web","status":"LEVITATING","desiredCount":1,"novelty":{"a":[1]},"deployments":[{"rolloutState":"PONDERING","createdAt":1.7E9}]}],"more":1}""");
        using var session = await SessionAsync(endpoint);

        var service = (await session.Ecs.DescribeServicesAsync(new DescribeServicesRequest("blue", ["web"]), CancellationToken.None)).Services!.Single();

        service.Status.ShouldBe("LEVITATING");
        service.Deployments!.Single().RolloutState.ShouldBe("PONDERING");
        service.Deployments!.Single().CreatedAt.ShouldBe(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));
    }

    [Fact]
    public async Task A_model_passes_through_with_every_field()
    {
        const string Model = """{"ModelName":"m","Novelty":{"Deep":[1,2.50,null,"ü"]}}""";
        endpoint.Answers(200, Model).Answers(200, "{}");
        using var session = await SessionAsync(endpoint);

        var model = await session.SageMaker.DescribeModelAsync(new("m"), CancellationToken.None);
        await session.SageMaker.CreateModelAsync(model, CancellationToken.None);

        JsonNode.DeepEquals(JsonNode.Parse(endpoint.Requests.Last().Body), JsonNode.Parse(Model)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_call_that_is_cancelled_ends_as_cancelled_with_the_callers_token()
    {
        using var session = await SessionAsync(endpoint.Hangs());
        using var cancel = new CancellationTokenSource();

        var call = session.Ecs.DescribeClustersAsync(Clusters, cancel.Token);
        await endpoint.Hanging.Task;
        await cancel.CancelAsync();

        (await Should.ThrowAsync<OperationCanceledException>(() => call)).CancellationToken.ShouldBe(cancel.Token);
    }

    [Fact]
    public async Task Nobody_listening_is_an_error_of_the_connection()
    {
        using var session = await SessionAsync(endpoint, ("AWS_MAX_ATTEMPTS", "1"));
        endpoint.Dispose();

        var error = await Should.ThrowAsync<AwsServiceException>(() => session.Ecs.DescribeClustersAsync(Clusters, CancellationToken.None));

        (error.Id, error.Kind, error.Status).ShouldBe((nameof(Messages.AwsUnreachable), ErrorKind.Connection, null));
    }
}
