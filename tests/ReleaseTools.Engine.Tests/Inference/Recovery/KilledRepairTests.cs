using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Tests.Inference.Recovery;

/// <summary>Every transition of a repair and a restore, killed at each of its calls with an effect, before that arrives and after, and run again.</summary>
public sealed class KilledRepairTests
{
    public static TheoryData<string> Transitions => ["Failed", "Failed, elsewhere", "UpdateRollbackFailed", "OutOfService", "Missing", "config deleted", "model deleted", "restore"];

    [Theory]
    [MemberData(nameof(Transitions))]
    public async Task Killed_anywhere_and_run_again_it_ends_in_the_same_place(string transition)
    {
        var (whole, effects) = await RunAsync(transition, at: 0, arrives: true);
        effects.Count.ShouldBeGreaterThan(0);

        for (var at = 1; at <= effects.Count; at++)
        {
            foreach (var arrives in new[] { false, true })
            {
                var (cut, seen) = await RunAsync(transition, at, arrives);
                cut.ShouldBe(whole, $"cut at {effects[at - 1]}, {(arrives ? "after" : "before")} it arrived");
                seen.Count.ShouldBe(at);
            }
        }
    }

    [Fact]
    public async Task A_re_creation_has_these_effects_and_no_others()
    {
        var (end, effects) = await RunAsync("Failed", at: 0, arrives: true);

        effects.ShouldBe(["AddTags", "DeleteEndpoint", "CreateEndpoint", "RegisterScalableTarget", "PutScalingPolicy", "PutScheduledAction", "DeleteTags"]);
        end.ShouldContain("cost=video");
        end.ShouldContain("\"OfTheFuture\":{\"a\":[1,null]}");
        end.ShouldContain("Europe/Berlin");
        end.ShouldContain("record: False");
        end.ShouldNotContain("releasetools:recreate");
    }

    private static async Task<(string End, IReadOnlyList<string> Effects)> RunAsync(string transition, int at, bool arrives)
    {
        await using var endpoint = await new RecoveryFixture().StartAsync("r1", "r2");
        await BreakAsync(endpoint, transition);
        var death = new Death(at, arrives);
        using var mortal = endpoint.Sandbox.SessionThrough(death.Of);
        try
        {
            await ActAsync(endpoint, transition, mortal, endpoint.Workspace);
            at.ShouldBe(0);
        }
        catch (ProcessKilledException)
        {
            using var elsewhere = new TemporaryDirectory();
            await ActAsync(endpoint, transition, session: null, transition == "Failed, elsewhere" ? elsewhere.Root : endpoint.Workspace);
        }

        // What was killed on another machine leaves its file there.
        if (transition == "Failed, elsewhere")
            File.Delete(endpoint.RecordPath);
        return (await endpoint.SnapshotAsync(), death.Effects);
    }

    private static async Task BreakAsync(RecoveryFixture endpoint, string transition)
    {
        await endpoint.ScaleAsync();
        switch (transition)
        {
            case "Failed" or "Failed, elsewhere":
                endpoint.Sandbox.ForceEndpointStatus(RecoveryFixture.Name, "Failed", "out of capacity");
                break;
            case "UpdateRollbackFailed" or "OutOfService":
                // On something else than what is good, which would be cloned under a name of the moment.
                await endpoint.Sandbox.CallAsync("SageMaker", "CreateEndpointConfig", """
                    {"EndpointConfigName":"by-hand","ProductionVariants":[{"VariantName":"AllTraffic","ModelName":"m1","InitialInstanceCount":1,"InstanceType":"ml.g4dn.xlarge"}]}
                    """);
                await endpoint.Sandbox.CallAsync("SageMaker", "UpdateEndpoint", """{"EndpointName":"stereo","EndpointConfigName":"by-hand"}""");
                endpoint.Sandbox.Time.Advance(TimeSpan.FromMinutes(5));
                endpoint.Sandbox.ForceEndpointStatus(RecoveryFixture.Name, transition);
                break;
            case "Missing":
                await endpoint.DeleteEndpointAsync();
                endpoint.Sandbox.Time.Advance(TimeSpan.FromMinutes(5));
                break;
            case "config deleted":
                await endpoint.DeleteConfigAsync(endpoint.Configs[1]);
                break;
            case "model deleted":
                await endpoint.DeleteModelAsync(endpoint.Configs[1]);
                break;
        }
    }

    private static async Task ActAsync(RecoveryFixture endpoint, string transition, Engine.Aws.AwsSession? session, string folder)
    {
        if (transition == "restore")
        {
            (await endpoint.RestoreAsync(endpoint.Configs[0], session)).Status.ShouldBeOneOf(EndpointUpdateStatus.Updated, EndpointUpdateStatus.Unchanged);
            return;
        }

        var result = await endpoint.RepairAsync(allowRecreate: true, session, folder);
        (result.Error as ReleaseException)?.Message.ShouldBeNull();
        result.Diagnosis.IsHealthy.ShouldBeTrue();
    }
}
