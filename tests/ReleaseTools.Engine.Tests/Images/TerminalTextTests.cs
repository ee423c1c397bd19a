using FsCheck;
using FsCheck.Fluent;
using ReleaseTools.Engine.Images;

namespace ReleaseTools.Engine.Tests.Images;

public sealed class TerminalTextTests
{
    [Theory]
    [InlineData("plain\ttext", "plain\ttext")]
    [InlineData("\u001b[31mred\u001b[0m", "red")]
    [InlineData("\u001b]0;title\u0007x", "x")]
    [InlineData("\u001b]8;;http://a\u001b\\link", "link")]
    [InlineData("\u001b(Bx", "x")]
    [InlineData("a\rb", "a\ufffdb")]
    [InlineData("\u001b", "\ufffd")]
    [InlineData("\u009b31mx", "\ufffd31mx")]
    public void Escape_sequences_go_and_other_controls_are_shown_as_such(string text, string shown) => TerminalText.Neutralise(text).ShouldBe(shown);

    [Fact]
    public void No_control_character_but_tab_is_left_of_any_text() =>
        Prop.ForAll<string>(text => !TerminalText.Neutralise(text ?? "").Any(character => char.IsControl(character) && character != '\t'))
            .QuickCheckThrowOnFailure();
}
