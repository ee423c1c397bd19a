using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Releases.Planning;
using ReleaseTools.Engine.Releases.Running;
using ReleaseTools.Engine.Rollouts;

namespace ReleaseTools.Engine.Tests.Releases;

/// <summary>Stages that do nothing but keep the order of what was asked, fail where told to, and take turns at random.</summary>
internal sealed class ScriptedStages : IReleaseStages
{
    private readonly Lock gate = new();
    private readonly List<string> log = [];

    public ReleaseIdentity Identity { get; } = new("stereo-spot", "4f2c9e1a0b3d", "packages/aws-infra");

    public InfrastructureStatus Terraform { get; init; } = InfrastructureStatus.Skipped;

    public IReadOnlyList<string> Images { get; init; } = ["web-ui", "media-worker"];

    public string? Inference { get; init; } = "inference";

    /// <summary>The image that each image begins with.</summary>
    public IReadOnlyDictionary<string, string> BaseImages { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<string> Services { get; init; } = ["web-ui", "media-worker"];

    /// <summary>What fails: the words the log has for it, such as <c>push web-ui</c>.</summary>
    public IReadOnlySet<string> Failing { get; init; } = new HashSet<string>();

    /// <summary>In the middle of what the user stops the release.</summary>
    public string? StopsIn { get; init; }

    public IReadOnlyDictionary<string, RolloutStatus> Rollouts { get; init; } = new Dictionary<string, RolloutStatus>();

    public bool EndpointServesIt { get; init; }

    /// <summary>How many plans fail before one succeeds, as before a first apply.</summary>
    public int PlansThatFail { get; set; }

    /// <summary>The id of the error with which they fail.</summary>
    public string PlanFailure { get; init; } = nameof(Messages.ServiceNotFound);

    public Random Turns { get; init; } = new(1);

    public IReadOnlyList<string> Log
    {
        get
        {
            lock (gate)
                return [.. log];
        }
    }

    public Task<InfrastructureChange> PlanInfrastructureAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new InfrastructureChange { Directory = Identity.InfrastructureDirectory, Status = Terraform, Reason = "as scripted" });

    public async Task<InfrastructureChange> ApplyInfrastructureAsync(CancellationToken cancellationToken)
    {
        await DoAsync("apply");
        return new InfrastructureChange { Directory = Identity.InfrastructureDirectory, Status = InfrastructureStatus.Applied, Reason = "2 added" };
    }

    public Task<PlannedRelease> PlanAsync(CancellationToken cancellationToken) =>
        PlansThatFail-- > 0
            ? throw ReleaseException.For(PlanFailure, ErrorKind.NotFound, "web-ui", "web-ui", "stereo-spot", "as scripted")
            : Task.FromResult(new PlannedRelease
            {
                Account = "000000000000",
                Region = "eu-west-1",
                Images =
                [
                    .. Images.Select(name => new PlannedImage(Image(name, ImageBuilder.Docker), ReleaseAction.Build, "inputs changed", null)),
                    .. Inference is null ? [] : new[] { new PlannedImage(Image(Inference, ImageBuilder.CodeBuild), ReleaseAction.Build, "inputs changed", null) },
                ],
                Endpoint = Inference is null ? null : new PlannedEndpoint("endpoint", ReleaseAction.Update, "its image is built"),
                InferenceImage = Inference,
                Services = [.. Services.Select(name => new PlannedService(name, "every service gets what was pushed", []))],
            });

    public async Task<AppImage> BuildAsync(PlannedImage image, CancellationToken cancellationToken)
    {
        await DoAsync($"build {image.Image.Name}");
        return new AppImage { Name = image.Image.Name, Repository = image.Image.Repository, Tag = Identity.Tag, Status = ImageBuildStatus.Built };
    }

    public async Task<EcrImage> PushAsync(AppImage image, CancellationToken cancellationToken)
    {
        await DoAsync($"push {image.Name}");
        return Pushed(image.Name, image.Repository);
    }

    public async Task<EcrImage> BuildOnCodeBuildAsync(PlannedImage image, CancellationToken cancellationToken)
    {
        await DoAsync($"codebuild {image.Image.Name}");
        return Pushed(image.Image.Name, image.Image.Repository);
    }

    public async Task<EndpointUpdate> UpdateEndpointAsync(EcrImage image, CancellationToken cancellationToken)
    {
        if (EndpointServesIt)
            return new EndpointUpdate { EndpointName = "endpoint", Status = EndpointUpdateStatus.Unchanged, Reason = "it serves this digest" };
        await DoAsync("endpoint");
        return new EndpointUpdate { EndpointName = "endpoint", Status = EndpointUpdateStatus.Updated, Digest = image.Digest };
    }

    public async Task<IReadOnlyList<RolloutResult>> RolloutAsync(IReadOnlyList<string> services, IReadOnlyList<EcrImage> images, CancellationToken cancellationToken)
    {
        await Task.WhenAll(services.Select(service => DoAsync($"rollout {service}")));
        return
        [
            .. services.Select(service => new RolloutResult(new ServiceRollout
            {
                Service = service,
                Cluster = "stereo-spot",
                Status = Rollouts.TryGetValue(service, out var status) ? status : RolloutStatus.Verified,
                Reason = "as scripted",
            })),
        ];
    }

    private ReleaseImage Image(string name, ImageBuilder builder) => new()
    {
        Name = name,
        Repository = $"127.0.0.1:1/{name}",
        Builder = builder,
        Workspace = "/w",
        BaseImages = BaseImages.TryGetValue(name, out var below) ? new Dictionary<string, string> { ["BASE"] = below } : new Dictionary<string, string>(),
    };

    private EcrImage Pushed(string name, string repository) =>
        new() { Name = name, Repository = repository, Tag = Identity.Tag, Digest = "sha256:" + new string('a', 64), Status = ImagePushStatus.Pushed };

    private async Task DoAsync(string what)
    {
        int turns;
        lock (gate)
        {
            log.Add($"{what} begins");
            turns = Turns.Next(4);
        }

        for (var turn = 0; turn < turns; turn++)
            await Task.Yield();
        if (string.Equals(StopsIn, what, StringComparison.Ordinal))
            throw new OperationCanceledException();
        if (Failing.Contains(what))
            throw ReleaseException.For(nameof(Messages.ServiceNotFound), ErrorKind.Failed, what, what, "scripted");
        lock (gate)
            log.Add($"{what} ends");
    }
}
