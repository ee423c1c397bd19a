namespace ReleaseTools.Sandbox.Tests;

public sealed class SandboxFaultsTests
{
    [Fact]
    public void A_fault_is_used_up_after_its_count()
    {
        var faults = new SandboxFaults();
        faults.Add(new SandboxFault { Kind = SandboxFaultKind.TaskCrash, Target = "web-ui", Count = 2 });

        faults.TakeFor(SandboxFaultKind.TaskCrash, "web-ui").ShouldNotBeNull();
        faults.TakeFor(SandboxFaultKind.TaskCrash, "other").ShouldBeNull();
        faults.TakeFor(SandboxFaultKind.TaskCrash, "web-ui").ShouldNotBeNull();
        faults.TakeFor(SandboxFaultKind.TaskCrash, "web-ui").ShouldBeNull();
    }
}
