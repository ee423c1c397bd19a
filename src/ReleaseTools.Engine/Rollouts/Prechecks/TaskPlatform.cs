using ReleaseTools.Engine.Images.Registries;

namespace ReleaseTools.Engine.Rollouts.Prechecks;

/// <summary>
/// The platform that a task runs on (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RuntimePlatform.html):
/// <code>
/// cpuArchitecture         X86_64 = amd64   ARM64 = arm64              not said: amd64 on Fargate, else the instance's, which is not known
/// operatingSystemFamily   LINUX = linux    WINDOWS_SERVER_… = windows  not said: linux on Fargate, else the instance's
/// </code>
/// What is not known fits everything.
/// </summary>
internal sealed record TaskPlatform(string? Os, string? Architecture)
{
    // A processor of 64 bits may run the programs of its forerunner of 32.
    private static readonly Dictionary<string, string[]> Runs = new(StringComparer.Ordinal) { ["amd64"] = ["amd64", "386"], ["arm64"] = ["arm64", "arm"] };

    /// <summary>Whether anything of it is known.</summary>
    public bool IsKnown => Os is not null || Architecture is not null;

    /// <summary>The platform that an image should be for.</summary>
    public ImagePlatform Wanted => new(Os ?? "linux", Architecture ?? "amd64");

    /// <summary>A task's.</summary>
    public static TaskPlatform Of(PrecheckedTask task) => new(OsOf(task), ArchitectureOf(task));

    /// <summary>Whether an image for that platform runs here.</summary>
    public bool Fits(ImagePlatform image) =>
        (Os is null || Os == image.Os) && (Architecture is null || Runs[Architecture].Contains(image.Architecture, StringComparer.Ordinal));

    /// <summary>What a task definition would say to run an image, as Terraform's <c>runtime_platform</c> has it.</summary>
    public static string RuntimePlatform(ImagePlatform image) => image.Architecture switch
    {
        "amd64" => "cpu_architecture = \"X86_64\"",
        "arm64" => "cpu_architecture = \"ARM64\"",
        _ => "cpu_architecture and operating_system_family",
    };

    private static string? ArchitectureOf(PrecheckedTask task) => task.Definition.RuntimePlatform?.CpuArchitecture switch
    {
        "X86_64" => "amd64",
        "ARM64" => "arm64",
        null or "" when task.IsOnFargate => "amd64",
        _ => null,
    };

    private static string? OsOf(PrecheckedTask task) => task.Definition.RuntimePlatform?.OperatingSystemFamily switch
    {
        "LINUX" => "linux",
        { } family when family.StartsWith("WINDOWS", StringComparison.Ordinal) => "windows",
        null or "" when task.IsOnFargate => "linux",
        _ => null,
    };
}
