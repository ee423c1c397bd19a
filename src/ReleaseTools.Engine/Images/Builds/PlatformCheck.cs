using ReleaseTools.Engine.Images.Docker;

namespace ReleaseTools.Engine.Images.Builds;

/// <summary>
/// Whether an engine can run what it builds. Copying files works for any platform; a RUN step of another processor ends with
/// "exec format error" unless the engine's kernel knows an emulator for it
/// (https://docs.docker.com/build/building/multi-platform/#qemu).
/// </summary>
internal static class PlatformCheck
{
    private const string EmulatorsOfThisKernel = "/proc/sys/fs/binfmt_misc";

    // What an engine's processor runs itself.
    private static readonly Dictionary<string, string[]> Native = new(StringComparer.Ordinal)
    {
        ["amd64"] = ["amd64", "386"],
        ["arm64"] = ["arm64", "arm"],
    };

    // An architecture's name at QEMU.
    private static readonly Dictionary<string, string> Qemu = new(StringComparer.Ordinal)
    {
        ["amd64"] = "x86_64", ["386"] = "i386", ["arm64"] = "aarch64",
    };

    /// <summary>The warning that a platform deserves on an engine; null where it deserves none.</summary>
    /// <param name="platform">The platform to build for.</param>
    /// <param name="engine">What the engine says of itself.</param>
    /// <param name="isLocal">Whether the engine runs on this machine's kernel, whose emulators can be looked at.</param>
    /// <param name="emulators">The folder that lists the kernel's emulators.</param>
    public static string? Warning(string platform, EngineVersion engine, bool isLocal, string emulators = EmulatorsOfThisKernel)
    {
        var architecture = platform.Split('/') is [_, var named, ..] ? named : platform;
        if (engine.Architecture is not { Length: > 0 } own || own == architecture || (Native.TryGetValue(own, out var native) && native.Contains(architecture, StringComparer.Ordinal)))
            return null;

        // Docker Desktop brings emulators of its own: https://docs.docker.com/desktop/features/vmm/
        if (engine.Product?.Contains("Docker Desktop", StringComparison.OrdinalIgnoreCase) == true)
            return null;
        if (isLocal && File.Exists(Path.Combine(emulators, $"qemu-{Qemu.GetValueOrDefault(architecture, architecture)}")))
            return null;

        var known = isLocal ? "has no emulator for it" : "may have no emulator for it";
        return $"it is built for {platform} on an engine of {own}, which {known}: RUN steps then end with \"exec format error\". "
            + $"Install one (docker run --privileged --rm tonistiigi/binfmt --install {architecture}), build on CodeBuild, or set \"platform\" to what the service runs on.";
    }
}
