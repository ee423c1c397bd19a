<#
.SYNOPSIS
Builds, tests, packs or installs the module.
.DESCRIPTION
A front for people with pwsh: each task is one call of dotnet, which can be typed instead.
.PARAMETER Task
Build leaves the module in out/ReleaseTools, Test runs all tests, Pack makes out/ReleaseTools.<version>.zip, Install
puts the module, compiled ahead for this machine, where this user's pwsh looks for modules.
.PARAMETER Configuration
Debug or Release.
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Pack', 'Install')]
    [string[]] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Release'
)

$project = [IO.Path]::Combine($PSScriptRoot, 'src', 'ReleaseTools')
foreach ($name in $Task) {
    switch ($name) {
        'Build' { dotnet build $PSScriptRoot --configuration $Configuration }
        'Test' { dotnet test --solution ([IO.Path]::Combine($PSScriptRoot, 'ReleaseTools.sln')) --configuration $Configuration }
        'Pack' { dotnet msbuild $project -restore -t:PackModule -p:Configuration=$Configuration }
        'Install' { dotnet msbuild $project -restore -t:InstallModule -p:Configuration=$Configuration }
    }
    if ($LASTEXITCODE) {
        exit $LASTEXITCODE
    }
}
