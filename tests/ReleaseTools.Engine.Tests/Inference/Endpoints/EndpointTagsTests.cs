using ReleaseTools.Engine.Aws.SageMaker;
using ReleaseTools.Engine.Inference.Endpoints;

namespace ReleaseTools.Engine.Tests.Inference.Endpoints;

public sealed class EndpointTagsTests
{
    [Fact]
    public void What_a_clone_is_of_is_carried_over_and_what_was_proven_of_it_is_not() =>
        Of([new("team", "video"), new("aws:cloudformation:stack-name", "x"), new("releasetools:proven", "2026-05-03T10:00:00Z"), new("releasetools:release", "t0")])
            .ShouldBe(["team=video", "releasetools:endpoint=stereo", "releasetools:release=t1", "releasetools:previous-config=first"]);

    [Fact]
    public void A_release_that_is_not_known_is_not_written() =>
        EndpointTags.Of([], "stereo", release: null, "first").Select(tag => tag.Key).ShouldBe(["releasetools:endpoint", "releasetools:previous-config"]);

    [Fact]
    public void Of_fifty_tags_the_last_give_way_to_ours_and_to_the_proof() => Of(Enumerable.Range(1, 50).Select(i => new Tag($"k{i}", "v"))).Count.ShouldBe(49);

    [Fact]
    public void The_proof_is_a_time_in_UTC() =>
        EndpointTags.ProvenAt(new(2026, 5, 4, 12, 20, 30, TimeSpan.FromHours(2))).ShouldBe(new Tag("releasetools:proven", "2026-05-04T10:20:30Z"));

    private static List<string> Of(IEnumerable<Tag> carried) => [.. EndpointTags.Of(carried, "stereo", "t1", "first").Select(tag => $"{tag.Key}={tag.Value}")];
}
