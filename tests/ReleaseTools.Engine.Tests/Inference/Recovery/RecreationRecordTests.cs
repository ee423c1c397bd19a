using System.Text.Json.Nodes;
using ReleaseTools.Engine.Aws.SageMaker;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Inference.Recovery.Diagnosis;
using ReleaseTools.Engine.Inference.Recovery.Recreations;

namespace ReleaseTools.Engine.Tests.Inference.Recovery;

public sealed class RecreationRecordTests : IDisposable
{
    private readonly TemporaryDirectory workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void A_configuration_s_tags_hold_a_record_whole_with_members_that_nobody_knows()
    {
        var tags = RecreationMarker.Of(Record(), [new("team", "video")]);

        RecreationMarker.IsWhole(tags).ShouldBeTrue();
        tags.ShouldAllBe(tag => tag.Key.StartsWith("releasetools:recreate", StringComparison.Ordinal) && tag.Value.Length <= 256 && tag.Value.All(c => char.IsAsciiLetterOrDigit(c) || "_.:/=+-@".Contains(c)));
        Same(RecreationMarker.Read(Config(tags))!, Record() with { IsMarked = true });
        RecreationMarker.KeysIn([new("team", "video"), .. tags]).Count.ShouldBe(tags.Count);
    }

    [Fact]
    public void Where_they_leave_no_room_they_tell_that_it_was_begun()
    {
        var others = Enumerable.Range(0, 46).Select(number => new Tag($"t{number}", "")).ToList();
        var tags = RecreationMarker.Of(Record() with { Tags = [.. Enumerable.Range(0, 40).Select(number => new Tag($"k{number}", Guid.NewGuid().ToString()))] }, others);

        RecreationMarker.IsWhole(tags).ShouldBeFalse();
        var read = RecreationMarker.Read(Config(tags))!;
        (read.EndpointName, read.EndpointConfigName, read.Begun, read.Tags.Count).ShouldBe(("stereo", "c1", Record().Begun, 0));
    }

    [Fact]
    public void What_lacks_a_part_tells_no_more_than_that_it_was_begun()
    {
        var tags = RecreationMarker.Of(Record() with { Tags = [.. Enumerable.Range(0, 40).Select(number => new Tag($"k{number}", Guid.NewGuid().ToString()))] }, []);
        tags.Count.ShouldBeGreaterThan(3);
        RecreationMarker.Read(Config([.. tags.Where(tag => !tag.Key.EndsWith("-2", StringComparison.Ordinal))]))!.Tags.ShouldBeEmpty();
    }

    [Fact]
    public void Other_tags_are_no_record() => RecreationMarker.Read(Config([new("team", "video"), new(EndpointTags.Endpoint, "stereo")])).ShouldBeNull();

    [Fact]
    public async Task A_file_holds_it_for_the_owner_alone_and_keeps_it_out_of_git()
    {
        var file = new RecreationFile(workspace.Root);
        await file.WriteAsync(Record(), default);
        await file.WriteAsync(Record() with { IsMarked = true }, default);

        Same((await file.ReadAsync("stereo", default))!, Record() with { IsMarked = true });
        Directory.GetFiles(workspace.PathOf(".releasetools/endpoints")).ShouldBe([file.PathOf("stereo")]);
        (await File.ReadAllTextAsync(workspace.PathOf(".releasetools/.gitignore"))).ShouldBe("*\n");
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(file.PathOf("stereo")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);

        file.Delete("stereo");
        (await file.ReadAsync("stereo", default)).ShouldBeNull();
    }

    [Fact]
    public async Task A_file_that_is_none_is_no_record()
    {
        workspace.Write(".releasetools/endpoints/stereo.json", "{ cut off");
        (await new RecreationFile(workspace.Root).ReadAsync("stereo", default)).ShouldBeNull();
    }

    private static RecreationRecord Record() => new()
    {
        EndpointName = "stereo",
        EndpointConfigName = "c1",
        EndpointConfigArn = "arn:c1",
        Begun = new(2026, 5, 4, 10, 0, 0, TimeSpan.Zero),
        Tags = [new("cost", "video")],
        Scaling = new([JsonNode.Parse("""{"ResourceId":"endpoint/stereo/variant/AllTraffic","Odd":{"a":[1,null,"é"]} }""")!.AsObject()], [], []),
    };

    private static HistoricConfig Config(IReadOnlyList<Tag> tags) => new("c1", "arn:c1", null, tags);

    private static void Same(RecreationRecord one, RecreationRecord other)
    {
        (one.EndpointName, one.EndpointConfigName, one.EndpointConfigArn, one.Begun, one.IsMarked).ShouldBe((other.EndpointName, other.EndpointConfigName, other.EndpointConfigArn, other.Begun, other.IsMarked));
        one.Tags.ShouldBe(other.Tags);
        JsonNode.DeepEquals(one.Scaling.Targets.ShouldHaveSingleItem(), other.Scaling.Targets.Single()).ShouldBeTrue();
    }
}
