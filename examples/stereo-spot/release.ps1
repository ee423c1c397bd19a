<#
.SYNOPSIS
Releases the example workspace into the sandbox.
.DESCRIPTION
Starts a sandbox with the resources of sandbox.json, and releases this workspace into it: terraform apply, every image
built and pushed, the endpoint updated, the services rolled out, and proof of what runs. The sandbox's state is kept
between runs, so a second run shows what a release does when nothing, or one thing, has changed.

Without terraform the outputs come from packages/aws-infra/sandbox.env; without a Docker engine the sandbox's CodeBuild
builds the images. Run it in PowerShell 7.4 or later, or with the Shell:

    dotnet run --project src/ReleaseTools.Shell -- examples/stereo-spot/release.ps1
.PARAMETER Port
The sandbox's TCP port on 127.0.0.1.
.PARAMETER TimeScale
How many times faster than the wall clock AWS's time runs: at 60, an endpoint's four minutes take four seconds.
.PARAMETER StatePath
Where the sandbox keeps its state between runs.
.PARAMETER Builder
Where the images are built: Docker, CodeBuild, or Auto (Docker where an engine answers).
.PARAMETER CallLog
A file to write the sandbox's list of calls to, one a line.
#>
[CmdletBinding()]
param(
    [int] $Port = 4599,
    [double] $TimeScale = 60,
    [string] $StatePath = [IO.Path]::Combine($PSScriptRoot, '.releasetools', 'sandbox'),
    [ValidateSet('Auto', 'Docker', 'CodeBuild')]
    [string] $Builder = 'Auto',
    [string] $CallLog
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module ReleaseTools)) {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', '..', 'out', 'ReleaseTools', 'ReleaseTools.psd1'))
}

$sandbox = Start-ReleaseSandbox -Port $Port -TimeScale $TimeScale -StatePath $StatePath -Workspace $PSScriptRoot `
    -SeedPath ([IO.Path]::Combine($PSScriptRoot, 'sandbox.json'))
$exitCode = 1
try {
    $release = @{ Path = $PSScriptRoot; Builder = $Builder }
    if (Get-Command terraform -CommandType Application -ErrorAction Ignore) {
        $env:TF_VAR_registry = $sandbox.RegistryHost
    }
    else {
        $PSCmdlet.WriteWarning('There is no terraform on PATH: the outputs come from packages/aws-infra/sandbox.env.')
        $infra = [IO.Path]::Combine($PSScriptRoot, 'packages', 'aws-infra')
        $outputs = [IO.File]::ReadAllText([IO.Path]::Combine($infra, 'sandbox.env'))
        [IO.File]::WriteAllText([IO.Path]::Combine($infra, '.env'), $outputs.Replace('127.0.0.1:4599', $sandbox.RegistryHost))
        $release.SkipTerraform = $true
    }

    # A step that failed is an error, and the release goes on to its end: what it was is told by the record it gives.
    Invoke-FullRelease @release -ErrorAction Continue | ForEach-Object {
        $_
        $exitCode = if ($_.Status -eq 'Succeeded') { 0 } else { 1 }
    }
    if ($CallLog) {
        [IO.File]::WriteAllLines($CallLog, [string[]]@(Get-ReleaseSandboxCall | ForEach-Object { "$($_.Service) $($_.Operation) $($_.Target)" }))
    }
}
finally {
    Stop-ReleaseSandbox
}
exit $exitCode
