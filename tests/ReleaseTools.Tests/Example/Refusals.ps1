# Runs commands that must refuse, each in the example with one thing wrong, and tells of each: what it was tried, the
# error's id, target, message and recommended action, the calls that change something, and the files that changed, with
# tabs between.
param([string] $Workspace, [string] $PathWithoutTerraform, [string] $PathWithoutDocker, [string] $EmptyHome)

$definition = "$Workspace/release.json"
$envFile = "$Workspace/packages/aws-infra/.env"
$asItWas = [IO.File]::ReadAllText($definition)

function Get-State {
    [string]::Join(';', @([IO.Directory]::GetFiles($Workspace, '*', 'AllDirectories') | ForEach-Object { "$_ $([IO.File]::GetLastWriteTimeUtc($_).Ticks)" }))
}

# What a command changed is told by the difference; the definition's own change, made for it, is not part of it.
function Test-Refusal([string] $name, [scriptblock] $command, [string] $replace, [string] $with) {
    if ($replace) {
        if (-not $asItWas.Contains($replace)) { throw "release.json holds no $replace" }
        [IO.File]::WriteAllText($definition, $asItWas.Replace($replace, $with))
    }
    $before = Get-State
    $calls = @(Get-ReleaseSandboxCall).Count
    $problem = $null
    try { $null = & $command } catch { $problem = $_ }
    $changes = @(Get-ReleaseSandboxCall -After $calls | Where-Object Operation -NotMatch '^(Describe|List|Get|BatchGet|BatchCheck|HEAD|GET)' | ForEach-Object Operation)
    $files = if ((Get-State) -eq $before) { 'same' } else { 'changed' }
    [IO.File]::WriteAllText($definition, $asItWas)
    "$name`t$($problem.FullyQualifiedErrorId)`t$($problem.TargetObject)`t$problem`t$($problem.ErrorDetails.RecommendedAction)`t$changes`t$files" -replace '\r?\n', ' '
}

function Use-Environment([hashtable] $variables, [scriptblock] $command) {
    $former = @{}
    foreach ($name in @($variables.Keys)) {
        $former[$name] = [Environment]::GetEnvironmentVariable($name)
        [Environment]::SetEnvironmentVariable($name, $variables[$name])
    }
    try { & $command }
    finally { foreach ($name in @($former.Keys)) { [Environment]::SetEnvironmentVariable($name, $former[$name]) } }
}

$ErrorActionPreference = 'Stop'
$sandbox = Start-ReleaseSandbox -TimeScale 600 -SeedPath "$Workspace/sandbox.json" -Workspace $Workspace
$release = @{ Path = $Workspace; Builder = 'CodeBuild'; SkipTerraform = $true }

Test-Refusal 'env file' { Invoke-FullRelease @release }

[IO.File]::WriteAllText($envFile, [IO.File]::ReadAllText("$Workspace/packages/aws-infra/sandbox.env").Replace('127.0.0.1:4599', $sandbox.RegistryHost))
Test-Refusal 'terraform' { Use-Environment @{ PATH = $PathWithoutTerraform } { Invoke-FullRelease -Path $Workspace -Builder CodeBuild } }
Test-Refusal 'docker' { Use-Environment @{ PATH = $PathWithoutDocker } { Invoke-FullRelease -Path $Workspace -SkipTerraform -Builder Docker } }
Test-Refusal 'engine' { Use-Environment @{ DOCKER_HOST = 'unix:///nowhere/docker.sock' } { Invoke-FullRelease -Path $Workspace -SkipTerraform -Builder Docker } }
Test-Refusal 'region' { Use-Environment @{ AWS_REGION = $null; AWS_DEFAULT_REGION = $null; HOME = $EmptyHome } { Invoke-FullRelease @release } } '"region": "${REGION}",' ''
Test-Refusal 'credentials' {
    Use-Environment @{ AWS_ACCESS_KEY_ID = $null; AWS_SECRET_ACCESS_KEY = $null; HOME = $EmptyHome; AWS_EC2_METADATA_DISABLED = 'true' } { Invoke-FullRelease @release }
}
Test-Refusal 'endpoint' { Invoke-FullRelease @release } '${SAGEMAKER_ENDPOINT_NAME}' 'nowhere'
Test-Refusal 'service' { Invoke-FullRelease @release } '"job-worker": { "image": "job-worker" }' '"job-worker": { "image": "job-worker" }, "nobody": { "image": "job-worker" }'
Test-Refusal 'repository' { Invoke-FullRelease @release } '${ECR_WEB_UI_URL}' "$($sandbox.RegistryHost)/nothing"
Test-Refusal 'image' { Get-ReleaseImage nobody -Path $Workspace }
Test-Refusal 'unknown key' { Invoke-FullRelease @release } '"cluster":' '"clutser":'
Stop-ReleaseSandbox
