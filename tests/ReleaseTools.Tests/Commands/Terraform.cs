namespace ReleaseTools.Tests.Commands;

/// <summary>The terraform on PATH; a test that needs it is skipped where there is none.</summary>
internal static class Terraform
{
    public static void Need() => Assert.SkipUnless(
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? "terraform.exe" : "terraform"))),
        "terraform is needed, and is not on PATH.");
}
