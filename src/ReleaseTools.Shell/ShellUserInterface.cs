using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace ReleaseTools.Shell;

/// <summary>The streams and the questions of the engine, on a console.</summary>
internal sealed class ShellUserInterface(ShellConsole console) : PSHostUserInterface
{
    /// <inheritdoc/>
    public override PSHostRawUserInterface RawUI { get; } = new ShellRawUserInterface(console);

    /// <inheritdoc/>
    public override bool SupportsVirtualTerminal => console.HasColor;

    /// <inheritdoc/>
    public override void Write(string value) => console.Write(Rendered(value));

    /// <inheritdoc/>
    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => console.Write(Rendered(value));

    /// <inheritdoc/>
    public override void WriteLine(string value) => console.WriteLine(Rendered(value));

    /// <inheritdoc/>
    public override void WriteErrorLine(string value) => console.WriteErrorLine(value);

    /// <inheritdoc/>
    public override void WriteWarningLine(string message) => console.WriteErrorLine("WARNING: " + message, AnsiColor.Yellow);

    /// <inheritdoc/>
    public override void WriteVerboseLine(string message) => console.WriteLine("VERBOSE: " + message, AnsiColor.Yellow);

    /// <inheritdoc/>
    public override void WriteDebugLine(string message) => console.WriteLine("DEBUG: " + message, AnsiColor.Yellow);

    /// <inheritdoc/>
    public override void WriteProgress(long sourceId, ProgressRecord record) => console.Progress(sourceId, record);

    /// <inheritdoc/>
    public override string ReadLine() =>
        console.ReadLine() ?? throw new HostException("There is no terminal to answer at. Pass -Confirm:$false, or the parameters that are asked for.");

    /// <inheritdoc/>
    public override SecureString ReadLineAsSecureString() => throw NoSecrets();

    /// <inheritdoc/>
    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) => throw NoSecrets();

    /// <inheritdoc/>
    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) => throw NoSecrets();

    /// <inheritdoc/>
    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions)
    {
        ShowHead(caption, message);
        var answers = new Dictionary<string, PSObject>(StringComparer.OrdinalIgnoreCase);
        foreach (var field in descriptions)
        {
            console.Write($"{field.Name}: ");
            answers[field.Name] = PSObject.AsPSObject(ReadLine());
        }

        return answers;
    }

    /// <inheritdoc/>
    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        ShowHead(caption, message);
        var keys = choices.Select(choice => choice.Label.IndexOf('&', StringComparison.Ordinal) is var at and >= 0 && at + 1 < choice.Label.Length
            ? choice.Label[at + 1].ToString(CultureInfo.InvariantCulture).ToUpperInvariant()
            : choice.Label).ToList();
        var labels = choices.Select(choice => choice.Label.Replace("&", string.Empty, StringComparison.Ordinal)).ToList();
        var question = string.Join("  ", keys.Zip(labels, (key, label) => $"[{key}] {label}"));
        if (defaultChoice >= 0)
            question += $" (default is \"{keys[defaultChoice]}\")";

        while (true)
        {
            console.Write(question + ": ");
            var answer = ReadLine().Trim();
            if (answer.Length == 0 && defaultChoice >= 0)
                return defaultChoice;
            var chosen = Enumerable.Range(0, keys.Count).FirstOrDefault(
                index => answer.Equals(keys[index], StringComparison.OrdinalIgnoreCase) || answer.Equals(labels[index], StringComparison.OrdinalIgnoreCase), -1);
            if (chosen >= 0)
                return chosen;
        }
    }

    // Views bring escape sequences whether or not the host can show them; taking them out is the host's part.
    private string Rendered(string value) => GetOutputString(value, SupportsVirtualTerminal);

    private static NotSupportedException NoSecrets() => new("This shell does not ask for secrets. Use a profile, or run the script in pwsh.");

    private void ShowHead(string caption, string message)
    {
        if (!string.IsNullOrEmpty(caption))
            console.WriteLine(caption);
        if (!string.IsNullOrEmpty(message))
            console.WriteLine(message);
    }
}
