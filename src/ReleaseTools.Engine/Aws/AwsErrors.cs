using System.Net;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Aws;

/// <summary>What an error of AWS means to somebody who waits.</summary>
internal static class AwsErrors
{
    /// <summary>
    /// Whether looking again later may help: throttled, no connection, or the service's own fault, after the SDK's retries; or an
    /// answer that cannot be read, as of a proxy that stands between for a moment.
    /// </summary>
    public static bool IsTransient(this AwsServiceException error) =>
        error.Kind is ErrorKind.Connection or ErrorKind.Timeout || error.Id == nameof(Messages.AwsAnswerMalformed);

    /// <summary>Whether the request may have had its effect although no good answer came: none at all, a 5xx, or a success that could not be read.</summary>
    public static bool MayHaveBeenDone(this AwsServiceException error) =>
        error.Status is null or HttpStatusCode.OK or >= HttpStatusCode.InternalServerError;

    /// <summary>
    /// Whether SageMaker says that what was named is not there: it answers a ValidationException, whose text alone
    /// tells it from others ("Could not find endpoint …", "Could not find endpoint configuration …", "Could not find model …").
    /// </summary>
    public static bool IsCouldNotFind(this AwsServiceException error) =>
        error.Code == "ValidationException" && error.Message.Contains("Could not find", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether SageMaker says that what was to be made is there already ("Cannot create already existing …", a ValidationException too).</summary>
    public static bool IsAlreadyExisting(this AwsServiceException error) =>
        error.Code == "ValidationException" && error.Message.Contains("already existing", StringComparison.OrdinalIgnoreCase);
}
