using ReleaseTools.Engine.Images.Builds;
using static ReleaseTools.Engine.Tests.Images.Builds.BuildTesting;

namespace ReleaseTools.Engine.Tests.Images.Builds;

public sealed class BuildOrderTests
{
    private static readonly ReleaseImage Base = Image("/w", "base");
    private static readonly ReleaseImage App = Image("/w", "app") with { BaseImages = Words(("BASE", "base")) };
    private static readonly ReleaseImage Last = Image("/w", "last") with { After = ["app"] };

    [Fact]
    public void Each_comes_after_those_it_waits_for_and_otherwise_stays_where_it_is() =>
        BuildOrder.Sort([Last, Image("/w", "other"), App, Base]).Select(image => image.Name).ShouldBe(["base", "app", "last", "other"]);

    [Fact]
    public void What_is_not_among_them_is_passed_over() => BuildOrder.Sort([Last, App]).Select(image => image.Name).ShouldBe(["app", "last"]);

    [Fact]
    public void A_circle_is_told_as_the_way_round_it()
    {
        var waits = new Dictionary<string, string[]> { ["a"] = ["x", "b"], ["b"] = ["c"], ["c"] = ["a"], ["x"] = [] };

        BuildOrder.FindCycle("a", name => waits[name]).ShouldBe(["a", "b", "c", "a"]);
        BuildOrder.FindCycle("x", name => waits[name]).ShouldBeNull();
    }

    [Fact]
    public void A_circle_that_an_image_only_leads_to_is_not_its_own()
    {
        var waits = new Dictionary<string, string[]> { ["a"] = ["b"], ["b"] = ["c"], ["c"] = ["b"] };

        BuildOrder.FindCycle("a", name => waits[name]).ShouldBeNull();
    }
}
