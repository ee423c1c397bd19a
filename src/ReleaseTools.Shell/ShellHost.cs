using System.Globalization;
using System.Management.Automation.Host;

namespace ReleaseTools.Shell;

/// <summary>What the engine asks of its host: a user interface, and to note the exit code.</summary>
internal sealed class ShellHost(ShellConsole console) : PSHost
{
    /// <summary>The code given to <c>exit</c>; null when it was not called.</summary>
    public int? ExitCode { get; private set; }

    /// <inheritdoc/>
    public override string Name => "ReleaseTools.Shell";

    /// <inheritdoc/>
    public override Version Version => typeof(ShellHost).Assembly.GetName().Version!;

    /// <inheritdoc/>
    public override Guid InstanceId { get; } = Guid.NewGuid();

    /// <inheritdoc/>
    public override CultureInfo CurrentCulture => CultureInfo.CurrentCulture;

    /// <inheritdoc/>
    public override CultureInfo CurrentUICulture => CultureInfo.CurrentUICulture;

    /// <inheritdoc/>
    public override PSHostUserInterface UI { get; } = new ShellUserInterface(console);

    /// <inheritdoc/>
    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;

    /// <inheritdoc/>
    public override void EnterNestedPrompt() => throw new NotSupportedException("This shell has no prompt to suspend to; run the script in pwsh for that.");

    /// <inheritdoc/>
    public override void ExitNestedPrompt() => throw new NotSupportedException("This shell has no prompt.");

    /// <inheritdoc/>
    public override void NotifyBeginApplication()
    {
    }

    /// <inheritdoc/>
    public override void NotifyEndApplication()
    {
    }
}
