using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Tests.Doubles;

/// <summary>AWS by script: each operation answers JSON, so that requests and responses pass through the real wire types.</summary>
internal sealed class ScriptedAws : IAwsCaller
{
    private readonly Dictionary<string, Func<JsonObject, JsonNode>> answers = new(StringComparer.Ordinal);

    public ScriptedAws() => Session = new AwsSession("eu-west-1", _ => this);

    public AwsSession Session { get; }

    public List<(string Operation, JsonObject Request)> Calls { get; } = [];

    /// <summary>What a call waits for before it is answered.</summary>
    public Func<string, Task>? OnCall { get; set; }

    public IEnumerable<string> Operations => Calls.Select(call => call.Operation);

    public ScriptedAws On(string operation, Func<JsonObject, JsonNode> answer)
    {
        answers[operation] = answer;
        return this;
    }

    public ScriptedAws On(string operation, string json) => On(operation, _ => JsonNode.Parse(json)!);

    /// <summary>One answer after the other; the last one stays.</summary>
    public ScriptedAws InTurn(string operation, params Func<JsonNode>[] turns)
    {
        var next = 0;
        return On(operation, _ => turns[Math.Min(next++, turns.Length - 1)]());
    }

    public static AwsServiceException Error(string code, string message = "", HttpStatusCode? status = HttpStatusCode.BadRequest) =>
        new("AwsError", status is HttpStatusCode.BadRequest && code != "ThrottlingException" ? ErrorKind.Failed : ErrorKind.Connection, "service", "Operation", code, status, "request", message, "", innerException: null);

    /// <summary>A success that cannot be read, as the caller tells it.</summary>
    public static AwsServiceException Unreadable() =>
        new(nameof(Messages.AwsAnswerMalformed), ErrorKind.Failed, "service", "Operation", "MalformedResponse", HttpStatusCode.OK, "request", "'<' is an invalid start of a value.", "", innerException: null);

    public IEnumerable<JsonObject> RequestsOf(string operation) => Calls.Where(call => call.Operation == operation).Select(call => call.Request);

    public async Task<TResponse> CallAsync<TRequest, TResponse>(
        string operation, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TResponse> responseType, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await Task.Yield();
        if (OnCall is not null)
            await OnCall(operation);
        cancellationToken.ThrowIfCancellationRequested();
        var sent = JsonSerializer.SerializeToNode(request, requestType)!.AsObject();
        lock (Calls)
        {
            Calls.Add((operation, sent));
            var answer = answers.TryGetValue(operation, out var script) ? script(sent) : throw new InvalidOperationException($"No script for {operation}.");
            return answer.Deserialize(responseType)!;
        }
    }
}
