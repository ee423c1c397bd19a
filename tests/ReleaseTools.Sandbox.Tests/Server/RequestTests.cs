namespace ReleaseTools.Sandbox.Tests.Server;

public sealed class RequestTests : IDisposable
{
    private readonly SandboxServer server = SandboxServer.Start(new SandboxOptions());
    private readonly SigningClient client;

    public RequestTests() => client = new SigningClient(server);

    public void Dispose()
    {
        client.Dispose();
        server.Dispose();
    }

    [Fact]
    public async Task A_signed_call_is_carried_out_and_listed()
    {
        (await client.CallAsync("ecs", "CreateCluster", """{ "clusterName": "main" }""")).Status.ShouldBe(200);
        (await client.CallAsync("ecs", "DescribeServices", """{ "cluster": "nowhere", "services": ["web"] }""")).ErrorCode.ShouldBe("ClusterNotFoundException");

        server.Calls.Select(call => $"{call.Number} {call.Service} {call.Operation} {call.Target} {call.StatusCode} {call.ErrorCode}").ShouldBe(
            ["1 ecs CreateCluster main 200 ", "2 ecs DescribeServices web 400 ClusterNotFoundException"]);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("""{ "clusterName": "a", "clusterName": "b" }""")]
    [InlineData("""{ "clusterName": 3 }""")]
    [InlineData("""{ "clusterName": "\ud800" }""")]
    [InlineData("""{ "settings": [{ "name": "a", "name": "b" }] }""")]
    [InlineData("""{ "\ud800": 1 }""")]
    public async Task What_is_no_request_is_a_serialization_error(string body)
    {
        var answer = await client.CallAsync("ecs", "CreateCluster", body);

        answer.Status.ShouldBe(400);
        answer.ErrorCode.ShouldBe("SerializationException");
    }

    [Fact]
    public async Task An_operation_that_is_not_modelled_is_unknown() =>
        (await client.CallAsync("ecs", "StartTask")).ErrorCode.ShouldBe("UnknownOperationException");

    [Fact]
    public async Task Keys_token_scope_and_time_are_verified()
    {
        await Refused("UnrecognizedClientException", new SigningClient(server) { AccessKeyId = "AKIAELSE" });
        await Refused("UnrecognizedClientException", new SigningClient(server) { SessionToken = "another" });
        await Refused("InvalidSignatureException", new SigningClient(server) { Secret = "wrong" });
        await Refused("InvalidSignatureException", new SigningClient(server) { Region = "us-east-1" });
        await Refused("InvalidSignatureException", new SigningClient(server) { SignedService = "ssm" });
        await Refused("InvalidSignatureException", new SigningClient(server) { Time = DateTimeOffset.UtcNow.AddMinutes(-6) });

        async Task Refused(string code, SigningClient with)
        {
            using (with)
                (await with.CallAsync("ecs", "DescribeClusters")).ErrorCode.ShouldBe(code);
        }
    }

    [Fact]
    public async Task The_key_of_a_session_comes_with_its_token()
    {
        using var withToken = new SigningClient(server) { SessionToken = server.SessionToken };
        using var without = new SigningClient(server) { SessionToken = null };

        (await withToken.CallAsync("ecs", "DescribeClusters")).Status.ShouldBe(200);
        (await without.CallAsync("ecs", "DescribeClusters")).ErrorCode.ShouldBe("UnrecognizedClientException");
    }

    [Theory]
    [InlineData("x-amz-target")]
    [InlineData("x-amz-security-token")]
    public async Task A_signature_covers_what_tells_operation_and_caller(string header)
    {
        using var partly = new SigningClient(server) { Unsigned = [header] };

        var answer = await partly.CallAsync("ecs", "DescribeClusters");

        answer.ErrorCode.ShouldBe("InvalidSignatureException");
        answer.Json["message"]!.GetValue<string>().ShouldContain(header);
    }

    [Fact]
    public async Task A_number_beyond_all_numbers_is_a_serialization_error() =>
        (await client.CallAsync("ssm", "GetParametersByPath", """{ "Path": "/", "MaxResults": 1e25 }""")).ErrorCode.ShouldBe("SerializationException");

    [Fact]
    public async Task An_action_that_XML_has_no_place_for_is_answered_with_an_error()
    {
        var answer = await client.FormAsync("Action=%01&Version=2011-06-15");

        answer.Status.ShouldBe(400);
        answer.Body.ShouldContain("<Code>InvalidAction</Code>");
    }

