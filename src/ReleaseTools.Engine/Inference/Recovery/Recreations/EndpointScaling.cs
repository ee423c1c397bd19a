using System.Text.Json.Nodes;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Inference.Recovery.Recreations;

/// <summary>
/// What scales an endpoint's variants. With an endpoint its registration goes, "without notifying you", and with that its policies and
/// scheduled actions (SageMaker developer guide, "Delete endpoints configured for auto scaling"); so it is read before, and put back after.
/// </summary>
internal sealed class EndpointScaling(AwsSession aws, IReleaseObserver observer, TimeProvider time)
{
    private const string Namespace = "sagemaker";

    // Members of the descriptions that the requests do not have.
    private static readonly string[] ReadOnlyOfTarget = ["ScalableTargetARN", "CreationTime", "PredictedCapacity"];
    private static readonly string[] ReadOnlyOfPolicy = ["PolicyARN", "Alarms", "CreationTime"];
    private static readonly string[] ReadOnlyOfAction = ["ScheduledActionARN", "CreationTime"];

    /// <summary>What is registered now.</summary>
    /// <exception cref="AwsServiceException">It may not be read.</exception>
    public async Task<EndpointScalingState> ReadAsync(string endpointName, IReadOnlyList<string> variants, CancellationToken cancellationToken)
    {
        if (variants.Count == 0)
            return new([], [], []);
        var resources = variants.Select(variant => $"endpoint/{endpointName}/variant/{variant}").ToList();
        var targets = await PagesAsync(async next =>
        {
            var page = await aws.AutoScaling.DescribeScalableTargetsAsync(new(Namespace, resources) { NextToken = next }, cancellationToken);
            return (page.ScalableTargets, page.NextToken);
        });
        var (policies, actions) = (new List<JsonObject>(), new List<JsonObject>());
        foreach (var resource in targets.Select(target => EndpointClone.Text(target, "ResourceId")!).Distinct(StringComparer.Ordinal))
        {
            policies.AddRange(await PagesAsync(async next =>
            {
                var page = await aws.AutoScaling.DescribeScalingPoliciesAsync(new(Namespace, resource) { NextToken = next }, cancellationToken);
                return (page.ScalingPolicies, page.NextToken);
            }));
            actions.AddRange(await PagesAsync(async next =>
            {
                var page = await aws.AutoScaling.DescribeScheduledActionsAsync(new(Namespace, resource) { NextToken = next }, cancellationToken);
                return (page.ScheduledActions, page.NextToken);
            }));
        }

        return new(targets, policies, actions);
    }

    /// <summary>Whether the counts of an endpoint's variants are not its configuration's to say; true also where it may not be asked.</summary>
    public async Task<bool> OwnsCountsAsync(string endpointName, IReadOnlyList<string> variants, CancellationToken cancellationToken)
    {
        try
        {
            return !(await ReadAsync(endpointName, variants, cancellationToken)).IsEmpty;
        }
        catch (AwsServiceException unread) when (unread.Kind == ErrorKind.PermissionDenied)
        {
            observer.Report(new Noted(endpointName, $"Whether it is scaled is not known, so its instance counts stay as they are. {unread.Message}"));
            return true;
        }
    }

    /// <summary>Both, where what is known of later is what holds.</summary>
    public static EndpointScalingState Merged(EndpointScalingState earlier, EndpointScalingState later) => new(
        Merged(earlier.Targets, later.Targets, TargetKey), Merged(earlier.Policies, later.Policies, PolicyKey), Merged(earlier.Actions, later.Actions, ActionKey));

