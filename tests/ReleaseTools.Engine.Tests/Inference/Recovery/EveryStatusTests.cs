using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Inference.Recovery;

namespace ReleaseTools.Engine.Tests.Inference.Recovery;

/// <summary>Every status of an endpoint × test, update, repair and restore, over the sandbox: each ends where the table of EndpointState says, with what it says.</summary>
public sealed class EveryStatusTests
{
    private const string Wait = "Wait: Wait-SageMakerEndpoint stereo";
    private const string Repair = "Repair-SageMakerEndpoint stereo";
    private const string Recreate = $"{Repair} -AllowRecreate";
    private const string Refused = $"EndpointNotUpdatable: {Repair}; then run the command again.";
    private const string NotRestorable = $"EndpointNotRestorable: {Repair}; then run the command again.";

    public static TheoryData<string, string, string, string, string> Table => new()
    {
        // status               test                      Update                    Repair, with -AllowRecreate            Restore -To first
        { "InService",            "None: ",                 "Updated",                "InService",                           "Updated first" },
        { "Creating",             Wait,                     "Updated",                "InService",                           "Updated first" },
        { "Updating",             Wait,                     "Updated",                "InService",                           "Updated first" },
        { "RollingBack",          Wait,                     "Updated",                "InService",                           "Updated first" },
        { "SystemUpdating",       Wait,                     "Updated",                "InService",                           "Updated first" },
        { "UpdateRollbackFailed", $"Update: {Repair}",      Refused,                  "InService",                           "Updated first" },
        { "OutOfService",         $"Update: {Repair}",      Refused,                  "InService",                           "Updated first" },
        { "Failed",               $"Recreate: {Recreate}",  Refused.Replace(Repair, Recreate, StringComparison.Ordinal), "InService", NotRestorable.Replace(Repair, Recreate, StringComparison.Ordinal) },
        { "Deleting",             $"Wait: {Repair}",        Refused,                  "InService",                           NotRestorable },
        { "Missing",              $"Create: {Repair}",      "EndpointNotFound",       "InService",                           NotRestorable },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task A_test_tells_what_is_next(string status, string test, string update, string repair, string restore)
    {
        await using var endpoint = await InAsync(status);
        var before = endpoint.Sandbox.Calls.Count;

        var diagnosis = await endpoint.TestAsync();

        (diagnosis.Status, $"{diagnosis.NextStep}: {diagnosis.NextCommand}").ShouldBe((status, test));
        (diagnosis.Problem is null).ShouldBe(status == "InService");
        diagnosis.LastGoodEndpointConfigName.ShouldBe(endpoint.Configs[0]);
        diagnosis.TerraformEndpointConfigName.ShouldBe("first");
        endpoint.Sandbox.Calls.Skip(before).ShouldAllBe(call => IsRead(call.Operation));
        _ = (update, repair, restore);
    }

    [Theory]
    [MemberData(nameof(Table))]
    public async Task An_update_goes_on_or_names_the_command_that_is_next(string status, string test, string update, string repair, string restore)
    {
        await using var endpoint = await InAsync(status);
        (await OutcomeAsync(async () => (await endpoint.UpdateAsync("r2")).Status.ToString())).ShouldStartWith(update);
        _ = (test, repair, restore);
    }

    [Theory]
    [MemberData(nameof(Table))]
    public async Task A_repair_leaves_it_in_service(string status, string test, string update, string repair, string restore)
    {
        await using var endpoint = await InAsync(status);
        var before = endpoint.Sandbox.Calls.Count;

        var result = await endpoint.RepairAsync(allowRecreate: true);

        result.Error.ShouldBeNull(result.Error?.Message);
        (result.Diagnosis.Status, result.Diagnosis.IsHealthy).ShouldBe((repair, true));
        result.Diagnosis.Digests.ShouldNotBeEmpty();
        var endpointNow = (await endpoint.DescribeAsync())!;
        ((string?)endpointNow["EndpointStatus"]).ShouldBe("InService");
        (await endpoint.TagsAsync((string)endpointNow["EndpointArn"]!)).ShouldBe(status == "Missing" ? ["team=video"] : ["cost=video"]);
        endpoint.Sandbox.Calls.Skip(before).Any(call => call.Operation is "DeleteEndpoint").ShouldBe(status == "Failed");
        _ = (test, update, restore);
    }

    [Theory]
    [MemberData(nameof(Table))]
    public async Task A_restore_ends_on_what_was_asked_for_or_names_the_command_that_is_next(string status, string test, string update, string repair, string restore)
    {
        await using var endpoint = await InAsync(status);
        (await OutcomeAsync(async () =>
        {
            var restored = await endpoint.RestoreAsync("first");
            return $"{restored.Status} {restored.EndpointConfigName}";
        })).ShouldBe(restore);
        if (restore == "Updated first")
            ((string?)(await endpoint.DescribeAsync())!["EndpointConfigName"]).ShouldBe("first");
        _ = (test, update, repair);
    }

    [Theory]
    [InlineData("Failed", nameof(Messages.EndpointRecreateNotAllowed))]
    [InlineData("InService", null)]
    [InlineData("Updating", null)]
    [InlineData("UpdateRollbackFailed", null)]
    [InlineData("OutOfService", null)]
    [InlineData("Deleting", null)]
    [InlineData("Missing", null)]
    public async Task Without_leave_nothing_is_deleted(string status, string? error)
    {
        await using var endpoint = await InAsync(status);
        var before = endpoint.Sandbox.Calls.Count;

        var result = await endpoint.RepairAsync(allowRecreate: false);

        result.Error?.Id.ShouldBe(error);
        if (error is not null)
        {
            result.Error!.Message.ShouldContain("-AllowRecreate");
            result.Error.RecommendedAction.ShouldBe(Recreate);
            result.Diagnosis.Status.ShouldBe("Failed");
        }

        endpoint.Sandbox.Calls.Skip(before).ShouldAllBe(call => call.Operation != "DeleteEndpoint");
    }

    [Fact]
    public async Task What_is_declined_is_not_done()
    {
        await using var endpoint = await InAsync("UpdateRollbackFailed");
        var before = endpoint.Sandbox.Calls.Count;
        var asked = new List<EndpointRepairStep>();

        var result = await new EndpointRepairs(endpoint.Tools()).RepairAsync(
            RecoveryFixture.Name, allowRecreate: true, TimeSpan.FromHours(1),
            step =>
            {
                asked.Add(step);
                return Task.FromResult(false);
            },
            default);

        result.Error.ShouldBeNull();
        asked.ShouldHaveSingleItem().Action.ShouldStartWith("Update: ");
        endpoint.Sandbox.Calls.Skip(before).ShouldAllBe(call => IsRead(call.Operation));
    }

    private static async Task<RecoveryFixture> InAsync(string status)
    {
        var endpoint = await new RecoveryFixture().StartAsync("r1");
        switch (status)
        {
            case "InService":
                break;
            case "Missing":
                await endpoint.DeleteEndpointAsync();
                endpoint.Sandbox.Time.Advance(TimeSpan.FromMinutes(5));
                break;
            default:
                endpoint.Sandbox.ForceEndpointStatus(RecoveryFixture.Name, status, status is "Failed" or "OutOfService" ? "out of capacity" : null);
                break;
        }

        return endpoint;
    }

    private static async Task<string> OutcomeAsync(Func<Task<string>> act)
    {
        try
        {
            return await act();
        }
        catch (ReleaseException refused)
        {
            return $"{refused.Id}: {refused.RecommendedAction}";
        }
    }

    private static bool IsRead(string operation) => new[] { "Describe", "List", "BatchGet", "Get" }.Any(verb => operation.StartsWith(verb, StringComparison.Ordinal));
}
