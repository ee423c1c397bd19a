using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Wire;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Sandbox;
using ReleaseTools.Sandbox.Tests.Server;

namespace ReleaseTools.Engine.Tests.Doubles;

/// <summary>A sandbox with a repository, a service and an endpoint, reached by the real signed client; both run on one stepped clock.</summary>
internal sealed class FurnishedSandbox : IAsyncDisposable
{
    private readonly DirectoryInfo workspace;
    private readonly SandboxServer server;
    private readonly HttpClient registryHttp;
    private EcrRegistry? registry;

    // Signatures carry the machine's time, so the stepped clock begins there.
    public FurnishedSandbox()
    {
        Time = new JumpingTime(DateTimeOffset.UtcNow);
        workspace = Directory.CreateTempSubdirectory("releasetools-test-");
        server = SandboxServer.Start(new SandboxOptions { Clock = Time, Workspace = workspace.FullName });
        registryHttp = new HttpClient { BaseAddress = server.EndpointUrl };
    }

    public JumpingTime Time { get; }

    public AwsSession Session { get; private set; } = null!;

    public EcrRegistry Registry => registry!;

    public SandboxFaults Faults => server.Faults;

    public IReadOnlyList<ReleaseSandboxCall> Calls => server.Calls;

    public string Repository => RepositoryOf("web");

    /// <summary>A repository, whether it is there or not.</summary>
    public string RepositoryOf(string name) => $"{server.RegistryHost}/{name}";

    /// <summary>How it is reached.</summary>
    public AwsSessionOptions Options => new()
    {
        Environment = new Dictionary<string, string>
        {
            ["AWS_ACCESS_KEY_ID"] = server.AccessKeyId, ["AWS_SECRET_ACCESS_KEY"] = server.SecretAccessKey, ["AWS_SESSION_TOKEN"] = server.SessionToken,
            ["AWS_ENDPOINT_URL"] = server.EndpointUrl.ToString(), ["AWS_REGION"] = "eu-west-1",
        },
    };

    public async Task<FurnishedSandbox> StartAsync()
    {
        Session = await AwsSessionFactory.CreateAsync(Options, NullObserver.Instance, default);
        registry = new EcrRegistry(Session, TimeProvider.System); // a clock that jumps would end its downloads as they begin
        await CallAsync("ecr", "CreateRepository", """{"repositoryName":"web"}""");
        var token = (await CallAsync("ecr", "GetAuthorizationToken", "{}")).Json["authorizationData"]![0]!["authorizationToken"]!.GetValue<string>();
        registryHttp.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", token);
        await PushAsync("latest", "first");
        return this;
    }

    /// <summary>A session with credentials that are asked for anew whenever they are needed, as a profile's or a role's are.</summary>
    /// <param name="asked">Called each time.</param>
    public Task<AwsSession> SessionAsync(Action asked) => AwsSessionFactory.CreateAsync(
        new() { Credential = new Source(server, asked), EndpointUrl = server.EndpointUrl.ToString(), Region = "eu-west-1", Environment = new Dictionary<string, string>() },
        NullObserver.Instance,
        default);

    /// <summary>A session whose calls go through something on their way.</summary>
    public AwsSession SessionThrough(Func<IAwsCaller, IAwsCaller> wrapped)
    {
        var credentials = new SessionAWSCredentials(server.AccessKeyId, server.SecretAccessKey, server.SessionToken);
        var settings = ClientSettings.Read("eu-west-1", server.EndpointUrl.ToString(), new Dictionary<string, string>(), profile: null, profilesLocation: null);
        return new AwsSession("eu-west-1", prefix => wrapped(new AwsJsonCaller(AwsService.ByEndpointPrefix(prefix), credentials, settings)));
    }

    /// <summary>Puts an endpoint into a status that no operation brings about.</summary>
    public void ForceEndpointStatus(string endpoint, string status, string? reason = null) => server.ForceEndpointStatus(endpoint, status, reason);

