using System.Net;
using System.Text.Json.Nodes;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Rollouts;
using ReleaseTools.Engine.Rollouts.Tasks;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Rollouts.Tasks;

public sealed class TaskStartTests
{
    private const string Started = """{"tasks":[{"taskArn":"arn:aws:ecs:eu-west-1:1:task/main/7"}],"failures":[]}""";

    private readonly ScriptedEcs ecs = new();

    [Fact]
    public async Task The_service_s_network_capacity_and_platform_go_with_the_task_as_they_were_described()
    {
        ecs.Aws.On("RunTask", Started).On("DescribeServices", """
            {"services":[{"serviceName":"web","status":"ACTIVE","taskDefinition":"arn:aws:ecs:eu-west-1:1:task-definition/web:7","platformVersion":"1.4.0",
              "capacityProviderStrategy":[{"capacityProvider":"FARGATE_SPOT","weight":2,"base":0}],"placementConstraints":[],
              "networkConfiguration":{"awsvpcConfiguration":{"subnets":["subnet-1"],"assignPublicIp":"DISABLED","later":1}}}]}
            """);

        await RunAsync();

        var sent = ecs.Aws.RequestsOf("RunTask").ShouldHaveSingleItem();
        sent.ToJsonString().ShouldBe($$$$"""
            {"cluster":"main","taskDefinition":"{{{{ScriptedEcs.Former}}}}","clientToken":"t1","startedBy":"ReleaseTools/t1",
            "capacityProviderStrategy":[{"capacityProvider":"FARGATE_SPOT","weight":2,"base":0}],"platformVersion":"1.4.0",
            "networkConfiguration":{"awsvpcConfiguration":{"subnets":["subnet-1"],"assignPublicIp":"DISABLED","later":1}},
            "overrides":{"containerOverrides":[{"name":"app","command":["migrate"]}]}}
            """.ReplaceLineEndings(""));
    }

    [Fact]
    public async Task A_lost_answer_is_followed_by_the_same_request_with_the_same_token()
    {
        ecs.Aws.InTurn("RunTask", () => throw ScriptedAws.Error("ConnectionLost", status: null), () => throw ScriptedAws.Error("ServerException", status: HttpStatusCode.InternalServerError), () => JsonNode.Parse(Started)!);

        var result = await RunAsync();

        result.Task.TaskArn.ShouldBe("arn:aws:ecs:eu-west-1:1:task/main/7");
        var sent = ecs.Aws.RequestsOf("RunTask").Select(request => request.ToJsonString()).ToList();
        sent.Count.ShouldBe(3);
        sent.Distinct(StringComparer.Ordinal).ShouldHaveSingleItem();
        ecs.Observer.Of<Warned>().Count.ShouldBe(2);
    }

    [Fact]
    public async Task An_answer_that_never_comes_is_an_error_that_says_how_to_find_the_task()
    {
        ecs.Aws.On("RunTask", _ => throw ScriptedAws.Error("ConnectionLost", status: null));

        var (task, error) = await RunAsync();

        task.Status.ShouldBe(ReleaseTaskStatus.Failed);
        error!.Id.ShouldBe(nameof(Messages.ReleaseTaskNotKnown));
        error.RecommendedAction.ShouldContain("aws ecs list-tasks --cluster main --started-by ReleaseTools/t1");
        ecs.Time.Passed.ShouldBeInRange(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(34));
    }