    /// <summary>Puts back what is not there. Each of the calls can be sent again.</summary>
    public async Task RestoreAsync(string endpointName, EndpointScalingState wanted, CancellationToken cancellationToken)
    {
        if (wanted.IsEmpty)
            return;
        var variants = wanted.Targets.Select(target => EndpointClone.Text(target, "ResourceId")!.Split('/')[^1]).Distinct(StringComparer.Ordinal).ToList();
        var there = await ReadAsync(endpointName, variants, cancellationToken);
        foreach (var target in Missing(wanted.Targets, there.Targets, TargetKey))
            await aws.AutoScaling.RegisterScalableTargetAsync(Target(target), cancellationToken);
        foreach (var policy in Missing(wanted.Policies, there.Policies, PolicyKey))
            await RegisteredAsync(() => aws.AutoScaling.PutScalingPolicyAsync(Without(policy, ReadOnlyOfPolicy), cancellationToken), cancellationToken);
        foreach (var action in Missing(wanted.Actions, there.Actions, ActionKey))
            await RegisteredAsync(() => aws.AutoScaling.PutScheduledActionAsync(Without(action, ReadOnlyOfAction), cancellationToken), cancellationToken);
        Say(endpointName, wanted, there);
    }

    private void Say(string endpointName, EndpointScalingState wanted, EndpointScalingState there)
    {
        var policies = Missing(wanted.Policies, there.Policies, PolicyKey).ToList();
        observer.Report(new Noted(endpointName, $"Its scaling is registered: {wanted.Targets.Count} targets, {wanted.Policies.Count} policies, {wanted.Actions.Count} scheduled actions."));

        // Those of target tracking are Application Auto Scaling's own; those of a step policy are somebody's, and name the policy by an ARN that is new.
        var alarms = policies.Where(policy => EndpointClone.Text(policy, "PolicyType") == "StepScaling")
            .SelectMany(policy => (policy["Alarms"] as JsonArray)?.OfType<JsonObject>() ?? []).Select(alarm => EndpointClone.Text(alarm, "AlarmName")).OfType<string>().ToList();
        if (alarms.Count > 0)
            observer.Report(new Warned(endpointName, $"The CloudWatch alarms {string.Join(", ", alarms)} named step scaling policies that have new ARNs now: name these as their actions, by terraform apply or aws cloudwatch put-metric-alarm."));
    }

    // "There might be a brief delay until the operation achieves eventual consistency" (RegisterScalableTarget, API reference).
    private async Task RegisteredAsync(Func<Task<JsonObject>> put, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                await put();
                return;
            }
            catch (AwsServiceException early) when (early.Code == "ObjectNotFoundException" && time.GetElapsedTime(began) < ReadLag.Longest)
            {
                await Task.Delay(ReadLag.BetweenLooks, time, cancellationToken);
            }
        }
    }

    // A service-linked role is chosen by the service, and cannot be passed.
    private static JsonObject Target(JsonObject described)
    {
        var request = Without(described, ReadOnlyOfTarget);
        if (EndpointClone.Text(request, "RoleARN")?.Contains(":role/aws-service-role/", StringComparison.Ordinal) == true)
            request.Remove("RoleARN");
        return request;
    }

    private static JsonObject Without(JsonObject described, string[] readOnly)
    {
        var request = described.DeepClone().AsObject();
        foreach (var member in readOnly)
            request.Remove(member);
        return request;
    }

    private static IEnumerable<JsonObject> Missing(IReadOnlyList<JsonObject> wanted, IReadOnlyList<JsonObject> there, Func<JsonObject, string> key) =>
        wanted.Where(one => !there.Select(key).Contains(key(one), StringComparer.Ordinal));

    private static IReadOnlyList<JsonObject> Merged(IReadOnlyList<JsonObject> earlier, IReadOnlyList<JsonObject> later, Func<JsonObject, string> key) =>
        [.. Missing(earlier, later, key), .. later];

    private static string TargetKey(JsonObject target) => $"{EndpointClone.Text(target, "ResourceId")} {EndpointClone.Text(target, "ScalableDimension")}";

    private static string PolicyKey(JsonObject policy) => $"{TargetKey(policy)} {EndpointClone.Text(policy, "PolicyName")}";

    private static string ActionKey(JsonObject action) => $"{TargetKey(action)} {EndpointClone.Text(action, "ScheduledActionName")}";

    private static async Task<List<JsonObject>> PagesAsync(Func<string?, Task<(IReadOnlyList<JsonObject>? Items, string? Next)>> read)
    {
        var all = new List<JsonObject>();
        string? next = null;
        do
        {
            (var items, next) = await read(next);
            all.AddRange(items ?? []);
        }
        while (next is not null);
        return all;
    }
}