    public Task WithServiceAsync(bool breaker = false, int desired = 2) => WithServicesAsync(["web"], breaker, desired);

    /// <summary>Services of one task definition, whose first deployments have completed.</summary>
    public async Task WithServicesAsync(IReadOnlyList<string> names, bool breaker = false, int desired = 1, int maximumPercent = 200)
    {
        await CallAsync("ecs", "CreateCluster", """{"clusterName":"main"}""");
        await CallAsync("logs", "CreateLogGroup", """{"logGroupName":"/ecs/web"}""");
        await CallAsync("ecs", "RegisterTaskDefinition", $$$$"""
            {"family":"web","networkMode":"awsvpc","executionRoleArn":"arn:aws:iam::000000000000:role/execution","containerDefinitions":[{"name":"app","image":"{{{{Repository}}}}:latest","essential":true,
              "logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"/ecs/web","awslogs-stream-prefix":"ecs","awslogs-region":"eu-west-1"}}}]}
            """);
        var with = breaker ? "true" : "false";
        foreach (var name in names)
        {
            await CallAsync("ecs", "CreateService", $$$$"""
                {"cluster":"main","serviceName":"{{{{name}}}}","taskDefinition":"web","desiredCount":{{{{desired}}}},"launchType":"FARGATE",
                  "networkConfiguration":{"awsvpcConfiguration":{"subnets":["subnet-1"]} },"deploymentConfiguration":{"minimumHealthyPercent":100,"maximumPercent":{{{{maximumPercent}}}},"deploymentCircuitBreaker":{"enable":{{{{with}}}},"rollback":{{{{with}}}} } } }
                """);
        }

        Time.Advance(TimeSpan.FromSeconds(30));
    }

    /// <summary>When a task ended, by the sandbox's clock: when it crashed, or could not be started.</summary>
    public async Task<DateTimeOffset> EndOfAsync(StoppedTask task)
    {
        var described = (await CallAsync("ecs", "DescribeTasks", $$"""{"cluster":"main","tasks":["{{task.TaskArn}}"]}""")).Json["tasks"]![0]!;
        return DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(described["stoppingAt"]!.GetValue<double>());
    }

    public async Task WithEndpointAsync()
    {
        await CallAsync("SageMaker", "CreateModel", $$"""{"ModelName":"m1","ExecutionRoleArn":"arn:aws:iam::000000000000:role/x","PrimaryContainer":{"Image":"{{Repository}}:latest"} }""");
        await CallAsync("SageMaker", "CreateEndpointConfig", """
            {"EndpointConfigName":"first","ProductionVariants":[{"VariantName":"AllTraffic","ModelName":"m1","InitialInstanceCount":1,"InstanceType":"ml.g4dn.xlarge"}],
             "AsyncInferenceConfig":{"OutputConfig":{"S3OutputPath":"s3://b/out"}},"Tags":[{"Key":"team","Value":"video"}]}
            """);
        await CallAsync("SageMaker", "CreateEndpoint", """{"EndpointName":"stereo","EndpointConfigName":"first"}""");
        Time.Advance(TimeSpan.FromMinutes(2));
    }

