using System.Net;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Aws;

/// <summary>An error that an AWS service answered with, or a call that never got an answer.</summary>
public sealed class AwsServiceException : ReleaseException
{
    internal AwsServiceException(
        string id, ErrorKind kind, string service, string operation, string code, HttpStatusCode? status, string? requestId, string message, string recommendedAction, Exception? innerException)
        : base(id, kind, $"{service}:{operation}", message, recommendedAction, innerException)
    {
        Service = service;
        Operation = operation;
        Code = code;
        Status = status;
        RequestId = requestId;
    }

    /// <summary>The error whose id is <paramref name="id"/>; its texts may name the service, operation, code, AWS's message and request id as {0} to {4}.</summary>
    internal static AwsServiceException Create(
        string id, ErrorKind kind, string service, string operation, string code, HttpStatusCode? status, string? requestId, string message, Exception? innerException)
    {
        object?[] arguments = [service, operation, code, message, string.IsNullOrEmpty(requestId) ? "none" : requestId];
        return new(id, kind, service, operation, code, status, requestId, Text(id, arguments), Text(id + "_Action", arguments), innerException);
    }

    /// <summary>The service, such as <c>ecs</c>.</summary>
    public string Service { get; }

    /// <summary>The operation, such as <c>UpdateService</c>.</summary>
    public string Operation { get; }

    /// <summary>AWS's error code, such as <c>ClusterNotFoundException</c>.</summary>
    public string Code { get; }

    /// <summary>The HTTP status; null when there was no answer.</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>The request id to name to AWS support.</summary>
    public string? RequestId { get; }
}
