using System.Xml.Linq;

namespace ReleaseTools.Sandbox.Tests.Server;

public sealed class SandboxServerTests : IDisposable
{
    private readonly SandboxServer server = SandboxServer.Start(new SandboxOptions());
    private readonly SigningClient client;

    public SandboxServerTests() => client = new SigningClient(server);

    public void Dispose()
    {
        client.Dispose();
        server.Dispose();
    }

    [Fact]
    public async Task It_says_who_the_caller_is_in_the_query_protocol()
    {
        var answer = await client.FormAsync("Action=GetCallerIdentity&Version=2011-06-15");

        answer.Status.ShouldBe(200);
        answer.ContentType.ShouldBe("text/xml");
        XNamespace sts = "https://sts.amazonaws.com/doc/2011-06-15/";
        XDocument.Parse(answer.Body).Root!.Element(sts + "GetCallerIdentityResult")!.Element(sts + "Account")!.Value.ShouldBe("000000000000");
    }

    [Fact]
    public async Task An_unknown_service_is_an_unknown_operation()
    {
        var answer = await client.CallAsync("Rekognition_2016", "DetectLabels");

        answer.Status.ShouldBe(400);
        answer.ErrorCode.ShouldBe("UnknownOperationException");
        answer.ContentType.ShouldBe("application/x-amz-json-1.1");
        answer.RequestId.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public void A_port_in_use_is_said_as_such()
    {
        var port = server.EndpointUrl.Port;

        var problem = Should.Throw<SandboxStartException>(() => SandboxServer.Start(new SandboxOptions { Port = port }));

        problem.Problem.ShouldBe(SandboxStartProblem.PortUnavailable);
        problem.Message.ShouldContain(port.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
