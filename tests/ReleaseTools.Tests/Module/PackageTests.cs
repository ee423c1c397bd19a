namespace ReleaseTools.Tests.Module;

public sealed class PackageTests
{
    private static readonly string[] RootFiles = ["LICENSE", "ReleaseTools.Format.ps1xml", "ReleaseTools.Model.dll", "ReleaseTools.dll", "ReleaseTools.psd1"];

    private static readonly string Schema = Path.Combine(PackagedModule.Root, "src", "ReleaseTools", "release.schema.json");

    [Fact]
    public void The_module_s_folder_holds_what_users_install_and_nothing_else() =>
        Directory.GetFiles(PackagedModule.Folder).Select(Path.GetFileName).ShouldBe(File.Exists(Schema) ? [.. RootFiles, "release.schema.json"] : RootFiles, ignoreOrder: true);

    [Theory]
    [InlineData("ReleaseTools.Engine.dll")]
    [InlineData("ReleaseTools.Sandbox.dll")]
    [InlineData("AWSSDK.Core.dll")]
    [InlineData("AWSSDK.SSO.dll")]
    [InlineData("CliWrap.dll")]
    [InlineData("Docker.DotNet.dll")]
    public void What_the_engine_needs_is_in_deps(string file) => File.Exists(Path.Combine(PackagedModule.Folder, "deps", file)).ShouldBeTrue();

    [Fact]
    public void Deps_holds_libraries_only_and_none_that_belongs_to_the_default_context()
    {
        var files = Directory.GetFiles(Path.Combine(PackagedModule.Folder, "deps"), "*", SearchOption.AllDirectories).Select(Path.GetFileName).ToList();

        files.ShouldAllBe(file => file!.EndsWith(".dll", StringComparison.Ordinal));
        files.ShouldNotContain("ReleaseTools.dll");
        files.ShouldNotContain("ReleaseTools.Model.dll");
        files.ShouldNotContain("System.Management.Automation.dll");
    }
}
