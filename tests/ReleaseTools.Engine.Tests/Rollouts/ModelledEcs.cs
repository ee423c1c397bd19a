using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Time.Testing;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Tests.Doubles;
using ReleaseTools.Sandbox;
using ReleaseTools.Sandbox.Ecs;
using EcsService = ReleaseTools.Sandbox.Ecs.EcsService;

namespace ReleaseTools.Engine.Tests.Rollouts;

/// <summary>
/// The sandbox's ECS without a network between, on which a history is played: its time goes on second by second to wherever
/// the watcher's clock stands when it calls, and what happens is noted as it is true there.
/// </summary>
internal sealed class ModelledEcs : IAwsCaller, IImageStore
{
    public const string Repository = "1.dkr.ecr.eu-west-1.amazonaws.com/web";
    public const string Old = "sha256:old";
    public const string New = "sha256:new";

    /// <summary>By how many seconds a read lags at most: an outage does not make it older.</summary>
    public const double MostStale = 8;

    private readonly DeploymentHistory history;
    private readonly TimeProvider watchers;
    private readonly TagsInMemory registry;
    private readonly FakeTimeProvider clock;
    private readonly SandboxWorld world;
    private readonly EcsService ecs;
    private readonly Queue<(Happening What, int At)> toCome;
    private string? foreignDigest;
    private (JsonNode Answer, double At)? lastLook;
    private DateTimeOffset startedAt;
    private int calls;
    private int looks;

    public ModelledEcs(DeploymentHistory history, TimeProvider watchers, TagsInMemory registry)
    {
        this.history = history;
        this.watchers = watchers;
        this.registry = registry;
        toCome = new(history.Happenings);
        clock = new FakeTimeProvider(watchers.GetUtcNow() - TimeSpan.FromMinutes(2));
        world = new SandboxWorld(new SandboxOptions { Clock = clock }) { Host = "127.0.0.1:1", Images = this };
        ecs = new EcsService(world);
        Invoke("CreateCluster", new() { ["clusterName"] = "main" });
        Invoke("RegisterTaskDefinition", JsonNode.Parse($$"""{"family":"web","containerDefinitions":[{"name":"app","image":"{{Repository}}:latest","essential":true}]}""")!.AsObject());
        Invoke("CreateService", new()
        {
            ["cluster"] = "main", ["serviceName"] = "web", ["taskDefinition"] = "web", ["desiredCount"] = history.Desired,
            ["deploymentConfiguration"] = new JsonObject
            {
                ["minimumHealthyPercent"] = history.MinimumHealthyPercent, ["maximumPercent"] = history.MaximumPercent,
                ["deploymentCircuitBreaker"] = new JsonObject { ["enable"] = history.Breaker, ["rollback"] = history.RollsBack },
            },
        });
        Catch(watchers.GetUtcNow());
        Session = new AwsSession("eu-west-1", _ => this);
    }

    public AwsSession Session { get; }

    public string? Deployment { get; private set; }

    public DeploymentTruth Truth { get; } = new();

    /// <summary>Seconds since the deployment's start.</summary>
    public double Now => Deployment is null ? 0 : (clock.GetUtcNow() - startedAt).TotalSeconds;

    public ServiceState Service => ecs.State.Services[0];

    public Task<TResponse> CallAsync<TRequest, TResponse>(
        string operation, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TResponse> responseType, CancellationToken cancellationToken)
    {
        Catch(watchers.GetUtcNow());
        var isOut = Deployment is not null && Now >= 10 && Now < 10 + history.Outage;
        if (isOut || (Deployment is not null && IsTurn(history.ThrottledEvery, ++calls)))
            throw ScriptedAws.Error("ThrottlingException");

        JsonNode answer;
        try
        {
            answer = Answer(operation, JsonSerializer.SerializeToNode(request, requestType)!.AsObject());
        }
        catch (SandboxException refusal)
        {
            throw ScriptedAws.Error(refusal.Code, refusal.Message);
        }

        if (operation == "UpdateService")
            Start(answer);
        return Task.FromResult(answer.Deserialize(responseType)!);
    }

    public string? Resolve(string imageReference) => foreignDigest ?? registry.DigestOf(Repository, "latest");

    public string Push(string imageReference, string mediaType, ReadOnlyMemory<byte> manifest, IReadOnlyList<ReadOnlyMemory<byte>> blobs, CancellationToken cancellation) =>
        throw new NotSupportedException();

    private JsonNode Answer(string operation, JsonObject request)
    {
        if (operation != "DescribeServices")
            return Invoke(operation, request);
        if (Deployment is not null && IsTurn(history.StaleEvery, ++looks) && lastLook is { } last && Now - last.At <= MostStale)
            return last.Answer;
        var answer = Invoke(operation, request);
        lastLook = (answer, Now);
        return answer;
    }

    private void Start(JsonNode answer)
    {
        Deployment = (string)answer["service"]!["deployments"]![0]!["id"]!;
        startedAt = clock.GetUtcNow();
        foreach (var fault in history.Faults)
        {
            world.Faults.Add(new()
            {
                Kind = fault.CannotPull ? SandboxFaultKind.CannotPull : SandboxFaultKind.TaskCrash, Target = "web", Count = fault.Count, Delay = TimeSpan.FromSeconds(fault.AfterSeconds),
                Reason = fault.CannotPull ? "CannotPullContainerError: not found" : null,
            });
        }
    }

    private void Catch(DateTimeOffset now)
    {
        while (clock.GetUtcNow() < now)
        {
            var next = clock.GetUtcNow() + TimeSpan.FromSeconds(1);
            clock.SetUtcNow(next < now ? next : now);
            Advance();
            while (Deployment is not null && toCome.TryPeek(out var happening) && happening.At <= Now)
                Happen(toCome.Dequeue().What);
        }
    }

    private void Happen(Happening what)
    {
        if (Service.Status is not ServiceStatus.Active)
            return;
        switch (what)
        {
            case Happening.SupersededByAnotherImage:
            case Happening.Superseded:
                foreignDigest = what is Happening.Superseded ? foreignDigest : "sha256:foreign";
                if (Service.Primary!.Id == Deployment)
                    Truth.Note(Now, DeploymentEnd.Superseded);
                Invoke("UpdateService", new() { ["cluster"] = "main", ["service"] = "web", ["forceNewDeployment"] = true });
                break;
            case Happening.Deleted:
                Invoke("DeleteService", new() { ["cluster"] = "main", ["service"] = "web", ["force"] = true });
                Truth.Note(Now, DeploymentEnd.Failed);
                break;
            case Happening.TaskStopped when Service.Live.Find(task => task.IsWanted) is { } task:
                Invoke("StopTask", new() { ["cluster"] = "main", ["task"] = task.Id });
                break;
            case Happening.ScaledOut when Service.DesiredCount > 0: // a desired count of 0 is another kind of end
                Invoke("UpdateService", new() { ["cluster"] = "main", ["service"] = "web", ["desiredCount"] = Service.DesiredCount + 1 });
                break;
            case Happening.FaultsEnd:
                world.Faults.Clear();
                break;
        }
    }

    private void Advance()
    {
        ecs.Advance(clock.GetUtcNow());
        if (Deployment is not null)
            Truth.Note(Now, clock.GetUtcNow(), Service, ecs.State, Deployment);
    }

    private JsonObject Invoke(string operation, JsonObject request)
    {
        Advance();
        return ecs.Invoke(operation, request);
    }

    private static bool IsTurn(int every, int number) => every > 0 && number % every == 0;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Truth} at {Now:0} s");
}
