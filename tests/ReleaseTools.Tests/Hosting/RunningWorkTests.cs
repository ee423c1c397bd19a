using System.Management.Automation;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Hosting;

namespace ReleaseTools.Tests.Hosting;

/// <summary>Work that begins with the first item of a pipeline and goes on while others come.</summary>
public sealed class RunningWorkTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);
    private readonly WorkSession session = new();
    private readonly ManualResetEventSlim worked = new();

    public void Dispose()
    {
        worked.Dispose();
        session.Dispose();
    }

    [Fact]
    public void It_goes_on_while_upstream_makes_the_next_item()
    {
        using var pipeline = Start(
            (_, _) =>
            {
                worked.Set();
                return Task.CompletedTask;
            },
            "$went = @{}; & { 1; $went.Ok = $args[0].Wait($args[1]) } $args[2] $args[3] | Invoke-Work $args[0]; $went.Ok");

        pipeline.Invoke().Select(item => item.BaseObject).ShouldBe([true]);
    }

    [Fact]
    public void What_it_has_written_goes_downstream_with_the_next_item()
    {
        using var pipeline = Start(
            async (command, cancelled) =>
            {
                command.Write("first");
                worked.Set();
                await Task.Delay(Timeout.Infinite, cancelled);
            },
            // Downstream wants one only, and gets it though the work would never end.
            "& { 1; $null = $args[0].Wait($args[1]); 2 } $args[2] $args[3] | Invoke-Work $args[0] | Get-First");

        pipeline.Invoke().Select(item => item.BaseObject).ShouldBe(["first"]);
    }

    [Fact]
    public void Its_failure_ends_the_pipeline_with_its_error()
    {
        using var pipeline = Start(
            (_, _) =>
            {
                worked.Set();
                throw ReleaseException.For(nameof(Messages.ServiceNotFound), ErrorKind.NotFound, "web-ui", "web-ui", "main");
            },
            "try { & { 1; $null = $args[0].Wait($args[1]); while ($true) { 2 } } $args[2] $args[3] | Invoke-Work $args[0] } catch { throw }");

        Should.Throw<RuntimeException>(() => pipeline.Invoke()).ErrorRecord.FullyQualifiedErrorId.ShouldStartWith("ServiceNotFound,");
    }

    [Fact]
    public void A_failure_upstream_ends_it_and_waits_for_it()
    {
        var ended = false;
        using var pipeline = Start(
            async (_, cancelled) =>
            {
                try
                {
                    worked.Set();
                    await Task.Delay(Timeout.Infinite, cancelled);
                }
                finally
                {
                    ended = true;
                }
            },
            "& { 1; $null = $args[0].Wait($args[1]); throw 'upstream' } $args[2] $args[3] | Invoke-Work $args[0]");

        Should.Throw<RuntimeException>(() => pipeline.Invoke()).Message.ShouldBe("upstream");
        ended.ShouldBeTrue();
    }

    private PowerShell Start(Func<CommandPipeline, CancellationToken, Task> work, string script)
    {
        // The hosted engine has no Select-Object.
        const string first = "function Get-First { param([Parameter(ValueFromPipeline)] $Item) process { $Item; break } }\n";
        return session.Start(work, $"do {{ {first}{script} }} while ($false)").AddArgument(worked).AddArgument(Long);
    }
}
