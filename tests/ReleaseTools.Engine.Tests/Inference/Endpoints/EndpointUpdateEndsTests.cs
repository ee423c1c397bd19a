using System.Text.Json.Nodes;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Inference.Endpoints;

public sealed class EndpointUpdateEndsTests : ScriptedUpdates
{
    [Fact]
    public async Task A_rollback_says_so_and_takes_away_what_was_made()
    {
        Aws.InTurn(
            "DescribeEndpoint", Before, Before, () => Endpoint("Updating", "former", Old), () => Endpoint("RollingBack", "former", Old),
            () => Endpoint("InService", "former", Old));

        var update = await UpdateAsync();

        update.Status.ShouldBe(EndpointUpdateStatus.RolledBack);
        update.Reason!.ShouldContain("SageMaker gave no reason");
        ((string?)Aws.RequestsOf("DeleteEndpointConfig").Single()["EndpointConfigName"]).ShouldBe(OurConfig);
        ((string?)Aws.RequestsOf("DeleteModel").Single()["ModelName"]).ShouldBe(OurConfig);
    }

    [Fact]
    public async Task What_a_failed_attempt_made_stays_while_the_endpoint_names_it()
    {
        Aws.InTurn("DescribeEndpoint", Before, Before, () => Endpoint("Updating", "former", Old), () => Endpoint("Failed", OurConfig, null));
        var update = await UpdateAsync();
        update.Status.ShouldBe(EndpointUpdateStatus.Failed);
        update.NextCommand.ShouldBe("Repair-SageMakerEndpoint stereo -AllowRecreate");
        Aws.Operations.ShouldNotContain("DeleteEndpointConfig");
    }

    [Fact]
    public async Task A_refused_update_takes_away_what_was_made()
    {
        Aws.On("UpdateEndpoint", _ => throw ScriptedAws.Error("ValidationException", "Cannot update in-progress endpoint."));
        await Should.ThrowAsync<ReleaseException>(UpdateAsync);
        Aws.Operations.TakeLast(3).ShouldBe(["DescribeEndpoint", "DeleteEndpointConfig", "DeleteModel"]);
    }

    [Fact]
    public async Task An_update_whose_answer_was_lost_is_watched_and_not_asked_for_twice()
    {
        Aws.On("UpdateEndpoint", _ => throw ScriptedAws.Error("ConnectionLost", status: null));
        Aws.InTurn("DescribeEndpoint", Before, Before, () => Endpoint("Updating", "former", Old), () => Endpoint("InService", OurConfig, New));
        (await UpdateAsync()).Status.ShouldBe(EndpointUpdateStatus.Updated);
        Aws.Operations.Count(operation => operation == "UpdateEndpoint").ShouldBe(1);
    }

    [Fact]
    public async Task A_wait_that_runs_out_says_that_the_update_goes_on()
    {
        Aws.InTurn("DescribeEndpoint", Before, Before, () => Endpoint("Updating", "former", Old));
        var update = await UpdateAsync();
        update.Status.ShouldBe(EndpointUpdateStatus.TimedOut);
        update.Reason!.ShouldContain("The update of endpoint stereo goes on.");
        Aws.Operations.ShouldNotContain("DeleteEndpointConfig");
    }

    [Fact]
    public async Task A_stop_by_the_user_during_the_wait_leaves_the_update_running_and_says_so()
    {
        using var stop = new CancellationTokenSource();
        var looks = 0;
        Aws.On("DescribeEndpoint", _ =>
        {
            if (++looks > 3)
                stop.Cancel();
            return Endpoint(looks <= 2 ? "InService" : "Updating", "former", Old);
        });
        var plan = await Updates.PlanAsync("stereo", Image(), new(), default);
        await Should.ThrowAsync<OperationCanceledException>(() => Updates.UpdateAsync(plan, stop.Token));
        Observer.Of<LeftRunning>().Single().Message.ShouldContain("goes on");
        Aws.Operations.ShouldNotContain("DeleteEndpointConfig");
    }

