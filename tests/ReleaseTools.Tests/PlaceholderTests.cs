namespace ReleaseTools.Tests;

public sealed class PlaceholderTests
{
    [Fact]
    public void The_test_project_runs() => Directory.Exists(AppContext.BaseDirectory).ShouldBeTrue();
}
