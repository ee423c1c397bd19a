using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Rollouts;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Rollouts.Prechecks;

public sealed class PrechecksInSandboxTests : IAsyncLifetime
{
    private const string Role = "arn:aws:iam::000000000000:role/execution";
    private const string Arm = """{"architecture":"arm64","os":"linux"}""";
    private const string Amd = """{"architecture":"amd64","os":"linux"}""";

    private readonly FurnishedSandbox sandbox = new();
    private readonly RecordingObserver observer = new();

    private EcsRollouts Rollouts => new(sandbox.Session, sandbox.Registry, observer, sandbox.Time);

    public async ValueTask InitializeAsync()
    {
        await sandbox.StartAsync();
        await sandbox.CallAsync("ecs", "CreateCluster", """{"clusterName":"main"}""");
    }

    public ValueTask DisposeAsync() => sandbox.DisposeAsync();

    [Fact]
    public async Task Nothing_is_wrong_where_everything_is_there_and_no_value_is_read()
    {
        var arn = await WithSecretAsync("shop/db", """, "SecretString":"hunter2" """);
        await sandbox.CallAsync("ssm", "PutParameter", """{"Name":"/shop/token","Value":"hunter2","Type":"SecureString"}""");
        await sandbox.CallAsync("logs", "CreateLogGroup", """{"logGroupName":"/ecs/web"}""");
        await WithServiceAsync(Container(
            secrets: [("DB", $"{arn}:password::"), ("TOKEN", "/shop/token"), ("AGAIN", "arn:aws:ssm:eu-west-1:000000000000:parameter/shop/token")], group: "/ecs/web"));

        var plan = await PlanAsync(await sandbox.PushAsync("v2", "second", Amd));

        plan.Problem.ShouldBeNull();
        observer.Of<Noted>().ShouldBeEmpty();
        sandbox.Calls.ShouldNotContain(call => call.Operation.StartsWith("GetSecret", StringComparison.Ordinal) || call.Operation.StartsWith("GetParameter", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_missing_log_group_stops_the_rollout_before_anything_is_changed()
    {
        await WithServiceAsync(Container(group: "/ecs/web"));
        var image = await sandbox.PushAsync("v2", "second", Amd);

        var plan = await PlanAsync(image);
        var result = (await Rollouts.RolloutAsync([plan], new(), default)).Single();

        result.Rollout.Status.ShouldBe(RolloutStatus.Failed);
        result.Error.ShouldBeOfType<ReleaseException>().Id.ShouldBe(nameof(Messages.LogGroupNotFound));
        Tell(plan).ShouldSatisfyAllConditions(
            said => said.Target.ShouldBe("web"), said => said.Message.ShouldContain("'app'"), said => said.Message.ShouldContain("'/ecs/web'"),
            said => said.RecommendedAction.ShouldContain("aws logs create-log-group --log-group-name /ecs/web --region eu-west-1"));
        sandbox.Calls.ShouldNotContain(call => call.Operation == "UpdateService" || call.Operation == "PutImage");
    }

    [Fact]
    public async Task A_log_group_that_the_driver_makes_or_that_is_in_another_region_is_not_missed()
    {
        await WithServiceAsync(Container(group: "/ecs/web", more: ""","awslogs-create-group":"true" """), Container("side", group: "/ecs/far", region: "us-east-1"));

        (await PlanAsync(image: null)).Problem.ShouldBeNull();

        observer.Of<Noted>().ShouldHaveSingleItem().Message.ShouldContain("us-east-1");
        sandbox.Calls.ShouldNotContain(call => call.Operation == "DescribeLogGroups");
    }

    [Fact]
    public async Task A_missing_secret_is_told_with_container_variable_and_ARN()
    {
        const string arn = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:shop/db-AbCdEf";
        await WithServiceAsync(Container(secrets: [("DB_PASSWORD", arn)]));

        var problem = Tell(await PlanAsync(image: null), nameof(Messages.SecretNotFound));

        problem.Message.ShouldContain("Container 'app'");
        problem.Message.ShouldContain("DB_PASSWORD");
        problem.Message.ShouldContain(arn);
    }

    [Fact]
    public async Task A_secret_on_its_way_out_and_one_without_a_value_are_told()
    {
        var leaving = await WithSecretAsync("leaving", """, "SecretString":"x" """);
        await sandbox.CallAsync("secretsmanager", "DeleteSecret", """{"SecretId":"leaving"}""");
        var empty = await WithSecretAsync("empty", "");
        await WithServiceAsync(Container(secrets: [("A", leaving), ("B", empty)]));

        var problem = Tell(await PlanAsync(image: null), nameof(Messages.ServiceNotReady));

        problem.Message.ShouldContain("scheduled for deletion");
        problem.Message.ShouldContain("no value yet");
        problem.RecommendedAction.ShouldContain($"aws secretsmanager restore-secret --secret-id {leaving}");
        problem.RecommendedAction.ShouldContain("put-secret-value");
    }

    [Fact]
    public async Task At_desired_count_0_what_is_missing_is_warned_of_and_stops_nothing_unless_a_task_is_asked_for()
    {
        desired = 0;
        await WithServiceAsync(Container(secrets: [("TOKEN", "/nope")], group: "/ecs/web"));

        (await PlanAsync(image: null)).Problem.ShouldBeNull();
        observer.Of<Warned>().Select(warned => warned.Message).ShouldSatisfyAllConditions(
            said => said.Count().ShouldBe(2), said => said.ShouldContain(message => message.Contains("'/ecs/web'", StringComparison.Ordinal)),
            said => said.ShouldAllBe(message => message.StartsWith("it has the desired count 0", StringComparison.Ordinal)));

        var asked = await Rollouts.PlanAsync([Service("web")], new Dictionary<string, EcrImage>(), desiredCount: 1, default);
        Tell(asked.Single(), nameof(Messages.ServiceNotReady)).Message.ShouldContain("/nope");
    }

    [Theory]
    [InlineData("FARGATE", true, true, true)]
    [InlineData("FARGATE", false, true, false)] // its container ends no task
    [InlineData("EC2", true, true, false)] // an instance may hold the image
    [InlineData("FARGATE", true, false, false)] // another repository may be filled by the pull
    public async Task An_image_that_the_task_definition_names_and_that_is_gone_stops_a_restart_only_where_it_surely_would_fail(
        string launchType, bool isEssential, bool isOurs, bool stops)
    {
        var gone = Container().Replace(":latest", ":gone", StringComparison.Ordinal).Replace("""{"name":""", $$"""{"essential":{{(isEssential ? "true" : "false")}},"name":""", StringComparison.Ordinal);
        await WithServiceAsync([gone, Container("main")], Role, launchType, "");

        var plan = (await Rollouts.PlanAsync([Service("web") with { Repository = isOurs ? sandbox.Repository : null }], new Dictionary<string, EcrImage>(), default)).Single();

        if (stops)
            Tell(plan, nameof(Messages.TaskImageNotFound)).Message.ShouldContain($"runs {sandbox.Repository}:gone");
        else
            plan.Problem.ShouldBeNull();
        observer.Of<Warned>().Count.ShouldBe(stops ? 0 : 1);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)] // the same release may push to another repository
    public async Task The_task_definition_s_own_image_fits_the_platform_too(bool isEssential, bool isOurs)
    {
        await sandbox.PushAsync("arm", "arm", Arm);
        var arm = Container().Replace(":latest", ":arm", StringComparison.Ordinal).Replace("""{"name":""", $$"""{"essential":{{(isEssential ? "true" : "false")}},"name":""", StringComparison.Ordinal);
        await WithServiceAsync(arm, Container("main"));

        var plan = (await Rollouts.PlanAsync([Service("web") with { Repository = isOurs ? sandbox.Repository : null }], new Dictionary<string, EcrImage>(), default)).Single();

        if (isEssential && isOurs)
            Tell(plan, nameof(Messages.TaskImagePlatformMismatch)).Message.ShouldContain("which is for linux/arm64, and its tasks run on linux/amd64");
        else
            observer.Of<Warned>().ShouldHaveSingleItem().Message.ShouldContain("which is for linux/arm64");
        (plan.Problem is not null).ShouldBe(isEssential && isOurs);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_tag_for_another_platform_that_the_rollout_mends_is_in_no_container_s_way(bool pinDigest)
    {
        await sandbox.PushAsync("stale", "arm", Arm);
        var stale = Container().Replace(":latest", ":stale", StringComparison.Ordinal);
        await WithServiceAsync(stale, stale.Replace("\"app\"", "\"worker\"", StringComparison.Ordinal));
        var image = await sandbox.PushAsync("v2", "second", Amd);

        var plan = (await Rollouts.PlanAsync([Service("web") with { PinDigest = pinDigest }], new Dictionary<string, EcrImage> { ["web"] = image }, default)).Single();

        plan.Problem.ShouldBeNull();
        observer.Of<Warned>().ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_in_the_container_that_gets_the_pushed_image_is_not_looked_at()
    {
        await WithServiceAsync(Container().Replace(":latest", ":gone", StringComparison.Ordinal));

        (await PlanAsync(await sandbox.PushAsync("v2", "second", Amd))).Problem.ShouldBeNull();
        observer.Of<Warned>().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_secret_that_is_only_named_is_taken_for_a_parameter_and_missed()
    {
        await WithSecretAsync("db", """, "SecretString":"x" """);
        await WithServiceAsync(Container(secrets: [("DB", "db")]));

        Tell(await PlanAsync(image: null), nameof(Messages.ParameterNotFound)).RecommendedAction.ShouldContain("by ARN");
    }

    [Fact]
    public async Task All_that_is_wrong_is_told_at_once_each_with_what_to_do()
    {
        await WithServiceAsync([Container(secrets: [("DB", "/nope"), ("KEY", "not good")], group: "/ecs/web")], role: null, "FARGATE", "");

        var problem = Tell(await PlanAsync(await sandbox.PushAsync("v2", "second", Arm)), nameof(Messages.ServiceNotReady));

        foreach (var part in new[] { "for 5 reasons", "no execution role", "linux/arm64", "/nope", "'not good'", "'/ecs/web'" })
            problem.Message.ShouldContain(part);
        problem.RecommendedAction.Split('\n').Length.ShouldBe(5);
    }

    [Theory]
    [InlineData("logs", "DescribeLogGroups")]
    [InlineData("secretsmanager", "DescribeSecret")]
    [InlineData("ssm", "DescribeParameters")]
    [InlineData("ecr", "GetDownloadUrlForLayer")]
    [InlineData("registry", "GET layer")]
    public async Task A_look_that_is_refused_stops_nothing_and_is_said(string service, string operation)
    {
        await WithServiceAsync(Container(
            secrets: service switch { "ssm" => [("A", "/nope")], "secretsmanager" => [("A", "arn:aws:secretsmanager:eu-west-1:000000000000:secret:nope")], _ => [] },
            group: service == "logs" ? "/ecs/web" : null));
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.AccessDenied, Service = service, Operation = operation, Count = null });

        (await PlanAsync(await sandbox.PushAsync("v2", "second", service is "ecr" or "registry" ? Arm : Amd))).Problem.ShouldBeNull();

        observer.Of<Noted>().ShouldHaveSingleItem().Message.ShouldStartWith("could not be looked at");
    }

    [Fact]
    public async Task Throttled_looks_are_tried_again()
    {
        await WithServiceAsync(Container(group: "/ecs/web"));
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.Throttle, Service = "logs", Count = 2 });

        Tell(await PlanAsync(image: null), nameof(Messages.LogGroupNotFound));
    }

    [Theory]
    [InlineData(Arm, "FARGATE", null, "linux/arm64 linux/amd64")]
    [InlineData(Amd, "FARGATE", null, null)]
    [InlineData(Amd, "FARGATE", "ARM64", "linux/amd64 linux/arm64")]
    [InlineData(Arm, "FARGATE", "ARM64", null)]
    [InlineData(Amd, "EC2", "ARM64", "linux/amd64 linux/arm64")]
    [InlineData(Arm, "EC2", null, null)] // what the instances are is not known
    [InlineData("""{"architecture":"386","os":"linux"}""", "FARGATE", null, null)]
    [InlineData("""{"architecture":"amd64","os":"windows"}""", "FARGATE", null, "windows/amd64 linux/amd64")]
    [InlineData("{}", "FARGATE", null, null)]
    public async Task An_image_fits_the_platform_its_task_runs_on(string configuration, string launchType, string? architecture, string? mismatch)
    {
        await WithServiceAsync(
            [Container()], Role, launchType, architecture is null ? "" : $$""", "runtimePlatform":{"cpuArchitecture":"{{architecture}}","operatingSystemFamily":"LINUX"} """);

        var plan = await PlanAsync(await sandbox.PushAsync("v2", "second", configuration));

        if (mismatch?.Split(' ') is [var image, var wanted])
        {
            var problem = Tell(plan, nameof(Messages.ImagePlatformMismatch));
            problem.Message.ShouldContain($"is for {image}, ");
            problem.Message.ShouldContain($"runs on {wanted}:");
            problem.RecommendedAction.ShouldContain($"-Platform {wanted}");
        }
        else
            plan.Problem.ShouldBeNull();
    }

    [Theory]
    [InlineData("arm64 amd64", null)]
    [InlineData("arm64", "linux/arm64,")] // what is beside it is no image
    public async Task Of_an_index_one_of_its_images_fits(string architectures, string? mismatch)
    {
        var listed = new List<string>();
        foreach (var architecture in architectures.Split(' '))
            listed.Add(Listed((await sandbox.PushAsync(architecture, architecture)).Digest!, "linux", architecture));
        listed.Add(Listed((await sandbox.PushAsync("sbom", "sbom")).Digest!, "unknown", "unknown"));
        await WithServiceAsync(Container());

        var plan = await PlanAsync(await PutIndexAsync($$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{{string.Join(',', listed)}}]}"""));

        if (mismatch is null)
            plan.Problem.ShouldBeNull();
        else
            Tell(plan, nameof(Messages.ImagePlatformMismatch)).Message.ShouldContain($"is for {mismatch}");
    }

    [Fact]
    public async Task Each_thing_is_asked_for_once_however_many_services_need_it()
    {
        var names = Enumerable.Range(0, 25).Select(number => $"s{number}").ToArray();
        await sandbox.CallAsync("logs", "CreateLogGroup", """{"logGroupName":"/ecs/web"}""");
        var arn = await WithSecretAsync("db", """, "SecretString":"x" """);
        await WithServiceAsync([Container(secrets: [("DB", arn), ("T", "/t")], group: "/ecs/web")], Role, "FARGATE", "", names);
        await sandbox.CallAsync("ssm", "PutParameter", """{"Name":"/t","Value":"1","Type":"String"}""");
        var image = await sandbox.PushAsync("v2", "second", Amd);
        var before = sandbox.Calls.Count;

        var plans = await Rollouts.PlanAsync([.. names.Select(Service)], names.ToDictionary(name => name, _ => image), default);

        plans.ShouldAllBe(plan => plan.Problem == null);
        var asked = sandbox.Calls.Skip(before).CountBy(call => call.Operation).ToDictionary();
        foreach (var operation in new[] { "DescribeLogGroups", "DescribeSecret", "DescribeParameters", "GetDownloadUrlForLayer", "GET layer" })
            asked[operation].ShouldBe(1, operation);
        asked["BatchGetImage"].ShouldBe(2); // what proves the image, and what it is for
    }

    [Fact]
    public async Task An_image_that_is_not_in_ECR_is_the_error_of_the_services_that_are_to_run_it()
    {
        await WithServiceAsync([Container()], Role, "FARGATE", "", "web", "other");
        var gone = new EcrImage { Name = "web", Repository = sandbox.Repository, Tag = "v2", Digest = "sha256:" + new string('e', 64) };

        var plans = await Rollouts.PlanAsync([Service("web"), Service("other")], new Dictionary<string, EcrImage> { ["web"] = gone }, default);

        Tell(plans[0], nameof(Messages.ServiceImageNotFound)).Message.ShouldContain(gone.Digest);
        plans[1].Problem.ShouldBeNull();
    }

    private static ReleaseException Tell(RolloutPlan plan, string? id = null)
    {
        var problem = plan.Problem.ShouldNotBeNull();
        problem.Id.ShouldBe(id ?? problem.Id, problem.Message);
        plan.ToRollout().Status.ShouldBe(RolloutStatus.Failed);
        return problem;
    }

    private static ReleaseService Service(string name) => new() { Service = name, Cluster = "main" };

    private async Task<RolloutPlan> PlanAsync(EcrImage? image) =>
        (await Rollouts.PlanAsync([Service("web")], image is null ? new Dictionary<string, EcrImage>() : new() { ["web"] = image }, default)).Single();

    private string Container(string name = "app", (string Name, string From)[]? secrets = null, string? group = null, string region = "eu-west-1", string more = "")
    {
        var taken = string.Join(',', (secrets ?? []).Select(secret => $$"""{"name":"{{secret.Name}}","valueFrom":"{{secret.From}}"}"""));
        var log = group is null ? "" : $$$""","logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"{{{group}}}","awslogs-region":"{{{region}}}"{{{more}}}}} """;
        return $$"""{"name":"{{name}}","image":"{{sandbox.Repository}}:latest","secrets":[{{taken}}]{{log}}}""";
    }

    // A task that is wanted, so that what it lacks is in its way.
    private int desired = 1;

    private Task WithServiceAsync(params string[] containers) => WithServiceAsync(containers, Role, "FARGATE", "");

    private async Task WithServiceAsync(string[] containers, string? role, string launchType, string definition, params string[] names)
    {
        var execution = role is null ? "" : $$""", "executionRoleArn":"{{role}}" """;
        await sandbox.CallAsync("ecs", "RegisterTaskDefinition", $$"""{"family":"web","containerDefinitions":[{{string.Join(',', containers)}}]{{execution}}{{definition}}}""");
        foreach (var name in names.DefaultIfEmpty("web"))
            await sandbox.CallAsync("ecs", "CreateService", $$"""{"cluster":"main","serviceName":"{{name}}","taskDefinition":"web","desiredCount":{{desired}},"launchType":"{{launchType}}"}""");
    }

    private async Task<string> WithSecretAsync(string name, string more) =>
        (await sandbox.CallAsync("secretsmanager", "CreateSecret", $$"""{"Name":"{{name}}"{{more}}}""")).Json["ARN"]!.GetValue<string>();

    private static string Listed(string digest, string os, string architecture) =>
        $$$"""{"mediaType":"application/vnd.docker.distribution.manifest.v2+json","digest":"{{{digest}}}","size":1,"platform":{"os":"{{{os}}}","architecture":"{{{architecture}}}"}}""";

    private async Task<EcrImage> PutIndexAsync(string index)
    {
        var request = new JsonObject { ["repositoryName"] = "web", ["imageTag"] = "v2", ["imageManifest"] = index, ["imageManifestMediaType"] = "application/vnd.oci.image.index.v1+json" };
        await sandbox.CallAsync("ecr", "PutImage", request.ToJsonString());
        return new() { Name = "web", Repository = sandbox.Repository, Tag = "v2", Digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(index))) };
    }
}
