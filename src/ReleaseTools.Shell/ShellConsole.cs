using System.Management.Automation;

namespace ReleaseTools.Shell;

/// <summary>
/// The terminal, or what stands in for it: output goes to standard output, warnings and errors to standard error, and on a
/// terminal the progress stays below them. Everything is written under one lock, for events come from many threads.
/// </summary>
internal sealed class ShellConsole(TextWriter output, TextWriter error, int width, bool hasColor, bool isTerminal)
{
    private readonly Lock gate = new();
    private readonly ProgressLines progress = new();
    private bool midLine;

    /// <summary>Columns that output is formatted to.</summary>
    public int Width { get; } = width;

    /// <summary>Whether escape sequences are wanted.</summary>
    public bool HasColor { get; } = hasColor;

    /// <summary>
    /// The console of this process. Colour is left out where there is no terminal, and where NO_COLOR is set
    /// (https://no-color.org); redirected output is 120 columns wide.
    /// </summary>
    public static ShellConsole ForThisProcess()
    {
        var isTerminal = !Console.IsOutputRedirected && !string.Equals(Environment.GetEnvironmentVariable("TERM"), "dumb", StringComparison.Ordinal);
        var hasColor = isTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        var width = isTerminal && Console.WindowWidth > 0 ? Console.WindowWidth : 120;
        return new ShellConsole(Console.Out, Console.Error, width, hasColor, isTerminal);
    }

    /// <summary>Writes to standard output.</summary>
    public void Write(string text, AnsiColor color = AnsiColor.None) => Put(output, text, color);

    /// <summary>Writes a line to standard output.</summary>
    public void WriteLine(string text, AnsiColor color = AnsiColor.None) => Put(output, text + Environment.NewLine, color);

    /// <summary>Writes a line to standard error.</summary>
    public void WriteErrorLine(string text, AnsiColor color = AnsiColor.Red) => Put(error, text + Environment.NewLine, color);

    /// <summary>Writes an error with its place, its id and what to type next.</summary>
    public void WriteError(ErrorRecord record) => WriteErrorLine(ErrorText.Of(record));

    /// <summary>Reads a line; null when there is no more input.</summary>
    public string? ReadLine()
    {
        lock (gate)
        {
            Erase();
            midLine = false;
        }

        return Console.In.ReadLine();
    }

    /// <summary>Shows progress on a terminal; elsewhere it is not shown.</summary>
    public void Progress(long source, ProgressRecord record)
    {
        if (!isTerminal)
            return;
        lock (gate)
        {
            progress.Update(source, record);
            Erase();
            Draw();
        }
    }

    /// <summary>Takes all progress off the terminal.</summary>
    public void ClearProgress()
    {
        lock (gate)
        {
            Erase();
            progress.Clear();
        }
    }

    private void Put(TextWriter writer, string text, AnsiColor color)
    {
        lock (gate)
        {
            Erase();
            writer.Write(HasColor && color is not AnsiColor.None ? $"\e[{(int)color}m{text.TrimEnd('\r', '\n')}\e[0m{text[text.TrimEnd('\r', '\n').Length..]}" : text);
            writer.Flush();
            midLine = text.Length > 0 ? text[^1] != '\n' : midLine;
            Draw();
        }
    }

    private void Erase()
    {
        output.Write(progress.Erasing());
        output.Flush();
    }

    private void Draw()
    {
        if (midLine)
            return;
        output.Write(progress.Drawing(Width));
        output.Flush();
    }
}