    [Fact]
    public async Task An_update_that_twice_got_no_answer_and_did_not_begin_is_an_error_and_takes_away_what_was_made()
    {
        Aws.On("UpdateEndpoint", _ => throw ScriptedAws.Error("ConnectionLost", status: null));
        (await Should.ThrowAsync<ReleaseException>(UpdateAsync)).Id.ShouldBe(nameof(Messages.EndpointUpdateNotBegun));
        Aws.Operations.Count(operation => operation == "UpdateEndpoint").ShouldBe(2);
        Aws.Operations.ShouldContain("DeleteEndpointConfig");
    }

    [Fact]
    public async Task An_update_whose_request_did_not_arrive_is_asked_for_once_more()
    {
        var sent = 0;
        Aws.On("UpdateEndpoint", _ => ++sent == 1 ? throw ScriptedAws.Error("ConnectionLost", status: null) : new JsonObject());
        Aws.On("DescribeEndpoint", _ => sent < 2 ? Before() : Endpoint("InService", OurConfig, New));
        (await UpdateAsync()).Status.ShouldBe(EndpointUpdateStatus.Updated);
    }

    [Fact]
    public async Task A_first_request_that_came_after_all_is_known_by_the_refusal_of_the_second()
    {
        var sent = 0;
        Aws.On("UpdateEndpoint", _ => throw (++sent == 1 ? ScriptedAws.Error("ConnectionLost", status: null) : ScriptedAws.Error("ValidationException", "Cannot update in-progress endpoint.")));
        var looks = 0;
        Aws.On("DescribeEndpoint", _ => sent < 2 ? Before() : ++looks == 1 ? Endpoint("Updating", "former", Old) : Endpoint("InService", OurConfig, New));
        (await UpdateAsync()).Status.ShouldBe(EndpointUpdateStatus.Updated);
        Aws.Operations.ShouldNotContain("DeleteEndpointConfig");
    }

    [Fact]
    public async Task A_stop_by_the_user_while_what_was_made_is_removed_keeps_the_verdict()
    {
        using var stop = new CancellationTokenSource();
        Aws.InTurn("DescribeEndpoint", Before, Before, () => Endpoint("Updating", "former", Old), () => Endpoint("InService", "former", Old));
        Aws.On("DeleteEndpointConfig", _ =>
        {
            stop.Cancel();
            return new JsonObject();
        });
        var plan = await Updates.PlanAsync("stereo", Image(), new(), default);
        (await Updates.UpdateAsync(plan, stop.Token)).Status.ShouldBe(EndpointUpdateStatus.RolledBack);
    }

    [Fact]
    public async Task A_stop_while_things_are_made_asks_for_the_time_that_their_removal_takes()
    {
        using var stop = new CancellationTokenSource();
        Aws.On("CreateEndpointConfig", _ =>
        {
            stop.Cancel();
            throw new OperationCanceledException(stop.Token);
        });
        var plan = await Updates.PlanAsync("stereo", Image(), new(), default);

        await Should.ThrowAsync<OperationCanceledException>(() => Updates.UpdateAsync(plan, stop.Token));

        Observer.Of<StopTakesTime>().ShouldHaveSingleItem().Longest.ShouldBe(TimeSpan.FromMinutes(1));
        Aws.Operations.ShouldContain("DeleteModel");
    }

    [Fact]
    public async Task A_rollback_that_failed_may_have_left_instances_on_what_was_made_so_it_stays()
    {
        Aws.InTurn("DescribeEndpoint", Before, Before, () => Endpoint("Updating", "former", Old), () => Endpoint("UpdateRollbackFailed", "former", Old));
        (await UpdateAsync()).NextCommand.ShouldBe("Repair-SageMakerEndpoint stereo");
        Aws.Operations.ShouldNotContain("DeleteEndpointConfig");
    }

    [Fact]
    public async Task Without_a_wait_the_update_is_in_progress()
    {
        var plan = await Updates.PlanAsync("stereo", Image(), new() { NoWait = true }, default);
        (await Updates.UpdateAsync(plan, default)).Status.ShouldBe(EndpointUpdateStatus.InProgress);
    }
}
