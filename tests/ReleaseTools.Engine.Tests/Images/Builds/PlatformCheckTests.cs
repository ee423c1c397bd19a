using ReleaseTools.Engine.Images.Builds;
using ReleaseTools.Engine.Images.Docker;

namespace ReleaseTools.Engine.Tests.Images.Builds;

public sealed class PlatformCheckTests : IDisposable
{
    private static readonly EngineVersion Arm = new("28.2.2", "arm64", Product: null);
    private readonly TemporaryFolder emulators = new();

    public void Dispose() => emulators.Dispose();

    [Fact]
    public void An_arm64_engine_without_emulation_is_warned_of_with_the_remedy() =>
        Warning("linux/amd64", Arm).ShouldNotBeNull().ShouldContain("--install amd64");

    [Fact]
    public void An_engine_whose_kernel_knows_an_emulator_is_not()
    {
        emulators.Write("qemu-x86_64", "enabled");

        Warning("linux/amd64", Arm).ShouldBeNull();
    }

    [Fact]
    public void The_emulators_of_another_machine_are_not_looked_at()
    {
        emulators.Write("qemu-x86_64", "enabled");

        PlatformCheck.Warning("linux/amd64", Arm, isLocal: false, emulators.Path).ShouldNotBeNull().ShouldContain("may have no emulator");
    }

    [Theory]
    [InlineData("linux/amd64", "amd64", null)]
    [InlineData("linux/386", "amd64", null)]
    [InlineData("linux/arm/v7", "arm64", null)]
    [InlineData("linux/amd64", "arm64", "Docker Desktop 4.42.0 (194004)")]
    public void What_an_engine_runs_itself_or_by_what_it_brings_needs_no_warning(string platform, string architecture, string? product) =>
        Warning(platform, new EngineVersion("28.2.2", architecture, product)).ShouldBeNull();

    private string? Warning(string platform, EngineVersion engine) => PlatformCheck.Warning(platform, engine, isLocal: true, emulators.Path);
}
