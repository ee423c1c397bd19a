namespace ReleaseTools.Shell;

/// <summary>Foreground colours by their numbers in ECMA-48's select graphic rendition.</summary>
internal enum AnsiColor
{
    /// <summary>The terminal's own.</summary>
    None = 0,

    /// <summary>Errors.</summary>
    Red = 31,

    /// <summary>Warnings, verbose and debug, as in PowerShell.</summary>
    Yellow = 33,

    /// <summary>Progress.</summary>
    Cyan = 36,
}
