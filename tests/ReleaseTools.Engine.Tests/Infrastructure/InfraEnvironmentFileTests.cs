using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Infrastructure;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Tests.Infrastructure;

public sealed class InfraEnvironmentFileTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task A_file_written_by_hand_is_read_with_exports_comments_quotes_and_any_line_ends()
    {
        var path = directory.Write(".env", "\uFEFF# a comment\r\nexport A=1 # one\r\nB = two words \r\n\r\nC=\"x\\ty\"\nD='#'\nE=\nF=${A}/${B}/${G:-none}\nA=last#\n");

        (await InfraEnvironmentFile.ReadAsync(path, default)).Variables.Select(variable => variable.ToString())
            .ShouldBe(["A=last#", "B=two words", "C=x\ty", "D=#", "E=", "F=1/two words/none"]);
    }

    [Theory]
    [InlineData("A=1\nnonsense hunter2\n", 2)]
    [InlineData("A=1\n\nB='hunter2\n", 3)]
    [InlineData("A=\"hunter2\n", 1)]
    [InlineData("A='b' hunter2\n", 1)]
    [InlineData("1A=hunter2\n", 1)]
    [InlineData("A=${hunter2}\n", 1)]
    public async Task A_line_that_cannot_be_read_is_told_by_its_number_and_without_its_value(string text, int line)
    {
        var path = directory.Write(".env", text);

        var exception = await Should.ThrowAsync<ReleaseException>(() => InfraEnvironmentFile.ReadAsync(path, default));

        exception.Id.ShouldBe(nameof(Messages.EnvFileInvalid));
        exception.Message.ShouldStartWith($"{path}:{line}: ");
        exception.ToString().ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task Which_variables_are_sensitive_is_known_again_when_the_file_is_read()
    {
        var path = directory.PathOf(".env");
        await WriteAsync(path, new("OPEN", "a # sensitive", false), new("HIDDEN", "it's `b`", true));

        var read = await InfraEnvironmentFile.ReadAsync(path, default);

        read.Variables.Select(variable => (variable.Name, variable.IsSensitive)).ShouldBe([("OPEN", false), ("HIDDEN", true)]);
    }

    [Fact]
    public async Task A_file_that_others_could_read_is_closed_to_them_and_not_rewritten_when_nothing_changed()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes");
            return;
        }

        var path = directory.PathOf(".env");
        (await WriteAsync(path, new InfraVariable("A", "1", false))).ShouldBeTrue();
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        (await WriteAsync(path, new InfraVariable("A", "1", false))).ShouldBeFalse();

        File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.GetFiles(directory.Root).ShouldBe([path]);
    }

    [Fact]
    public async Task Two_outputs_of_one_name_are_refused() =>
        (await Should.ThrowAsync<ReleaseException>(() => WriteAsync(directory.PathOf(".env"), new("A_B", "1", false), new("A_B", "2", false))))
            .Id.ShouldBe(nameof(Messages.EnvFileNameClash));

    [Fact]
    public async Task A_value_with_a_carriage_return_is_left_out()
    {
        var path = directory.PathOf(".env");
        await WriteAsync(path, new("A", "1\r\n2", false), new("B", "3", false));

        (await InfraEnvironmentFile.ReadAsync(path, default)).Variables.ShouldHaveSingleItem().Name.ShouldBe("B");
    }

    private static Task<bool> WriteAsync(string path, params InfraVariable[] variables) => InfraEnvironmentFile.WriteAsync(path, variables, NullObserver.Instance, default);
}
