using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Rollouts;
using ReleaseTools.Engine.Rollouts.Prechecks;

namespace ReleaseTools.Engine.Tests.Rollouts.Prechecks;

public sealed class RolloutProblemsTests
{
    [Fact]
    public void One_problem_is_told_as_it_is()
    {
        var problem = NoImage("web");

        RolloutProblems.OfService("web", [problem]).ShouldBeSameAs(problem);
        RolloutProblems.OfServices([Plan("api"), Plan("web", problem)]).ShouldBeSameAs(problem);
    }

    [Fact]
    public void No_problem_is_none()
    {
        RolloutProblems.OfService("web", []).ShouldBeNull();
        RolloutProblems.OfServices([Plan("api")]).ShouldBeNull();
    }

    [Fact]
    public void The_problems_of_several_services_are_one_error_that_tells_each_and_each_action_once()
    {
        var several = RolloutProblems.OfServices([Plan("web", NoImage("web")), Plan("api", NoImage("api"))]).ShouldNotBeNull();

        several.Id.ShouldBe(nameof(Messages.ServicesNotReady));
        several.Message.ShouldContain("2 services");
        several.Message.ShouldContain("'web'");
        several.Message.ShouldContain("'api'");
        several.RecommendedAction.ShouldBe(NoImage("web").RecommendedAction);
    }

    private static ReleaseException NoImage(string service) =>
        ReleaseException.For(nameof(Messages.ServiceImageNotFound), ErrorKind.NotFound, service, service, "host/shop@sha256:1", "shop");

    private static RolloutPlan Plan(string service, ReleaseException? problem = null) => new() { Service = new() { Service = service, Cluster = "main" }, Problem = problem };
}
