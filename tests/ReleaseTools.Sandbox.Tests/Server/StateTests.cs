using Microsoft.Extensions.Time.Testing;

namespace ReleaseTools.Sandbox.Tests.Server;

public sealed class StateTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("sandbox-tests-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task State_is_there_again_on_another_port_and_names_the_new_host()
    {
        string firstHost;
        using (var first = Start())
        using (var client = new SigningClient(first))
        {
            firstHost = first.RegistryHost;
            await client.CallAsync("ecs", "CreateCluster", """{ "clusterName": "main" }""");
            await client.CallAsync("ecs", "RegisterTaskDefinition", $$"""{ "family": "web", "containerDefinitions": [{ "name": "app", "image": "{{firstHost}}/web:latest" }] }""");
            await client.CallAsync("ecs", "CreateService", """{ "cluster": "main", "serviceName": "web", "taskDefinition": "web", "desiredCount": 1 }""");
            await client.CallAsync("ssm", "PutParameter", """{ "Name": "/a", "Value": "1", "Type": "String" }""");
            await client.CallAsync("logs", "CreateLogGroup", """{ "logGroupName": "/ecs/web" }""");
        }

        using var second = Start();
        using var again = new SigningClient(second);
        second.RegistryHost.ShouldNotBe(firstHost);
        (await again.CallAsync("ecs", "DescribeTaskDefinition", """{ "taskDefinition": "web" }""")).Json["taskDefinition"]!["containerDefinitions"]![0]!["image"]!.GetValue<string>()
            .ShouldBe($"{second.RegistryHost}/web:latest");
        (await again.CallAsync("ecs", "DescribeServices", """{ "cluster": "main", "services": ["web"] }""")).Json["services"]!.AsArray().Count.ShouldBe(1);
        (await again.CallAsync("ssm", "GetParameter", """{ "Name": "/a" }""")).Json["Parameter"]!["Value"]!.GetValue<string>().ShouldBe("1");
        (await again.CallAsync("logs", "DescribeLogGroups")).Json["logGroups"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public void The_state_is_for_its_owner_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        Start().Dispose();

        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(Path.Combine(folder.FullName, "state.json")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task Layers_and_uploads_are_for_their_owner_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        using var sandbox = Start();
        using var client = new SigningClient(sandbox);
        await client.CallAsync("ecr", "CreateRepository", """{ "repositoryName": "web" }""");
        using var http = new HttpClient { BaseAddress = sandbox.EndpointUrl };
        var token = (await client.CallAsync("ecr", "GetAuthorizationToken")).Json["authorizationData"]![0]!["authorizationToken"]!.GetValue<string>();
        http.DefaultRequestHeaders.Authorization = new("Basic", token);
        (await http.PostAsync("/v2/web/blobs/uploads/?digest=" + ReleaseTools.Sandbox.Registry.Digest.Of("layer"u8), new ByteArrayContent("layer"u8.ToArray()))).EnsureSuccessStatusCode();
        (await http.PostAsync("/v2/web/blobs/uploads/", null)).EnsureSuccessStatusCode();

        foreach (var entry in folder.CreateSubdirectory("blobs").EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
            (entry.UnixFileMode & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)).ShouldBe(UnixFileMode.None, entry.FullName);
    }

    [Fact]
    public async Task Uploads_that_nobody_ended_go_with_the_sandbox()
    {
        using (var sandbox = Start())
        using (var client = new SigningClient(sandbox))
        using (var http = new HttpClient { BaseAddress = sandbox.EndpointUrl })
        {
            await client.CallAsync("ecr", "CreateRepository", """{ "repositoryName": "web" }""");
            var token = (await client.CallAsync("ecr", "GetAuthorizationToken")).Json["authorizationData"]![0]!["authorizationToken"]!.GetValue<string>();
            http.DefaultRequestHeaders.Authorization = new("Basic", token);
            (await http.PostAsync("/v2/web/blobs/uploads/", null)).EnsureSuccessStatusCode();
            folder.GetFiles("*", SearchOption.AllDirectories).ShouldContain(file => file.Directory!.Name == "uploads");
        }

        folder.GetFiles("*", SearchOption.AllDirectories).ShouldNotContain(file => file.Directory!.Name == "uploads");
    }

    [Fact]
    public void A_second_sandbox_on_the_same_state_is_refused_until_the_first_has_ended()
    {
        using (Start())
            Should.Throw<SandboxStartException>(Start).Problem.ShouldBe(SandboxStartProblem.StateInUse);

        Start().Dispose();
    }

    [Fact]
    public async Task Time_goes_on_from_where_a_fast_clock_had_come_to()
    {
        var fast = new FakeTimeProvider(DateTimeOffset.UtcNow);
        using (var first = SandboxServer.Start(new SandboxOptions { StatePath = folder.FullName, Clock = fast }))
        using (var client = new SigningClient(first))
        {
            fast.Advance(TimeSpan.FromDays(2));
            await client.CallAsync("ssm", "PutParameter", """{ "Name": "/a", "Value": "1", "Type": "String" }""");
        }

        using var second = Start();
        using var again = new SigningClient(second);
        await again.CallAsync("ssm", "PutParameter", """{ "Name": "/b", "Value": "1", "Type": "String" }""");

        (await ModifiedAsync("/b")).ShouldBeGreaterThanOrEqualTo(await ModifiedAsync("/a"));

        async Task<double> ModifiedAsync(string name) =>
            (await again.CallAsync("ssm", "GetParameter", $$"""{ "Name": "{{name}}" }""")).Json["Parameter"]!["LastModifiedDate"]!.GetValue<double>();
    }

    [Fact]
    public void State_that_cannot_be_written_is_said_at_the_end_and_lets_go_of_everything_else()
    {
        var server = Start();
        var port = server.EndpointUrl.Port;
        folder.CreateSubdirectory("state.json");

        Should.Throw<IOException>(server.Dispose);

        folder.GetDirectories("state.json").Single().Delete();
        using var next = SandboxServer.Start(new SandboxOptions { StatePath = folder.FullName, Port = port });
    }

    [Fact]
    public void A_host_that_begins_another_stays() =>
        ReleaseTools.Sandbox.Server.HostPlaceholder.PutInto("127.0.0.1:500/a 127.0.0.1:5001/b 127.0.0.1:500", "127.0.0.1:500")
            .ShouldBe("${SANDBOX_HOST}/a 127.0.0.1:5001/b ${SANDBOX_HOST}");

    [Fact]
    public void State_that_cannot_be_read_is_said_as_such()
    {
        File.WriteAllText(Path.Combine(folder.FullName, "state.json"), "{ broken");

        Should.Throw<SandboxStartException>(Start).Problem.ShouldBe(SandboxStartProblem.StateUnreadable);
    }

    [Fact]
    public async Task A_seed_furnishes_an_empty_sandbox_and_no_other()
    {
        var seed = Write("""
            [
              // The cluster of the example.
              { "service": "ecs", "operation": "CreateCluster", "request": { "clusterName": "main" } },
              { "service": "ssm", "operation": "PutParameter", "request": { "Name": "/host", "Value": "${HOST} ${REGION} ${ACCOUNT}", "Type": "String" } },
            ]
            """);

        using (var first = Start(seed))
        using (var client = new SigningClient(first))
            (await client.CallAsync("ssm", "GetParameter", """{ "Name": "/host" }""")).Json["Parameter"]!["Value"]!.GetValue<string>().ShouldBe($"{first.RegistryHost} eu-west-1 000000000000");

        // A second time the parameter would be there already, and the call would fail.
        using var second = Start(seed);
        second.Calls.ShouldBeEmpty();
    }

    [Fact]
    public void A_failing_call_of_a_seed_is_named()
    {
        var seed = Write("""
            [
              { "service": "ecs", "operation": "CreateCluster" },
              { "service": "ecs", "operation": "CreateService", "request": { "cluster": "nowhere", "serviceName": "web" } }
            ]
            """);

        var problem = Should.Throw<SandboxStartException>(() => Start(seed));

        problem.Problem.ShouldBe(SandboxStartProblem.SeedInvalid);
        problem.Message.ShouldBe($"Call 1 of the seed file '{seed}' (ecs CreateService) failed: ClusterNotFoundException: Cluster not found.");
    }

    private SandboxServer Start() => Start(null);

    private SandboxServer Start(string? seed) => SandboxServer.Start(new SandboxOptions { StatePath = folder.FullName, SeedPath = seed });

    private string Write(string text)
    {
        var path = Path.Combine(folder.FullName, "seed.json");
        File.WriteAllText(path, text);
        return path;
    }
}