    /// <summary>A project that builds any image of the workspace, and an image to build.</summary>
    public async Task<ReleaseImage> WithBuildProjectAsync()
    {
        var dockerfile = Path.Combine(workspace.FullName, "Dockerfile");
        await File.WriteAllTextAsync(dockerfile, "FROM scratch\nCOPY payload.txt /app/\nCMD [\"/app/run\"]\n");
        await File.WriteAllTextAsync(Path.Combine(workspace.FullName, "payload.txt"), "one");
        const string buildspec = """
            version: 0.2
            phases:
              build:
                commands:
                  - git clone --depth 1 $SOURCE_REPOSITORY src
                  - cd src
                  - docker build $DOCKER_BUILD_EXTRA_ARGS -f $DOCKERFILE -t $ECR_URI $DOCKER_CONTEXT
              post_build:
                commands:
                  - docker push $ECR_URI
            """;
        var project = new JsonObject
        {
            ["name"] = "build", ["source"] = new JsonObject { ["type"] = "NO_SOURCE", ["buildspec"] = buildspec }, ["artifacts"] = new JsonObject { ["type"] = "NO_ARTIFACTS" },
            ["serviceRole"] = "arn:aws:iam::000000000000:role/build",
            ["environment"] = new JsonObject
            {
                ["type"] = "LINUX_CONTAINER", ["image"] = "aws/codebuild/standard:7.0", ["computeType"] = "BUILD_GENERAL1_SMALL",
                ["environmentVariables"] = new JsonArray(
                    new JsonObject { ["name"] = "RELEASETOOLS_SOURCE", ["value"] = "workspace" }, new JsonObject { ["name"] = "SOURCE_REPOSITORY", ["value"] = "https://git.example/app.git" }),
            },
        };
        await CallAsync("CodeBuild_20161006", "CreateProject", project.ToJsonString());
        return new() { Name = "web", Repository = Repository, Workspace = workspace.FullName, Dockerfile = dockerfile };
    }

    /// <summary>Has every repository scanned from now on.</summary>
    public Task ScanAsync(string scanType, string frequency) => CallAsync("ecr", "PutRegistryScanningConfiguration", $$"""
        {"scanType":"{{scanType}}","rules":[{"scanFrequency":"{{frequency}}","repositoryFilters":[{"filter":"*","filterType":"WILDCARD"}]}]}
        """);

    /// <summary>Pushes an image of one layer; the digest. Its configuration says nothing, unless told otherwise.</summary>
    public async Task<EcrImage> PushAsync(string tag, string content, string configuration = "{}", string repository = "web")
    {
        const string type = "application/vnd.docker.distribution.manifest.v2+json";
        var (config, layer) = (Encoding.UTF8.GetBytes(configuration), Encoding.UTF8.GetBytes(content));
        foreach (var blob in new[] { config, layer })
            (await registryHttp.PostAsync($"/v2/{repository}/blobs/uploads/?digest={Digest(blob)}", new ByteArrayContent(blob))).EnsureSuccessStatusCode();
        var manifest = Encoding.UTF8.GetBytes($$"""
            {"schemaVersion":2,"mediaType":"{{type}}","config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":{{config.Length}},"digest":"{{Digest(config)}}"},
             "layers":[{"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip","size":{{layer.Length}},"digest":"{{Digest(layer)}}"}]}
            """);
        (await registryHttp.PutAsync($"/v2/{repository}/manifests/{tag}", new ByteArrayContent(manifest) { Headers = { ContentType = new MediaTypeHeaderValue(type) } })).EnsureSuccessStatusCode();
        return new() { Name = repository, Repository = RepositoryOf(repository), Tag = tag, Digest = Digest(manifest) };
    }

    public ValueTask DisposeAsync()
    {
        registryHttp.Dispose();
        registry?.Dispose();
        server.Dispose();
        workspace.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private static string Digest(byte[] content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>Calls AWS as somebody else does, who is not the one under test.</summary>
    public async Task<Answer> CallAsync(string service, string operation, string request)
    {
        using var client = new SigningClient(server) { SignedService = service.Split('_')[0].ToLowerInvariant() };
        var answer = await client.CallAsync(service, operation, request);
        answer.Status.ShouldBe(200, answer.Body);
        return answer;
    }

    /// <summary>Credentials as another copy of the SDK gives them.</summary>
    private sealed class Source(SandboxServer server, Action asked)
    {
        public object GetCredentials()
        {
            asked();
            return new { AccessKey = server.AccessKeyId, SecretKey = server.SecretAccessKey, Token = server.SessionToken };
        }
    }
}
