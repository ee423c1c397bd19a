using System.Management.Automation;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Hosting;

/// <summary>Makes error records of exceptions.</summary>
internal static class ErrorRecords
{
    /// <summary>
    /// The record of an exception: a <see cref="ReleaseException"/> brings its id, category, target and what to type next;
    /// anything else is named by its type.
    /// </summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="target">What it is about, where the exception does not say.</param>
    public static ErrorRecord From(Exception exception, object? target = null) => exception switch
    {
        ReleaseException release => new ErrorRecord(release, release.Id, CategoryOf(release.Kind), target ?? release.Target)
        {
            ErrorDetails = new ErrorDetails(release.Message) { RecommendedAction = release.RecommendedAction },
        },
        IContainsErrorRecord { ErrorRecord: { } record } => record,
        _ => new ErrorRecord(exception, exception.GetType().Name, ErrorCategory.NotSpecified, target),
    };

    private static ErrorCategory CategoryOf(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidArgument => ErrorCategory.InvalidArgument,
        ErrorKind.NotFound => ErrorCategory.ObjectNotFound,
        ErrorKind.NotInstalled => ErrorCategory.NotInstalled,
        ErrorKind.InvalidState => ErrorCategory.InvalidOperation,
        ErrorKind.Authentication => ErrorCategory.AuthenticationError,
        ErrorKind.PermissionDenied => ErrorCategory.PermissionDenied,
        ErrorKind.Connection => ErrorCategory.ConnectionError,
        ErrorKind.Timeout => ErrorCategory.OperationTimeout,
        ErrorKind.Failed => ErrorCategory.InvalidResult,
        _ => ErrorCategory.NotSpecified,
    };
}
