using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Inference.Recovery;

namespace ReleaseTools.Engine.Tests.Inference.Recovery;

/// <summary>Every status of an endpoint × test, update, repair and restore, over the sandbox: each ends where the table of EndpointState says, with what it says.</summary>
public sealed class EveryStatusTests
{
    private const string Wait = "Wait: Wait-SageMakerEndpoint stereo";
    private const string Repair = "Repair-SageMakerEndpoint stereo";
    private const string Recreate = $"{Repair} -AllowRecreate";

    private static readonly Row[] Table =
    [
        // status, and what comes of: a test, an update, a repair that may recreate, a restore to the first configuration
        new("InService", "None: ", "Updated", "InService", "Updated first"),
        new("Creating", Wait, "Updated", "InService", "Updated first"),
        new("Updating", Wait, "Updated", "InService", "Updated first"),
        new("RollingBack", Wait, "Updated", "InService", "Updated first"),
        new("SystemUpdating", Wait, "Updated", "InService", "Updated first"),
        new("UpdateRollbackFailed", $"Update: {Repair}", Refused(Repair), "InService", "Updated first"),
        new("OutOfService", $"Update: {Repair}", Refused(Repair), "InService", "Updated first"),
        new("Failed", $"Recreate: {Recreate}", Refused(Recreate), "InService", NotRestorable(Recreate)),
        new("Deleting", $"Wait: {Repair}", Refused(Repair), "InService", NotRestorable(Repair)),
        new("Missing", $"Create: {Repair}", "EndpointNotFound", "InService", NotRestorable(Repair)),
    ];

    public static TheoryData<string, string> Tests => Column(row => row.Test);

    public static TheoryData<string, string> Updates => Column(row => row.Update);

    public static TheoryData<string, string> Repairs => Column(row => row.Repair);

    public static TheoryData<string, string> Restores => Column(row => row.Restore);

    [Theory]
    [MemberData(nameof(Tests))]
    public async Task A_test_tells_what_is_next(string status, string expected)
    {
        await using var endpoint = await InAsync(status);
        var before = endpoint.Sandbox.Calls.Count;

        var diagnosis = await endpoint.TestAsync();

        (diagnosis.Status, $"{diagnosis.NextStep}: {diagnosis.NextCommand}").ShouldBe((status, expected));
        (diagnosis.Problem is null).ShouldBe(status == "InService");
        diagnosis.LastGoodEndpointConfigName.ShouldBe(endpoint.Configs[0]);
        diagnosis.TerraformEndpointConfigName.ShouldBe("first");
        endpoint.Sandbox.Calls.Skip(before).ShouldAllBe(call => IsRead(call.Operation));
    }

    [Theory]
    [MemberData(nameof(Updates))]
    public async Task An_update_goes_on_or_names_the_command_that_is_next(string status, string expected)
    {
        await using var endpoint = await InAsync(status);
        var outcome = await OutcomeAsync(async () => (await endpoint.UpdateAsync("r2")).Status.ToString());
        outcome.ShouldStartWith(expected);
        if (status == "Missing")
            outcome.ShouldContain(Repair);
    }

    [Theory]
    [MemberData(nameof(Repairs))]
    public async Task A_repair_leaves_it_in_service(string status, string expected)
    {
        await using var endpoint = await InAsync(status);
        var before = endpoint.Sandbox.Calls.Count;

        var result = await endpoint.RepairAsync(allowRecreate: true);

        result.Error.ShouldBeNull(result.Error?.Message);
        (result.Diagnosis.Status, result.Diagnosis.IsHealthy).ShouldBe((expected, true));
        result.Diagnosis.Digests.ShouldNotBeEmpty();
        var now = (await endpoint.DescribeAsync())!;
        ((string?)now["EndpointStatus"]).ShouldBe("InService");
        (await endpoint.TagsAsync((string)now["EndpointArn"]!)).ShouldBe(status == "Missing" ? ["team=video"] : ["cost=video"]);
        endpoint.Sandbox.Calls.Skip(before).Any(call => call.Operation is "DeleteEndpoint").ShouldBe(status == "Failed");
    }

    [Theory]
    [MemberData(nameof(Restores))]
    public async Task A_restore_ends_on_what_was_asked_for_or_names_the_command_that_is_next(string status, string expected)
    {
        await using var endpoint = await InAsync(status);
        (await OutcomeAsync(async () =>
        {
            var restored = await endpoint.RestoreAsync("first");
            return $"{restored.Status} {restored.EndpointConfigName}";
        })).ShouldBe(expected);
        if (expected == "Updated first")
            ((string?)(await endpoint.DescribeAsync())!["EndpointConfigName"]).ShouldBe("first");
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

    private static string Refused(string command) => $"EndpointNotUpdatable: {command}; then run the command again.";

    private static string NotRestorable(string command) => $"EndpointNotRestorable: {command}; then run the command again.";

    private static TheoryData<string, string> Column(Func<Row, string> of)
    {
        var column = new TheoryData<string, string>();
        foreach (var row in Table)
            column.Add(row.Status, of(row));
        return column;
    }

    private sealed record Row(string Status, string Test, string Update, string Repair, string Restore);
}
