# Releases the example into sandboxes in which something goes wrong, by its own release.ps1, and tells how each release
# ended: fault, exit code, status, reason and next command, with tabs between. The calls are written to calls-<fault>.
param([string] $Workspace, [string] $Beside)

function Release-WithFault([string] $kind, [string] $target, [int] $count) {
    # release.ps1 finds this function before the cmdlet, and so gets a sandbox with the fault in it.
    function Start-ReleaseSandbox {
        $sandbox = ReleaseTools\Start-ReleaseSandbox @args
        Add-ReleaseSandboxFault $kind $target -Count $count
        $sandbox
    }
    $release = & "$Workspace/release.ps1" -Port 0 -TimeScale 600 -Builder CodeBuild -StatePath "$Beside/sandbox-$kind" -CallLog "$Beside/calls-$kind" |
        Where-Object { $_ -is [ReleaseTools.Release] }
    "$kind`t$LASTEXITCODE`t$($release.Status)`t$($release.Reason)`t$($release.NextCommand)" -replace '\r?\n', ' '
}

Release-WithFault BuildFailure stereo-spot-build 1
Release-WithFault EndpointRollback stereo-spot-inference 1
Release-WithFault TaskCrash web-ui 0
