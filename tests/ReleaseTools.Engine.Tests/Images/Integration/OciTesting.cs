using ReleaseTools.Engine.Images.Builds;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Pushes;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Images.Registries.Oci;
using ReleaseTools.Engine.Tests.Images.Registries.Oci;

namespace ReleaseTools.Engine.Tests.Images.Integration;

/// <summary>A workspace, a real engine and registries that are not ECR, with the logins of one test.</summary>
internal sealed class OciTesting : IDisposable
{
    private readonly RegistryHttp http = new(RegistryHttp.CreateHandler());
    private readonly List<OciRegistry> registries = [];

    private OciTesting(DockerEngine engine) => Engine = engine;

    public DockerEngine Engine { get; }

    public TemporaryFolder Workspace { get; } = new();

    public DockerLogins Logins { get; } = new();

    public Recorder Recorder { get; } = new();

    public RetryClock Clock { get; } = new();

    public static async Task<OciTesting> StartAsync() => new(await TestEngine.ConnectAsync());

    /// <summary>Registries with the logins as they are, or with given credentials.</summary>
    public OciRegistry Registry(RegistryAuthorization? given = null)
    {
        var registry = new OciRegistry(http, new DockerCredentials(Logins.Environment, Clock, given), Recorder, Clock);
        registries.Add(registry);
        return registry;
    }

    public async Task<AppImage> BuildAsync(string repository, string instructions = "COPY a /a\nCOPY b /b\n", string tag = "v1", IImageRegistry? reuse = null)
    {
        using var builds = new ImageBuilds(Engine, reuse, TestEngine.Environment, TimeProvider.System, throttleLimit: 1);
        var image = Workspace.Image(repository, instructions);
        var plan = await builds.PlanAsync(image, tag, reuse is null ? null : "f00d", new ImageBuildOptions(), default);
        var built = await builds.BuildAsync(plan, new Dictionary<string, AppImage>(), new ImageBuildOptions(), Recorder, default);
        built.Error.ShouldBeNull();
        return built.Image;
    }

    public Task<ImagePushResult> PushAsync(AppImage image, IImageRegistry registry, ImagePushOptions? options = null) =>
        new ImagePushes(Engine, registry, Clock).PushAsync(image, options ?? new ImagePushOptions(), Recorder, default);

    public void Dispose()
    {
        registries.ForEach(registry => registry.Dispose());
        http.Dispose();
        Engine.Dispose();
        Logins.Dispose();
        Workspace.Dispose();
    }
}
