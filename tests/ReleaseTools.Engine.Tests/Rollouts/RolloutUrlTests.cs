using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Rollouts;

namespace ReleaseTools.Engine.Tests.Rollouts;

public sealed class RolloutUrlTests : ScriptedRollouts
{
    private const string Health = "https://web.example/health";

    [Theory]
    [InlineData(200, RolloutStatus.Verified)]
    [InlineData(204, RolloutStatus.Verified)]
    [InlineData(304, RolloutStatus.Failed)]
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
    public async Task A_url_that_does_not_answer_is_all_that_is_told_of_the_end_and_with_it_where_the_tag_is()
    {
        using var web = new Web(() => 503);

        var rollout = await RolloutWithUrlAsync(web);

        observer.Of<RolloutEnded>().ShouldHaveSingleItem().Rollout.ShouldBe(rollout);
        rollout.Status.ShouldBe(RolloutStatus.Failed);
        rollout.Reason!.ShouldContain($"The tag latest of {Repository} names {Words.Digest(New)} now");
    }

    [Fact]
    public async Task A_stop_while_the_url_is_asked_does_not_hide_that_the_deployment_ended()
    {
        using var stop = new CancellationTokenSource();
        using var web = new Web(() =>
        {
            stop.Cancel();
            return 503;
        });

        await Should.ThrowAsync<OperationCanceledException>(() => RolloutVerifiedAsync(web, new() { Url = Health }, stop.Token));

        observer.Of<RolloutEnded>().ShouldHaveSingleItem().Rollout.Status.ShouldBe(RolloutStatus.Verified);
    }

    [Theory]
    [InlineData(204, RolloutStatus.Verified)]
    [InlineData(302, RolloutStatus.Verified)] // wanted, so not followed
    [InlineData(200, RolloutStatus.Failed)]
    public async Task What_is_good_is_what_the_definition_says(int status, RolloutStatus expected)
    {
        using var web = new Web(() => status) { Location = "https://login.example/" };
        var rollout = await RolloutVerifiedAsync(web, new() { Url = Health, Status = [204, 302] });

        rollout.Status.ShouldBe(expected, rollout.Reason);
        if (expected == RolloutStatus.Failed)
            rollout.Reason!.ShouldContain("last: HTTP 200, and 204 or 302 is wanted.");
    }

    [Fact]
    public async Task A_redirect_is_followed_on_the_url_s_own_host()
    {
        Queue<int> answers = new([301, 200]);
        using var web = new Web(answers.Dequeue) { Location = "/health/" };

        (await RolloutWithUrlAsync(web)).Status.ShouldBe(RolloutStatus.Verified);
        web.Asked.ShouldBe([Health, $"{Health}/"]);
    }

    [Theory]
    [InlineData("https://login.example/?token=hunter2", "HTTP 302, a redirect to https://login.example, which is not followed")]
    [InlineData("http://web.example/health", "HTTP 302, a redirect to http://web.example, which is not followed")]
    [InlineData("/health", "more than 10 redirects")]
    public async Task A_redirect_that_leads_elsewhere_or_nowhere_is_no_good_answer(string location, string expected)
    {
        using var web = new Web(() => 302) { Location = location };
        var rollout = await RolloutWithUrlAsync(web);

        rollout.Status.ShouldBe(RolloutStatus.Failed);
        rollout.Reason!.ShouldContain(expected);
        rollout.Reason!.ShouldNotContain("hunter");
        web.Asked.ShouldAllBe(url => url == Health);
    }

    [Fact]
    public async Task The_time_to_answer_is_the_definition_s()
    {
        using var web = new Web(() => 503);
        var rollout = await RolloutVerifiedAsync(web, new() { Url = Health, Timeout = TimeSpan.FromMinutes(5) });

        rollout.Reason!.ShouldContain("did not answer well within 5m");
        rollout.Duration.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMinutes(5));
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

    private Task<ServiceRollout> RolloutWithUrlAsync(HttpMessageHandler web, string url = Health) => RolloutVerifiedAsync(web, new UrlVerification { Url = url });

    private async Task<ServiceRollout> RolloutVerifiedAsync(HttpMessageHandler web, UrlVerification verify, CancellationToken cancellationToken = default)
    {
        var rollouts = new EcsRollouts(aws.Session, registry, observer, time, web);
        var service = new ReleaseService { Service = "web", Cluster = "main", Verify = verify };
        var plans = await rollouts.PlanAsync([service], new Dictionary<string, EcrImage> { ["web"] = Image() }, default);
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/2", "COMPLETED")));
        return (await rollouts.RolloutAsync(plans, new(), cancellationToken)).Single().Rollout;
    }

    private sealed class Web(Func<int> answer) : HttpMessageHandler
    {
        public List<string> Asked { get; } = [];

        public string? Location { get; init; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Add(request.RequestUri!.ToString());
            var message = new HttpResponseMessage((System.Net.HttpStatusCode)answer());
            if (Location is not null)
                message.Headers.Location = new Uri(Location, UriKind.RelativeOrAbsolute);
            return Task.FromResult(message);
        }
    }
}
