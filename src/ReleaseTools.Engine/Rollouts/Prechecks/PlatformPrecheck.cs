using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Prechecks;

/// <summary>
/// Whether an image is for the platform that its task runs on
/// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RuntimePlatform.html):
/// <code>
/// cpuArchitecture         X86_64 = amd64   ARM64 = arm64              not said: amd64 on Fargate, else the instance's, which is not known
/// operatingSystemFamily   LINUX = linux    WINDOWS_SERVER_… = windows  not said: linux on Fargate, else the instance's
/// </code>
/// An image that does not say what it is for, and a platform that is not known, fit everything.
/// </summary>
internal sealed class PlatformPrecheck(ImagePlatforms platforms, IReleaseObserver observer)
{
    // A processor of 64 bits may run the programs of its forerunner of 32.
    private static readonly Dictionary<string, string[]> Runs = new(StringComparer.Ordinal) { ["amd64"] = ["amd64", "386"], ["arm64"] = ["arm64", "arm"] };

    /// <summary>What is wrong, by the task that it is wrong with.</summary>
    public async Task<ILookup<PrecheckedTask, ReleaseException>> CheckAsync(IReadOnlyList<PrecheckedTask> tasks, CancellationToken cancellationToken)
    {
        var problems = await Task.WhenAll(tasks.Select(async task => (Task: task, Problem: await CheckAsync(task, cancellationToken))));
        return problems.Where(one => one.Problem is not null).ToLookup(one => one.Task, one => one.Problem!);
    }

    private async Task<ReleaseException?> CheckAsync(PrecheckedTask task, CancellationToken cancellationToken)
    {
        if (task.Image is not { Digest: { } digest } image)
            return null;
        var (os, architecture) = (Os(task), Architecture(task));
        if (os is null && architecture is null)
        {
            observer.Report(new Traced(task.Name, $"{task.DefinitionName} names no platform, and its instances' is not known; {image.Name} was not compared with it."));
            return null;
        }

        var found = await Looking.TryAsync(observer, $"The platform of {image.ImageUri}", () => platforms.OfAsync(image.Repository, digest, cancellationToken)) ?? [];
        if (found.Count == 0 || found.Any(platform => Fits(platform, os, architecture)))
            return null;
        var wanted = new ImagePlatform(os ?? "linux", architecture ?? "amd64");
        return task.Problem(
            nameof(Messages.ImagePlatformMismatch), ErrorKind.InvalidState, image.ImageUri, string.Join(", ", found), wanted, image.Name, RuntimePlatform(found[0]));
    }

    private static bool Fits(ImagePlatform platform, string? os, string? architecture) =>
        (os is null || os == platform.Os) && (architecture is null || Runs[architecture].Contains(platform.Architecture, StringComparer.Ordinal));

    private static string? Architecture(PrecheckedTask task) => task.Definition.RuntimePlatform?.CpuArchitecture switch
    {
        "X86_64" => "amd64",
        "ARM64" => "arm64",
        null or "" when task.IsOnFargate => "amd64",
        _ => null,
    };

    private static string? Os(PrecheckedTask task) => task.Definition.RuntimePlatform?.OperatingSystemFamily switch
    {
        "LINUX" => "linux",
        { } family when family.StartsWith("WINDOWS", StringComparison.Ordinal) => "windows",
        null or "" when task.IsOnFargate => "linux",
        _ => null,
    };

    // As Terraform's runtime_platform has it.
    private static string RuntimePlatform(ImagePlatform image) => image.Architecture switch
    {
        "amd64" => "cpu_architecture = \"X86_64\"",
        "arm64" => "cpu_architecture = \"ARM64\"",
        _ => "cpu_architecture and operating_system_family",
    };
}
