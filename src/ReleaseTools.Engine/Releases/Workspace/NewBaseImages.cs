using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Builds;
using ReleaseTools.Engine.Images.Registries;

namespace ReleaseTools.Engine.Releases.Workspace;

/// <summary>
/// Builds anew what begins with an image that is built anew, or was since: of the same sources another base image may come, by age or
/// because it was asked for. Of a base image that is reused
/// <code>
/// the registries tell when they got both      it is newer where it came after what begins with it
/// one of them tells no age (an OCI registry)  it is another where what begins with it does not name it in its label
/// </code>
/// </summary>
/// <param name="registry">Where the images are.</param>
/// <param name="anew">Makes a plan to build of one to reuse, and says why.</param>
internal sealed class NewBaseImages(IImageRegistry registry, Func<WorkspaceBuildPlan, string, CancellationToken, Task<WorkspaceBuildPlan>> anew)
{
    private readonly ImageConfigs configs = new(registry);

    /// <summary>The findings, each plan settled by those of its base images.</summary>
    public async Task<IReadOnlyList<WorkspaceBuildFinding>> SettleAsync(IReadOnlyList<WorkspaceBuildFinding> found, CancellationToken cancellationToken)
    {
        var settled = found.Where(one => one.Plan is not null).ToDictionary(one => one.Image.Name, StringComparer.Ordinal);
        var looks = (await Task.WhenAll(settled.Values.Select(LookAsync))).ToDictionary(look => look.Name, StringComparer.Ordinal);
        foreach (var image in BuildOrder.Sort([.. settled.Values.Select(one => one.Plan!.Image)]))
            settled[image.Name] = await SettleAsync(settled[image.Name], looks[image.Name], settled, cancellationToken);
        return [.. found.Select(one => settled.GetValueOrDefault(one.Image.Name, one))];

        async Task<Look> LookAsync(WorkspaceBuildFinding one)
        {
            try
            {
                var bases = Bases(one.Plan!).Where(name => settled.GetValueOrDefault(name)?.Plan is { Action: ReleaseAction.Reuse }).ToList();
                return new Look(one.Image.Name, await NewAsync(one.Plan!, bases.ToDictionary(name => name, name => settled[name].Plan!, StringComparer.Ordinal), cancellationToken));
            }
            catch (ReleaseException error)
            {
                return new Look(one.Image.Name, []) { Error = error };
            }
        }
    }

    private async Task<WorkspaceBuildFinding> SettleAsync(
        WorkspaceBuildFinding found, Look look, Dictionary<string, WorkspaceBuildFinding> others, CancellationToken cancellationToken)
    {
        if (look.Error is not null)
            return found with { Plan = null, Error = look.Error };
        if (Bases(found.Plan!).FirstOrDefault(name => look.New.Contains(name, StringComparer.Ordinal) || others.GetValueOrDefault(name)?.Plan?.Action == ReleaseAction.Build) is not { } newer)
            return found;
        try
        {
            return found with { Plan = await anew(found.Plan!, BuildReason.BaseImageIsNewer(newer), cancellationToken) };
        }
        catch (ReleaseException error)
        {
            return found with { Plan = null, Error = error };
        }
    }

    /// <summary>Those of some base images, all reused, that are others than the image began with.</summary>
    private async Task<IReadOnlyList<string>> NewAsync(WorkspaceBuildPlan reused, Dictionary<string, WorkspaceBuildPlan> bases, CancellationToken cancellationToken)
    {
        var newer = bases.Where(one => one.Value.PushedAt > reused.PushedAt).Select(one => one.Key).ToList();
        var ageless = bases.Where(one => one.Value.PushedAt is null || reused.PushedAt is null).ToList();
        if (ageless.Count == 0)
            return newer;

        var labels = await configs.LabelsAsync(reused.Image.Repository, reused.Digest!, cancellationToken);
        foreach (var (name, plan) in ageless)
        {
            var ids = await configs.IdsAsync(plan.Image.Repository, plan.Digest!, cancellationToken);
            if (labels.Count == 0 || labels.Any(of => of.GetValueOrDefault(BaseImageLabel.For(name)) is not { } id || !ids.Contains(id)))
                newer.Add(name);
        }

        return newer;
    }

    private static IEnumerable<string> Bases(WorkspaceBuildPlan plan) =>
        plan.Action == ReleaseAction.Reuse ? plan.Image.BaseImages.Values.Distinct(StringComparer.Ordinal) : [];

    /// <summary>What a look at the registry found of an image that would be reused.</summary>
    /// <param name="Name">The image.</param>
    /// <param name="New">Its base images that are others than it began with.</param>
    private sealed record Look(string Name, IReadOnlyList<string> New)
    {
        public ReleaseException? Error { get; init; }
    }
}