    [Fact]
    public async Task A_wrong_secret_is_refused_in_the_query_protocol_s_own_words()
    {
        using var wrong = new SigningClient(server) { Secret = "wrong" };

        var answer = await wrong.FormAsync("Action=GetCallerIdentity&Version=2011-06-15");

        answer.Status.ShouldBe(403);
        answer.Body.ShouldContain("<Code>SignatureDoesNotMatch</Code>");
    }

    [Fact]
    public async Task An_unsigned_call_misses_its_token()
    {
        using var http = new HttpClient { BaseAddress = server.EndpointUrl };
        using var message = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new StringContent("{}") };
        message.Headers.Add("X-Amz-Target", "AmazonSSM.GetParameter");

        using var response = await http.SendAsync(message);

        (await response.Content.ReadAsStringAsync()).ShouldContain("MissingAuthenticationTokenException");
    }

    [Theory]
    [InlineData(SandboxFaultKind.Throttle, 400, "ThrottlingException")]
    [InlineData(SandboxFaultKind.ServerError, 500, "ServerException")]
    [InlineData(SandboxFaultKind.ExpiredToken, 400, "ExpiredTokenException")]
    [InlineData(SandboxFaultKind.AccessDenied, 400, "AccessDeniedException")]
    public async Task A_fault_stands_in_for_the_answer_as_often_as_it_was_asked(SandboxFaultKind kind, int status, string code)
    {
        server.Faults.Add(new SandboxFault { Kind = kind, Service = "ecs", Operation = "CreateCluster" });

        var first = await client.CallAsync("ecs", "CreateCluster");

        first.Status.ShouldBe(status);
        first.ErrorCode.ShouldBe(code);
        server.Calls[0].ErrorCode.ShouldBe(code);
        (await client.CallAsync("ecs", "CreateCluster")).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData(SandboxFaultKind.Throttle, 400, "Throttling")]
    [InlineData(SandboxFaultKind.ServerError, 500, "InternalFailure")]
    [InlineData(SandboxFaultKind.ExpiredToken, 403, "ExpiredToken")]
    [InlineData(SandboxFaultKind.AccessDenied, 403, "AccessDenied")]
    public async Task A_fault_of_STS_speaks_the_query_protocol(SandboxFaultKind kind, int status, string code)
    {
        server.Faults.Add(new SandboxFault { Kind = kind, Service = "sts" });

        var answer = await client.FormAsync("Action=GetCallerIdentity&Version=2011-06-15");

        answer.Status.ShouldBe(status);
        answer.Body.ShouldContain($"<Code>{code}</Code>");
    }

    [Fact]
    public async Task A_server_error_may_come_without_a_body()
    {
        server.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.ServerError, StatusCode = 503, Reason = "" });

        var answer = await client.CallAsync("ecs", "CreateCluster");

        answer.Status.ShouldBe(503);
        answer.Body.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(SandboxFaultKind.DropConnection, 0)]
    [InlineData(SandboxFaultKind.DropAnswer, 1)]
    public async Task A_dropped_connection_leaves_no_answer_and_a_dropped_answer_an_effect(SandboxFaultKind kind, int clusters)
    {
        server.Faults.Add(new SandboxFault { Kind = kind, Operation = "CreateCluster" });

        await Should.ThrowAsync<HttpRequestException>(() => client.CallAsync("ecs", "CreateCluster", """{ "clusterName": "main" }"""));

        server.Calls[0].StatusCode.ShouldBe(0);
        (await client.CallAsync("ecs", "DescribeClusters", """{ "clusters": ["main"] }""")).Json["clusters"]!.AsArray().Count.ShouldBe(clusters);
    }

    [Fact]
    public async Task A_fault_for_a_target_spares_the_others()
    {
        server.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.Throttle, Target = "b", Count = null });

        (await client.CallAsync("ecs", "CreateCluster", """{ "clusterName": "a" }""")).Status.ShouldBe(200);
        (await client.CallAsync("ecs", "CreateCluster", """{ "clusterName": "b" }""")).ErrorCode.ShouldBe("ThrottlingException");
    }

    [Fact]
    public async Task A_delay_holds_the_answer_back()
    {
        server.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.Delay, Delay = TimeSpan.FromMilliseconds(200) });
        var start = TimeProvider.System.GetTimestamp();

        (await client.CallAsync("ecs", "CreateCluster")).Status.ShouldBe(200);

        TimeProvider.System.GetElapsedTime(start).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(190));
    }
}
