using System.Management.Automation;
using ReleaseTools.Engine.Releases;
using ReleaseTools.Engine.Releases.Running;
using ReleaseTools.Engine.Releases.Workspace;
using ReleaseTools.Hosting;

namespace ReleaseTools.Commands;

/// <summary>
/// Runs a whole release: terraform apply, every image built and put into ECR, the endpoint updated if its image changed,
/// the services rolled out, and proof that what runs is what was pushed. With <c>-WhatIf</c> it gives its plan.
/// </summary>
[Cmdlet(VerbsLifecycle.Invoke, "FullRelease", SupportsShouldProcess = true)]
[OutputType(typeof(Release), typeof(ReleasePlan))]
public sealed class InvokeFullReleaseCommand : AwsCommand
{
    /// <summary>The release tag; the git commit when left out.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string? Tag { get; set; }

    /// <summary>Leaves terraform out and takes the env file as it is.</summary>
    [Parameter]
    public SwitchParameter SkipTerraform { get; set; }

    /// <summary>Lets terraform's plan destroy or replace resources.</summary>
    [Parameter]
    public SwitchParameter AllowDestroy { get; set; }

    /// <summary>Where images are built that the definition does not give to CodeBuild; as it says when left out.</summary>
    [Parameter]
    public ImageBuilder? Builder { get; set; }

    /// <summary>Builds every image, also one whose inputs have not changed.</summary>
    [Parameter]
    public SwitchParameter NoReuse { get; set; }

    /// <summary>
    /// Waits for ECR's scan of every image, and fails those with a finding of this severity or worse; as the definition says
    /// of each when left out.
    /// </summary>
    [Parameter]
    [ValidateSet(nameof(FindingSeverity.Informational), nameof(FindingSeverity.Low), nameof(FindingSeverity.Medium), nameof(FindingSeverity.High), nameof(FindingSeverity.Critical))]
    public FindingSeverity? FailOnSeverity { get; set; }

    /// <summary>Leaves out the tasks that the definition has run before a rollout (<c>beforeRollout</c>).</summary>
    [Parameter]
    public SwitchParameter SkipBeforeRollout { get; set; }

    /// <summary>How long each scan is waited for, in seconds.</summary>
    [Parameter]
    [ValidateRange(1, 86_400)]
    public int ScanTimeoutSec { get; set; } = 300;

    /// <summary>How many images are built at once; the definition's, else the processor count when left out.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int? ThrottleLimit { get; set; }

    /// <summary>Puts a service whose rollout fails back to what ran before; the release fails all the same.</summary>
    [Parameter]
    public SwitchParameter RollbackOnFailure { get; set; }

    /// <summary>How long each CodeBuild build, the endpoint's update and the rollouts are waited for, in seconds.</summary>
    [Parameter]
    [ValidateRange(1, 86_400)]
    public int TimeoutSec { get; set; } = 3600;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var (path, aws) = (ReadDefinitionPath(), ReadAwsOptions());
        var options = new ReleaseOptions
        {
            Tag = Tag,
            SkipTerraform = SkipTerraform,
            AllowDestroy = AllowDestroy,
            Builder = Builder,
            Command = InvocationText.Of(MyInvocation),
            NoReuse = NoReuse,
            SkipBeforeRollout = SkipBeforeRollout,
            FailOnSeverity = FailOnSeverity,
            ScanTimeout = TimeSpan.FromSeconds(ScanTimeoutSec),
            ThrottleLimit = ThrottleLimit,
            RollbackOnFailure = RollbackOnFailure,
            Timeout = TimeSpan.FromSeconds(TimeoutSec),
        };
        Run(async (pipeline, cancelled) =>
        {
            using var workspace = await ReleaseWorkspace.OpenAsync(path, aws, pipeline.Observer, Clock, cancelled);
            using var stages = await ReleaseStages.CreateAsync(workspace, options, cancelled);
            var runner = new ReleaseRunner(stages, pipeline.Observer, Clock);
            switch (await pipeline.ApproveAsync($"{stages.Identity.Project} {stages.Identity.Tag}", "Release"))
            {
                case Approval.Granted:
                    // The record first: under -ErrorAction Stop nothing comes after an error.
                    pipeline.Write(await runner.RunAsync(cancelled));
                    foreach (var failure in runner.Failures)
                        pipeline.WriteError(failure);
                    break;
                case Approval.WhatIf: pipeline.Write(await runner.PlanAsync(cancelled)); break;
            }
        });
    }
}
