using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Rollouts;

namespace ReleaseTools.Engine.Tests.Rollouts;

public sealed class RolloutUrlTests : ScriptedRollouts
{
    [Theory]
    [InlineData(200, RolloutStatus.Verified)]
    [InlineData(302, RolloutStatus.Verified)]
    [InlineData(503, RolloutStatus.Failed)]
    public async Task A_verified_service_must_answer_at_its_url(int status, RolloutStatus expected)
    {
        using var web = new Web(() => status);
        var rollout = await RolloutWithUrlAsync(web);

        rollout.Status.ShouldBe(expected, rollout.Reason);
        rollout.Reason!.ShouldContain("https://web.example/health");
        web.Asked.ShouldAllBe(url => url == "https://web.example/health");
    }

    [Fact]
    public async Task A_url_that_comes_to_answer_in_time_is_waited_for()
    {
        var asked = 0;
        using var web = new Web(() => ++asked < 4 ? throw new HttpRequestException("Connection refused") : 200);

        (await RolloutWithUrlAsync(web)).Status.ShouldBe(RolloutStatus.Verified);
        asked.ShouldBe(4);
    }

    [Fact]
    public async Task A_url_s_secrets_are_not_repeated()
    {
        using var web = new Web(() => 500);

        var rollout = await RolloutWithUrlAsync(web, "https://ops:hunter2@web.example/health?token=hunter3");

        rollout.Reason!.ShouldContain("https://web.example/health did not answer");
        (rollout.Reason + string.Join('\n', observer.Of<ReleaseEvent>())).ShouldNotContain("hunter");
    }

    [Theory]
    [InlineData("web.example/health")]
    [InlineData("ftp://web.example/health")]
    public async Task What_is_no_url_of_the_web_fails_the_rollout_and_breaks_nothing(string url)
    {
        using var handler = new SocketsHttpHandler();
        (await RolloutWithUrlAsync(handler, url)).Status.ShouldBe(RolloutStatus.Failed);
    }

    private async Task<ServiceRollout> RolloutWithUrlAsync(HttpMessageHandler web, string url = "https://web.example/health")
    {
        var rollouts = new EcsRollouts(aws.Session, registry, observer, time, web);
        var service = new ReleaseService { Service = "web", Cluster = "main", VerifyUrl = url };
        var plans = await rollouts.PlanAsync([service], new Dictionary<string, EcrImage> { ["web"] = Image() }, default);
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/2", "COMPLETED")));
        return (await rollouts.RolloutAsync(plans, new(), default)).Single().Rollout;
    }

    private sealed class Web(Func<int> answer) : HttpMessageHandler
    {
        public List<string> Asked { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Add(request.RequestUri!.ToString());
            return Task.FromResult(new HttpResponseMessage((System.Net.HttpStatusCode)answer()));
        }
    }
}