    [Fact]
    public async Task A_refusal_is_not_sent_again()
    {
        ecs.Aws.On("RunTask", _ => throw ScriptedAws.Error("AccessDeniedException", "not you"));

        (await RunAsync()).Error.ShouldBeOfType<Engine.Aws.AwsServiceException>().Code.ShouldBe("AccessDeniedException");

        ecs.Aws.RequestsOf("RunTask").ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_task_that_nobody_knows_is_given_up()
    {
        ecs.Aws.On("RunTask", Started).On("DescribeTasks", """{"tasks":[],"failures":[{"reason":"MISSING"}]}""");

        var result = (await Tasks.RunAsync([await PlanAsync()], new(), default)).Single();

        result.Task.Reason.ShouldBe("ECS does not know the task arn:aws:ecs:eu-west-1:1:task/main/7 any more; how it ended is not known.");
        ecs.Time.Passed.ShouldBeLessThan(TimeSpan.FromSeconds(70));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_task_that_cannot_be_watched_goes_on_and_is_not_to_be_run_again_before_its_end(bool isRefused)
    {
        ecs.Aws.On("RunTask", Started).On("DescribeTasks", _ => throw (isRefused ? ScriptedAws.Error("AccessDeniedException", "not you") : CannotBeRenewed()));

        var result = (await Tasks.RunAsync([await PlanAsync()], new(), default)).Single();

        result.Task.Reason!.ShouldContain("aws ecs stop-task --cluster main --task 7");
        result.Error!.Id.ShouldBe(nameof(Messages.ReleaseTaskNotOver));
        result.Error.InnerException.ShouldBeAssignableTo<ReleaseException>();
        result.Error.RecommendedAction.ShouldContain("aws ecs wait tasks-stopped --cluster main --tasks 7");
    }

    [Fact]
    public async Task Credentials_that_cannot_be_renewed_after_the_task_lose_nothing_of_it()
    {
        const string stopped = """{"tasks":[{"taskArn":"arn:aws:ecs:eu-west-1:1:task/main/7","lastStatus":"STOPPED","stopCode":"EssentialContainerExited","containers":[{"name":"app","exitCode":0}]}]}""";
        ecs.Aws.On("RunTask", Started).On("DescribeTasks", stopped).On("DeregisterTaskDefinition", _ => throw CannotBeRenewed());
        var service = new ReleaseService { Service = "web", Cluster = "main" };
        var image = new EcrImage { Name = "web", Repository = ScriptedEcs.Repository, Tag = "4f2c9e1", Digest = ScriptedEcs.New };
        var plans = await Tasks.PlanAsync([new(service, image) { Command = ["migrate"] }], default);

        var result = (await Tasks.RunAsync(plans, new(), default)).Single();

        (result.Task.Status, result.Error).ShouldBe((ReleaseTaskStatus.Succeeded, null));
        ecs.Observer.Of<Warned>().ShouldHaveSingleItem().Message.ShouldContain("aws ecs deregister-task-definition --task-definition web:8");
    }

    [Fact]
    public async Task A_container_that_the_task_does_not_end_with_is_refused_by_the_plan()
    {
        ecs.Aws.On("DescribeTaskDefinition", $$$"""
            {"taskDefinition":{"family":"web","revision":7,"containerDefinitions":[
              {"name":"app","image":"{{{ScriptedEcs.Repository}}}:latest","essential":true},{"name":"migrate","image":"migrate:1","essential":false},{"name":"proxy","image":"proxy:1"}]}}
            """);

        var problem = (await PlanAsync("migrate")).Problem;
        var before = (await PlanRolloutAsync("migrate")).Problem;

        problem!.Id.ShouldBe(nameof(Messages.ReleaseTaskContainerNotEssential));
        problem.Message.ShouldContain("Container 'migrate' of task definition");
        problem.RecommendedAction.ShouldStartWith("Name an essential container");
        before!.Id.ShouldBe(problem.Id);
        (await PlanAsync("proxy")).Problem.ShouldBeNull(); // essential unless it says otherwise
        (await PlanRolloutAsync("proxy")).Problem.ShouldBeNull();
    }

    [Fact]
    public async Task However_the_clock_moves_between_two_looks_at_it_the_wait_ends_in_time()
    {
        ecs.Aws.On("RunTask", Started).On("DescribeTasks", """{"tasks":[{"taskArn":"arn:aws:ecs:eu-west-1:1:task/main/7","lastStatus":"RUNNING"}]}""");
        var plan = await PlanAsync();
        ecs.Time.Creep = TimeSpan.FromSeconds(7);

        foreach (var seconds in Enumerable.Range(1, 60))
            (await Tasks.RunAsync([plan], new() { Timeout = TimeSpan.FromSeconds(seconds) }, default)).Single().Task.Status.ShouldBe(ReleaseTaskStatus.TimedOut);
    }

    // The credentials' own error, not one of ECS.
    private static ReleaseException CannotBeRenewed() => ReleaseException.For(nameof(Messages.AwsSsoTokenExpired), ErrorKind.Authentication, "profile x", "profile x", "x");

    private ReleaseTasks Tasks => new(ecs.Aws.Session, ecs.Registry, ecs.Observer, ecs.Time, () => "t1");

    private async Task<ReleaseTaskPlan> PlanAsync(string? container = null) =>
        (await Tasks.PlanAsync([new(new() { Service = "web", Cluster = "main" }) { Command = ["migrate"], Container = container }], default)).Single();

    private async Task<RolloutPlan> PlanRolloutAsync(string container)
    {
        var service = new ReleaseService { Service = "web", Cluster = "main", BeforeRollout = new() { Command = ["migrate"], Container = container } };
        var image = new EcrImage { Name = "web", Repository = ScriptedEcs.Repository, Tag = "4f2c9e1", Digest = ScriptedEcs.New };
        return (await ecs.Rollouts.PlanAsync([service], new Dictionary<string, EcrImage> { ["web"] = image }, default)).Single();
    }

    private async Task<ReleaseTaskResult> RunAsync() => (await Tasks.RunAsync([await PlanAsync()], new() { NoWait = true }, default)).Single();
}
