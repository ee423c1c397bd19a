using System.Globalization;
using System.Text.Json.Nodes;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Sandbox;

namespace ReleaseTools.Benchmarks;

/// <summary>A sandbox with a cluster of services, whose deployments take a minute or two of AWS's time and replace one task after the other.</summary>
internal sealed class RolloutSandbox : IDisposable
{
    public const string Cluster = "main";

    private readonly SandboxServer server;

    private RolloutSandbox(SandboxServer server, TimeProvider clock, AwsSession session)
    {
        (this.server, Clock, Session) = (server, clock, session);
        Registry = new EcrRegistry(session, clock);
    }

    /// <summary>AWS's time.</summary>
    public TimeProvider Clock { get; }

    public AwsSession Session { get; }

    public EcrRegistry Registry { get; }

    public SandboxFaults Faults => server.Faults;

    public IReadOnlyList<ReleaseSandboxCall> Calls => server.Calls;

    public string Repository => $"{server.RegistryHost}/app";

    /// <summary>Starts one, and makes it the AWS of this process and of those that it starts.</summary>
    /// <param name="scale">How fast AWS's time goes.</param>
    /// <param name="services">The services, with how many tasks each has and how many more it may have; those with a breaker roll back.</param>
    public static async Task<RolloutSandbox> StartAsync(double scale, IEnumerable<(string Name, int Desired, int MaximumPercent, bool Breaker)> services)
    {
        var seed = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(seed, new JsonArray([.. Furniture(), .. services.Select(Service)]).ToJsonString());
            var clock = new ScaledTimeProvider(scale);
            var started = SandboxServer.Start(new SandboxOptions { Clock = clock, SeedPath = seed });
            var environment = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["AWS_ACCESS_KEY_ID"] = started.AccessKeyId, ["AWS_SECRET_ACCESS_KEY"] = started.SecretAccessKey, ["AWS_SESSION_TOKEN"] = started.SessionToken,
                ["AWS_ENDPOINT_URL"] = started.EndpointUrl.ToString(), ["AWS_REGION"] = "eu-west-1", ["AWS_DEFAULT_REGION"] = "eu-west-1",
            };
            foreach (var (name, value) in environment)
                Environment.SetEnvironmentVariable(name, value);
            var session = await AwsSessionFactory.CreateAsync(new() { Environment = environment }, NullObserver.Instance, CancellationToken.None);
            return new RolloutSandbox(started, clock, session);
        }
        finally
        {
            File.Delete(seed);
        }
    }

    public void Dispose()
    {
        Registry.Dispose();
        Session.Dispose();
        server.Dispose();
    }

    private static JsonObject[] Furniture() =>
    [
        Call("ecr", "CreateRepository", """{"repositoryName":"app"}"""),
        Call("ecr", "PutImage", """
            {"repositoryName":"app","imageTag":"latest","imageManifestMediaType":"application/vnd.oci.image.index.v1+json",
             "imageManifest":"{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":[]}"}
            """),
        Call("ecs", "CreateCluster", $$"""{"clusterName":"{{Cluster}}"}"""),
        Call("ecs", "RegisterTaskDefinition", """{"family":"app","containerDefinitions":[{"name":"app","image":"${HOST}/app:latest","essential":true}]}"""),
    ];

    private static JsonObject Service((string Name, int Desired, int MaximumPercent, bool Breaker) service) => Call("ecs", "CreateService", string.Create(
        CultureInfo.InvariantCulture,
        $$$$"""
        {"cluster":"{{{{Cluster}}}}","serviceName":"{{{{service.Name}}}}","taskDefinition":"app","desiredCount":{{{{service.Desired}}}},"deploymentConfiguration":
          {"minimumHealthyPercent":100,"maximumPercent":{{{{service.MaximumPercent}}}},"deploymentCircuitBreaker":{"enable":{{{{(service.Breaker ? "true" : "false")}}}},"rollback":{{{{(service.Breaker ? "true" : "false")}}}} } } }
        """));

    private static JsonObject Call(string service, string operation, string request) =>
        new JsonObject { ["service"] = service, ["operation"] = operation, ["request"] = JsonNode.Parse(request) };
}
