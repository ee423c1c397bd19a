using System.Text;
using CliWrap;
using CliWrap.Buffered;
using FsCheck;
using FsCheck.Fluent;
using ReleaseTools.Engine.Infrastructure;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Tests.Infrastructure;

public sealed class EnvFileRoundTripTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    /// <summary>The characters that any of the readers makes something of, and a few that none does.</summary>
    private static readonly char[] Tricky = ['\'', '"', '\\', '$', '{', '}', '`', '!', '#', ' ', '\n', '\t', '=', ':', '-', 'a', 'n', 'é', '(', ')', '~', '*', '&', ';', '|', '<', '%'];

    private static readonly string[] Known =
    [
        "", " ", "plain", "two words", "it's", "\"quoted\"", @"C:\path\", @"\\server\share", @"a\'b", "$HOME", "${HOME}", "${", "$${X}", "$(id)", "`id`", "it's `id` for $5",
        "line\nline's end\n", "\ttab", "#no comment", "a #b", "!history!", "ünïcödé 日本 🚀", """{"a":["b",1],"c":"it's \"d\" \\ ${e}"}""", @"\n", @"'\", "\\\"", "''", "'`'", @"`\",
        "-----BEGIN KEY-----\nabc\n-----END KEY-----\n",
    ];

    public void Dispose() => directory.Dispose();

    [Fact]
    public void Every_value_is_read_back_equal_by_the_release() =>
        Prop.ForAll(Arb.From(Values), values => ReadBack(values).ShouldBe(values)).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public async Task Known_hard_values_are_read_back_equal_by_the_release()
    {
        var path = await WriteAsync(Known);
        (await InfraEnvironmentFile.ReadAsync(path, default)).Variables.Select(variable => variable.Reveal()).ShouldBe(Known);
    }

    [Theory]
    [InlineData("sh")]
    [InlineData("dash")]
    [InlineData("bash")]
    public async Task A_shell_reads_back_equal_what_was_written(string shell)
    {
        Assert.SkipUnless(ExecutableLookup.Find(shell, ProcessEnvironment.Variables) is not null, $"{shell} is not installed");
        var values = Sample();
        var path = await WriteAsync(values);
        var names = string.Join(' ', values.Select((_, index) => $"V{index}"));
        var script = $". '{path}'\nfor n in {names}; do eval \"printf '%s\\001' \\\"\\${{$n}}\\\"\"; done";

        var result = await Cli.Wrap(shell).WithArguments(["-u", "-e", "-c", script]).ExecuteBufferedAsync(Encoding.UTF8);

        result.StandardOutput.Split('\u0001')[..^1].ShouldBe(values);
    }

    [Fact]
    public async Task Python_dotenv_reads_back_equal_what_was_written()
    {
        var python = ExecutableLookup.Find("python3", ProcessEnvironment.Variables);
        Assert.SkipUnless(python is not null, "python3 is not installed");
        var check = await Cli.Wrap(python!).WithArguments(["-c", "import dotenv"]).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
        Assert.SkipUnless(check.ExitCode == 0, "python-dotenv is not installed");
        var values = Sample();
        var path = await WriteAsync(values);
        const string Script = "import dotenv, sys\nfor v in dotenv.dotenv_values(sys.argv[1]).values(): sys.stdout.buffer.write(v.encode() + b'\\x01')";

        var result = await Cli.Wrap(python!).WithArguments(["-c", Script, path]).ExecuteBufferedAsync(Encoding.UTF8);

        result.StandardOutput.Split('\u0001')[..^1].ShouldBe(values);
        result.StandardError.ShouldBeEmpty();
    }

    private static Gen<string[]> Values =>
        Gen.ArrayOf(Gen.ArrayOf(Gen.Elements(Tricky)).Select(characters => new string(characters))).Where(values => values.Length > 0);

    /// <summary>The known ones and many random ones, from a fixed seed so that a failure comes again.</summary>
    private static string[] Sample() => [.. Known, .. Values.Sample(40, new Rnd(20, 41), 60).SelectMany(values => values)];

    private string[] ReadBack(string[] values) =>
        [.. InfraEnvironmentFile.ReadAsync(WriteAsync(values).GetAwaiter().GetResult(), default).GetAwaiter().GetResult().Variables.Select(variable => variable.Reveal())];

    private async Task<string> WriteAsync(string[] values)
    {
        var path = directory.PathOf(".env");
        await InfraEnvironmentFile.WriteAsync(path, [.. values.Select((value, index) => new InfraVariable($"V{index}", value, index % 3 == 0))], NullObserver.Instance, default);
        return path;
    }
}
