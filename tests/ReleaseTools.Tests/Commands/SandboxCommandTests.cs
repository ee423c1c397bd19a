using System.Management.Automation;
using System.Net;
using System.Net.Sockets;

namespace ReleaseTools.Tests.Commands;

[Collection(SandboxedWorkspace.Collection)]
public sealed class SandboxCommandTests : IDisposable
{
    private readonly PowerShellSession session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public void WhatIf_starts_nothing()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();

        session.Run($"Start-ReleaseSandbox -Port {port} -NoEnvironment -WhatIf").ShouldBeEmpty();

        Should.NotThrow(() => free.Start());
    }

    [Fact]
    public void Calls_are_found_by_service_by_operation_and_by_number()
    {
        var calls = session.Run(
            """
            $sandbox = Start-ReleaseSandbox -NoEnvironment
            $client = [Net.Http.HttpClient]::new()
            foreach ($operation in 'GetCallerIdentity', 'AssumeRole') {
                $form = [Net.Http.StringContent]::new("Action=$operation&Version=2011-06-15")
                $form.Headers.ContentType = 'application/x-www-form-urlencoded'
                $null = $client.PostAsync($sandbox.EndpointUrl, $form).GetAwaiter().GetResult()
            }
            $sandbox | Get-ReleaseSandboxCall | ForEach-Object Operation
            'filtered'
            $sandbox | Get-ReleaseSandboxCall sts Get* | ForEach-Object Operation
            'after'
            $sandbox | Get-ReleaseSandboxCall -After 1 | ForEach-Object Operation
            'other'
            $sandbox | Get-ReleaseSandboxCall ecr
            $sandbox | Stop-ReleaseSandbox
            """);

        string.Join(' ', calls).ShouldBe("GetCallerIdentity AssumeRole filtered GetCallerIdentity after AssumeRole other");
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
    public void A_port_that_is_taken_is_told_with_what_to_do()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var error = Should.Throw<RuntimeException>(() => session.Run($"try {{ Start-ReleaseSandbox -NoEnvironment -Port {port} }} catch {{ throw }}")).ErrorRecord;

        error.FullyQualifiedErrorId.ShouldStartWith("SandboxPortUnavailable,");
        error.TargetObject.ShouldBe(port);
    }

    [Fact]
    public void State_that_another_sandbox_keeps_is_told_with_what_to_do()
    {
        var directory = Directory.CreateTempSubdirectory("releasetools-test-");
        try
        {
            var error = Should.Throw<RuntimeException>(() => session.Run(
                $"try {{ $first = Start-ReleaseSandbox -NoEnvironment -StatePath '{directory.FullName}'; Start-ReleaseSandbox -NoEnvironment -StatePath '{directory.FullName}' }} catch {{ throw }} finally {{ $first | Stop-ReleaseSandbox }}")).ErrorRecord;

            error.FullyQualifiedErrorId.ShouldStartWith("SandboxStateInUse,");
            error.TargetObject.ShouldBe(directory.FullName);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_environment_leads_every_client_to_the_sandbox_and_is_put_back()
    {
        var seen = session.Run(
            """
            $env:AWS_SESSION_TOKEN = 'mine'
            $env:AWS_DEFAULT_REGION = 'us-east-2'
            $sandbox = Start-ReleaseSandbox -Region eu-north-1
            "$env:AWS_REGION $env:AWS_DEFAULT_REGION $($env:AWS_SESSION_TOKEN.Length -gt 20)"
            $sandbox | Stop-ReleaseSandbox
            "$env:AWS_DEFAULT_REGION $env:AWS_SESSION_TOKEN"
            $env:AWS_SESSION_TOKEN = $null
            $env:AWS_DEFAULT_REGION = $null
            """);

        seen.Select(line => line.ToString()).ShouldBe(["eu-north-1 eu-north-1 True", "us-east-2 mine"]);
    }

    [Theory]
    [InlineData("TaskCrash web", "there are worker, family:task.")]
    [InlineData("TaskNotPlaced worker", "there are family:task.")]
    [InlineData("TaskCrash worker", null)]
    [InlineData("TaskCrash family:task", null)]
    [InlineData("TaskCrash sha256:12", null)]
    [InlineData("AccessDenied anything", null)]
    public void A_fault_of_what_is_not_there_is_warned_of(string fault, string? warning)
    {
        var seed = Path.GetTempFileName();
        File.WriteAllText(seed, """
            [
              { "service": "ecs", "operation": "CreateCluster", "request": { "clusterName": "main" } },
              { "service": "ecs", "operation": "RegisterTaskDefinition", "request": { "family": "task", "containerDefinitions": [{ "name": "app", "image": "app" }] } },
              { "service": "ecs", "operation": "CreateService", "request": { "cluster": "main", "serviceName": "worker", "taskDefinition": "task", "desiredCount": 0 } }
            ]
            """);

        session.Run($"$s = Start-ReleaseSandbox -NoEnvironment -SeedPath '{seed}'; Add-ReleaseSandboxFault {fault} -Sandbox $s; $s | Stop-ReleaseSandbox");

        session.Host.Lines.Where(line => line.StartsWith("WARNING", StringComparison.Ordinal)).Select(line => line.EndsWith(warning ?? "none", StringComparison.Ordinal)).ShouldBe(warning is null ? [] : [true]);
        File.Delete(seed);
    }

    [Fact]
    public void A_kind_of_fault_that_does_not_exist_is_told_with_those_that_do()
    {
        var error = Should.Throw<ParameterBindingException>(() => session.Run("try { Add-ReleaseSandboxFault Nonsense } catch { throw }"));

        error.Message.ShouldContain(nameof(SandboxFaultKind.TaskCrash));
    }
}
