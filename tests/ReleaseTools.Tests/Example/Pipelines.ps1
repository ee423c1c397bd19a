# Runs the stages one by one, as at a prompt, and tells of each pipeline, with tabs between: what it was, its records'
# types, their statuses, and the calls that change something.
param([string] $Workspace, [string] $Builder, [int] $Port)

$ErrorActionPreference = 'Stop'
$sandbox = Start-ReleaseSandbox -Port $Port -TimeScale 600 -SeedPath "$Workspace/sandbox.json" -Workspace $Workspace
[IO.File]::WriteAllText("$Workspace/packages/aws-infra/.env", [IO.File]::ReadAllText("$Workspace/packages/aws-infra/sandbox.env").Replace('127.0.0.1:4599', $sandbox.RegistryHost))

function Show-Pipeline([string] $name, [scriptblock] $pipeline) {
    $calls = @(Get-ReleaseSandboxCall).Count
    $records = @(& $pipeline)
    $changes = @(Get-ReleaseSandboxCall -After $calls | Where-Object Operation -NotMatch '^(Describe|List|Get|BatchGet|BatchCheck|HEAD|GET)' | ForEach-Object Operation)
    "$name`t$($records | ForEach-Object { $_.GetType().Name })`t$($records | ForEach-Object Status)`t$changes"
}

$null = $ExecutionContext.SessionState.Path.SetLocation($Workspace) # the Shell has no Set-Location
Show-Pipeline 'release -WhatIf' { Invoke-FullRelease -SkipTerraform -Builder CodeBuild -WhatIf }
Show-Pipeline 'inference' { Start-InferenceBuild -Wait | Update-SageMakerEndpoint }
foreach ($stage in 'Update-SageMakerEndpoint', 'Invoke-EcsRollout') {
    Show-Pipeline "not pushed | $stage" {
        $name = if ($stage -eq 'Invoke-EcsRollout') { 'web-ui' } else { 'stereo-inference' }
        [ReleaseTools.EcrImage] @{ Name = $name; Repository = (Get-ReleaseImage $name).Repository; Tag = 'soon' } | & $stage -ErrorAction SilentlyContinue
    }
}
if ($Builder -eq 'Docker') {
    Show-Pipeline 'images -WhatIf' { $WhatIfPreference = $true; Get-ReleaseImage | Build-AppImage | Push-EcrImage | Invoke-EcsRollout }
    Show-Pipeline 'web-ui' { Get-ReleaseImage web-ui | Build-AppImage | Push-EcrImage | Invoke-EcsRollout }
}
Stop-ReleaseSandbox
