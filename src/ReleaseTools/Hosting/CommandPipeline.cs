using System.Management.Automation;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Hosting;

/// <summary>What asynchronous work may do with its command, from any thread.</summary>
internal sealed class CommandPipeline(PSCmdlet command, PipelinePump pump, ProgressBoard board)
{
    /// <summary>Makes progress and stream output of what the Engine says.</summary>
    public IReleaseObserver Observer => field ??= new CommandObserver(this, board);

    /// <summary>How many columns announcements have. Made before the work begins, on the thread that may ask the host.</summary>
    internal int Width { get; } = ViewText.WidthOf(command.Host);

    /// <summary>Writes a record to the pipeline.</summary>
    public void Write(object record) => pump.Post(() => command.WriteObject(record));

    /// <summary>Writes the error of an item that failed; the other items go on.</summary>
    public void WriteError(Exception exception, object? target = null) => pump.Post(() => command.WriteError(ErrorRecords.From(exception, target)));

    /// <summary>Writes to the verbose stream.</summary>
    public void Verbose(string message) => pump.Post(() => command.WriteVerbose(message));

    /// <summary>Writes to the debug stream.</summary>
    public void Debug(string message) => pump.Post(() => command.WriteDebug(message));

    /// <summary>Writes to the information stream, and shows it whatever the preference, as Write-Host does.</summary>
    /// <remarks>After Ctrl-C, or when downstream wants no more, a cmdlet can write no more, but what it left running on AWS must be said: the host says it.</remarks>
    public void Announce(string message) => pump.PostLastWords(ended =>
    {
        // Between words on a terminal; in a file a message stays on one line, where it can be searched for.
        if (!Console.IsOutputRedirected)
            message = string.Join(Environment.NewLine, TextWrap.Lines(message, Width));
        if (ended)
            command.Host.UI.WriteLine(message);
        else
            command.WriteInformation(new HostInformationMessage { Message = message }, ["PSHOST", "ReleaseTools"]);
    });

    /// <summary>Warns; after Ctrl-C too, as <see cref="Announce"/> does.</summary>
    public void Warn(string message) => pump.PostLastWords(ended =>
    {
        if (ended)
            command.Host.UI.WriteWarningLine(message);
        else
            command.WriteWarning(message);
    });

    /// <summary>Says what a stopped command still does, and lets it go on for as long as that may take.</summary>
    public void TakeTime(string message, TimeSpan longest)
    {
        pump.GiveTime(longest);
        Warn(message);
    }

    /// <summary>Asks <c>ShouldProcess</c>: false under <c>-WhatIf</c>, or when the user says no.</summary>
    /// <param name="target">What is changed.</param>
    /// <param name="action">What is done to it, such as <c>Force new deployment 'sha256:1f…' -> 'sha256:2a…'</c>.</param>
    public Task<bool> ShouldProcessAsync(string target, string action) => pump.InvokeAsync(() => command.ShouldProcess(target, action));

    /// <summary>Asks <c>ShouldProcess</c> where <c>-WhatIf</c> predicts what a "No" leaves out.</summary>
    /// <inheritdoc cref="ShouldProcessAsync"/>
    public Task<Approval> ApproveAsync(string target, string action) => pump.InvokeAsync(() => Approvals.Ask(command, target, action));

    /// <summary>Asks for a step that destroys something, as ConfirmImpact High asks, of a command whose other steps do not.</summary>
    /// <inheritdoc cref="ShouldProcessAsync"/>
    public Task<Approval> ApproveDestructionAsync(string target, string action) => pump.InvokeAsync(() => Approvals.AskForDestruction(command, target, action));

    /// <summary>Shows progress.</summary>
    internal void Progress(ProgressRecord record) => pump.Post(() => command.WriteProgress(record));

    /// <summary>Takes every activity off the screen, however the work ended.</summary>
    internal void CompleteProgress()
    {
        foreach (var record in board.CompleteAll())
        {
            pump.PostLastWords(ended =>
            {
                if (ended)
                    command.Host.UI.WriteProgress(sourceId: 0, record);
                else
                    command.WriteProgress(record);
            });
        }
    }
}
