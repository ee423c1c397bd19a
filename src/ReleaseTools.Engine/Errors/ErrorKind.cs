namespace ReleaseTools.Engine.Errors;

/// <summary>What kind of error it is; the PowerShell face makes an <c>ErrorCategory</c> of it.</summary>
public enum ErrorKind
{
    /// <summary>An argument or the definition is wrong.</summary>
    InvalidArgument,

    /// <summary>A thing that was named is not there.</summary>
    NotFound,

    /// <summary>A program that is needed is not installed, or too old.</summary>
    NotInstalled,

    /// <summary>The thing is in a state in which this cannot be done.</summary>
    InvalidState,

    /// <summary>No credentials, or they do not do.</summary>
    Authentication,

    /// <summary>The credentials may not do this.</summary>
    PermissionDenied,

    /// <summary>Something could not be reached, or broke off.</summary>
    Connection,

    /// <summary>The time given ran out.</summary>
    Timeout,

    /// <summary>The work itself failed: a build, a deployment, an update.</summary>
    Failed,
}
