using System.Management.Automation;

namespace ReleaseTools.Tests.Commands;

public sealed class SandboxCommandTests : IDisposable
{
    private readonly PowerShellSession session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public void WhatIf_starts_nothing()
    {
        session.Run("Start-ReleaseSandbox -NoEnvironment -WhatIf").ShouldBeEmpty();

        Should.Throw<RuntimeException>(() => session.Run("try { Get-ReleaseSandboxCall } catch { throw }")).ErrorRecord.FullyQualifiedErrorId.ShouldStartWith("SandboxNotRunning,");
    }

    [Fact]
    public void Calls_are_found_by_service_by_operation_and_by_number()
    {
        var calls = session.Run(
            """
            $sandbox = Start-ReleaseSandbox -NoEnvironment
            $client = [Net.Http.HttpClient]::new()
            foreach ($operation in 'ListClusters', 'ListServices') {
                $request = [Net.Http.HttpRequestMessage]::new('Post', $sandbox.EndpointUrl)
                $request.Content = [Net.Http.StringContent]::new('{}')
                $request.Headers.Add('X-Amz-Target', "AmazonEC2ContainerServiceV20141113.$operation")
                $null = $client.Send($request)
            }
            $sandbox | Get-ReleaseSandboxCall | ForEach-Object Operation
            'filtered'
            $sandbox | Get-ReleaseSandboxCall ecs List*s | ForEach-Object Operation
            'after'
            $sandbox | Get-ReleaseSandboxCall -After 1 | ForEach-Object Operation
            'other'
            $sandbox | Get-ReleaseSandboxCall ecr
            $sandbox | Stop-ReleaseSandbox
            """);

        string.Join(' ', calls).ShouldBe("ListClusters ListServices filtered ListClusters ListServices after ListServices other");
    }

    [Fact]
    public void A_stopped_sandbox_is_not_known_any_more()
    {
        var error = Should.Throw<RuntimeException>(() => session.Run("try { $s = Start-ReleaseSandbox -NoEnvironment; $s | Stop-ReleaseSandbox; $s | Get-ReleaseSandboxCall } catch { throw }")).ErrorRecord;

        error.FullyQualifiedErrorId.ShouldStartWith("SandboxNotKnown,");
        error.TargetObject.ShouldBeOfType<ReleaseSandbox>();
    }

    [Fact]
    public void A_seed_file_that_is_not_there_is_told_before_anything_starts()
    {
        var error = Should.Throw<RuntimeException>(() => session.Run("try { Start-ReleaseSandbox -NoEnvironment -SeedPath ./missing.json } catch { throw }")).ErrorRecord;

        error.FullyQualifiedErrorId.ShouldStartWith("SandboxPathNotFound,");
    }

    [Fact]
    public void A_kind_of_fault_that_does_not_exist_is_told_with_those_that_do()
    {
        var error = Should.Throw<ParameterBindingException>(() => session.Run("try { Add-ReleaseSandboxFault Nonsense } catch { throw }"));

        error.Message.ShouldContain(nameof(SandboxFaultKind.TaskCrash));
    }
}
