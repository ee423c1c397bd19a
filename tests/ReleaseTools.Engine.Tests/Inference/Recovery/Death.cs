using System.Text.Json.Serialization.Metadata;
using ReleaseTools.Engine.Aws;

namespace ReleaseTools.Engine.Tests.Inference.Recovery;

/// <summary>A process that is killed at one of its calls with an effect: that call arrives or not, and nothing that it does afterwards arrives anywhere.</summary>
/// <param name="at">The number of the call; 0 lets it live.</param>
/// <param name="arrives">Whether that call is still carried out.</param>
internal sealed class Death(int at, bool arrives)
{
    private bool isDead;

    /// <summary>The calls with an effect, in order.</summary>
    public List<string> Effects { get; } = [];

    public IAwsCaller Of(IAwsCaller inner) => new Caller(this, inner);

    private sealed class Caller(Death death, IAwsCaller inner) : IAwsCaller
    {
        public async Task<TResponse> CallAsync<TRequest, TResponse>(
            string operation, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TResponse> responseType, CancellationToken cancellationToken)
        {
            if (death.isDead)
                throw new ProcessKilledException();
            if (IsRead(operation))
                return await inner.CallAsync(operation, request, requestType, responseType, cancellationToken);
            death.Effects.Add(operation);
            if (death.Effects.Count != death.At)
                return await inner.CallAsync(operation, request, requestType, responseType, cancellationToken);
            if (death.Arrives)
                await inner.CallAsync(operation, request, requestType, responseType, cancellationToken);
            death.isDead = true;
            throw new ProcessKilledException();
        }

        private static bool IsRead(string operation) => operation.StartsWith("Describe", StringComparison.Ordinal) || operation.StartsWith("List", StringComparison.Ordinal);
    }

    private bool Arrives { get; } = arrives;

    private int At { get; } = at;
}

/// <summary>What no code catches, as no code survives a kill.</summary>
internal sealed class ProcessKilledException : Exception;
