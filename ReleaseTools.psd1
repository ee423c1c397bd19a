# The build writes this file into out/ReleaseTools with the project's version in place of 0.0.0.
@{
    RootModule           = 'ReleaseTools.dll'
    ModuleVersion        = '0.0.0'
    GUID                 = '5e0f6b5c-6c1d-4f0e-9d5b-3a1c2f7c0b64'
    Author               = 'The ReleaseTools contributors'
    CompanyName          = 'The ReleaseTools contributors'
    Copyright            = '(c) The ReleaseTools contributors. MIT licence.'
    Description          = 'Releases containers and a SageMaker endpoint to AWS in the only order that is safe: terraform, build and push, endpoint, rollout, proof.'
    PowerShellVersion    = '7.4'
    CompatiblePSEditions = @('Core')
    FormatsToProcess     = @('ReleaseTools.Format.ps1xml')
    CmdletsToExport      = @(
        'Add-ReleaseSandboxFault'
        'Build-AppImage'
        'Clear-SageMakerEndpointHistory'
        'Export-TerraformOutput'
        'Get-ReleaseEnvironment'
        'Get-ReleaseImage'
        'Get-ReleaseSandboxCall'
        'Get-ReleaseService'
        'Invoke-EcsRollout'
        'Invoke-FullRelease'
        'Invoke-TerraformApply'
        'Push-EcrImage'
        'Repair-SageMakerEndpoint'
        'Restore-EcsService'
        'Restore-SageMakerEndpoint'
        'Start-InferenceBuild'
        'Start-ReleaseSandbox'
        'Start-ReleaseTask'
        'Stop-ReleaseSandbox'
        'Test-SageMakerEndpoint'
        'Update-SageMakerEndpoint'
        'Wait-EcsRollout'
        'Wait-SageMakerEndpoint'
    )
    FunctionsToExport    = @()
    AliasesToExport      = @()
    VariablesToExport    = @()
    PrivateData          = @{
        PSData = @{
            Tags         = @('AWS', 'ECS', 'ECR', 'SageMaker', 'CodeBuild', 'Terraform', 'Docker', 'Release', 'Deployment', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            Prerelease   = ''
        }
    }
}
