using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Rollouts.Prechecks;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Rollouts.Prechecks;

public sealed class ImagePrecheckTests
{
    private const string Repository = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web";

    private readonly TagsInMemory registry = new();
    private readonly RecordingObserver observer = new();
    private readonly JumpingTime time = new();

    [Theory]
    [InlineData($"{Repository}:first", $"{Repository}:first", false, true)]
    [InlineData($"{Repository}:latest", Repository, false, true)] // the same tag, not said
    [InlineData($"{Repository}:latest", $"{Repository}:latest", true, true)]
    [InlineData($"{Repository}:latest", Repository, true, false)] // the revision names the digest only where the very same was written
    [InlineData($"{Repository}:first", $"{Repository}:other", false, false)]
    public async Task A_container_that_gets_the_image_too_needs_no_image_yet(string planned, string worker, bool pinsDigest, bool isExempt)
    {
        var task = Task("web", [Container("app", planned), Container("worker", worker)], isReleased: true, pinsDigest);

        var problems = (await CheckAsync(task))[task];

        problems.Select(problem => problem.Id).ShouldBe(isExempt ? [] : [nameof(Messages.TaskImageNotFound)]);
        observer.Of<Warned>().ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_missing_under_a_tag_that_the_rollout_of_another_service_moves_is_only_warned_of()
    {
        var web = Task("web", [Container("app", $"{Repository}:first")], isReleased: true);
        var other = Task("other", [Container("app", $"{Repository}:first")]);

        (await CheckAsync(web, other)).Count.ShouldBe(0);

        observer.Of<Warned>().ShouldHaveSingleItem().Subject.ShouldBe("other");
    }

    [Fact]
    public async Task An_image_that_comes_two_seconds_later_is_not_missing()
    {
        time.OnWait = _ => registry.With(Repository, "first", "sha256:new");
        var task = Task("web", [Container("app", $"{Repository}:first")]);

        (await CheckAsync(task)).Count.ShouldBe(0);

        time.Passed.ShouldBe(Looking.SecondLook);
    }

    [Fact]
    public async Task A_few_looks_are_under_way_at_once()
    {
        var (now, most, asked) = (0, 0, 0);
        var all = await new Looking(observer, time, default).AskAsync(Enumerable.Range(0, 50).Concat([0]), number => $"{number}", async (number, token) =>
        {
            asked++;
            most = Math.Max(most, Interlocked.Increment(ref now));
            await System.Threading.Tasks.Task.Delay(1, token);
            Interlocked.Decrement(ref now);
            return $"{number}";
        }, default);

        (all.Count, asked).ShouldBe((50, 50));
        most.ShouldBeInRange(2, 8);
    }

    private Task<ILookup<PrecheckedTask, ReleaseException>> CheckAsync(params PrecheckedTask[] tasks) =>
        new ImagePrecheck(registry, observer, new Looking(observer, time, default)).CheckAsync(tasks, default);

    private static ContainerDefinition Container(string name, string image) => new(name, image, Essential: true, LogConfiguration: null);

    private static PrecheckedTask Task(string name, ContainerDefinition[] containers, bool isReleased = false, bool pinsDigest = false) =>
        new(name, new TaskDefinition("arn:aws:ecs:eu-west-1:1:task-definition/web:1", "web", 1, "ACTIVE", containers, RuntimePlatform: null), isOnFargate: true, isOffEc2: true)
        {
            Image = isReleased ? new() { Name = "web", Repository = Repository, Tag = "v1", Digest = "sha256:new" } : null,
            ImageContainer = "app",
            Repository = Repository,
            PinsDigest = pinsDigest,
        };
}
