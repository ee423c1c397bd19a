using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Builds;
using static ReleaseTools.Engine.Tests.Images.Builds.BuildTesting;

namespace ReleaseTools.Engine.Tests.Images.Builds;

public sealed class BuildGraphTests
{
    private static readonly ReleaseImage Base = Image("/w", "base");
    private static readonly ReleaseImage App = Image("/w", "app") with { BaseImages = Words(("BASE", "base")) };
    private static readonly ReleaseImage Other = Image("/w", "other");

    [Fact]
    public async Task An_image_begins_when_what_it_waits_for_is_built_and_gets_it()
    {
        var baseBuilt = new TaskCompletionSource();
        var order = new List<string>();

        var running = RunAsync([App, Base, Other], async (image, built) =>
        {
            if (image.Name == "base")
                await baseBuilt.Task;
            lock (order)
                order.Add(image.Name);
            if (image.Name == "other")
                baseBuilt.SetResult();
            if (image.Name == "app")
                built["base"].ImageId.ShouldBe("id of base");
            return new ImageBuildResult(Built(image.Name, imageId: $"id of {image.Name}"));
        });

        (await running).Count.ShouldBe(3);
        order.ShouldBe(["other", "base", "app"]);
    }

    [Fact]
    public async Task What_waits_for_a_failed_one_is_not_built_and_the_others_go_on()
    {
        var results = await RunAsync([Base, App, Other], (image, _) => Task.FromResult(image.Name == "base"
            ? new ImageBuildResult(Built("base") with { Status = ImageBuildStatus.Failed }, ReleaseException.For(nameof(Messages.BuildDiskFull), ErrorKind.Failed, "base", "base", "", "", ""))
            : new ImageBuildResult(Built(image.Name))));

        results.Single(result => result.Image.Name == "app").Error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.BuildWaitedForFailed));
        results.Single(result => result.Image.Name == "other").Error.ShouldBeNull();
    }

    [Fact]
    public async Task What_is_not_among_them_is_not_waited_for() =>
        (await RunAsync([App], (image, built) => Task.FromResult(new ImageBuildResult(Built($"{image.Name} of {built.Count}"))))).Single().Image.Name.ShouldBe("app of 0");

    [Fact]
    public async Task An_error_that_all_would_meet_ends_all_and_nobody_waits_for_ever() =>
        (await Should.ThrowAsync<ReleaseException>(() => RunAsync([Base, App], (_, _) => throw ReleaseException.For(nameof(Messages.DockerNotFound), ErrorKind.NotInstalled, "docker")))
            ).Id.ShouldBe(nameof(Messages.DockerNotFound));

    [Fact]
    public async Task A_stop_ends_also_those_who_wait()
    {
        using var stop = new CancellationTokenSource();
        var begun = new TaskCompletionSource();

        var running = RunAsync(
            [Base, App],
            async (_, _) =>
            {
                begun.SetResult();
                await Task.Delay(Timeout.Infinite, stop.Token);
                return new ImageBuildResult(Built("never"));
            },
            stop.Token);
        await begun.Task;
        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => running);
    }

    private static async Task<IReadOnlyList<ImageBuildResult>> RunAsync(
        ReleaseImage[] images, Func<ReleaseImage, IReadOnlyDictionary<string, AppImage>, Task<ImageBuildResult>> build, CancellationToken stop = default)
    {
        var results = new List<ImageBuildResult>();
        await foreach (var result in BuildGraph.RunAsync(images, image => image, (image, built, _) => build(image, built), (image, error) => Built(image.Name) with { Status = ImageBuildStatus.Failed, Reason = error.Message }, stop))
            results.Add(result);
        return results;
    }
}
