namespace ReleaseTools.Tests.Commands;

[Collection(SandboxedWorkspace.Collection)]
public sealed class UpdateSageMakerEndpointCommandTests : IDisposable
{
    private const string Endpoint = "stereo-spot-inference";

    private readonly SandboxedWorkspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void By_name_and_image_it_updates_once_and_then_creates_nothing()
    {
        var uri = workspace.PutImage("stereo-inference").ImageUri;
        var update = workspace.Run($"Update-SageMakerEndpoint -EndpointName {Endpoint} -ImageUri {uri}").Single<EndpointUpdate>();
        update.Status.ShouldBe(EndpointUpdateStatus.Updated);
        update.ImageUri.ShouldBe(uri);
        update.EndpointConfigName!.ShouldMatch($"^{Endpoint}-[0-9]{{8}}T[0-9]{{6}}Z$"); // of no release that is known
        var changes = workspace.Changes();

        var again = workspace.Run($"Update-SageMakerEndpoint -EndpointName {Endpoint} -ImageUri {uri}").Single<EndpointUpdate>();

        again.Status.ShouldBe(EndpointUpdateStatus.Unchanged);
        workspace.Changes().ShouldBe(changes);
    }

    [Fact]
    public void A_build_flows_into_the_endpoint_it_is_for() =>
        workspace.Run("Start-InferenceBuild -Tag v1 -Wait | Update-SageMakerEndpoint").All<EndpointUpdate>().ShouldHaveSingleItem().Status.ShouldBe(EndpointUpdateStatus.Updated);

    [Fact]
    public void A_pushed_image_goes_to_the_definition_s_endpoint()
    {
        var build = workspace.PutImage("stereo-inference");
        var image = new EcrImage { Name = build.Name, Repository = build.Repository, Tag = build.Tag, Digest = build.Digest, Status = ImagePushStatus.Pushed };

        var update = workspace.Run("$image | Update-SageMakerEndpoint -NoWait", ("image", image)).Single<EndpointUpdate>();

        update.EndpointName.ShouldBe(Endpoint);
        update.Status.ShouldBe(EndpointUpdateStatus.InProgress);
    }

    [Fact]
    public void WhatIf_predicts_the_update_and_only_reads()
    {
        var uri = workspace.PutImage("stereo-inference").ImageUri;
        var changes = workspace.Changes();

        workspace.Run($"Update-SageMakerEndpoint {Endpoint} -ImageUri {uri} -WhatIf").Single<EndpointUpdate>().Status.ShouldBe(EndpointUpdateStatus.Planned);

        workspace.Changes().ShouldBe(changes);
    }

    [Fact]
    public void WhatIf_of_an_update_whose_proof_was_not_written_writes_nothing()
    {
        var uri = workspace.PutImage("stereo-inference").ImageUri;
        workspace.Run($"Add-ReleaseSandboxFault AccessDenied -Operation AddTags; Update-SageMakerEndpoint {Endpoint} -ImageUri {uri}").Single<EndpointUpdate>().Status.ShouldBe(EndpointUpdateStatus.Updated);

        workspace.Run($"Update-SageMakerEndpoint {Endpoint} -ImageUri {uri} -WhatIf").Single<EndpointUpdate>().Status.ShouldBe(EndpointUpdateStatus.Unchanged);
        workspace.Changes().ShouldNotContain("AddTags");

        workspace.Run($"Update-SageMakerEndpoint {Endpoint} -ImageUri {uri}").Single<EndpointUpdate>().Status.ShouldBe(EndpointUpdateStatus.Unchanged);

        workspace.Changes().Count(change => change == "AddTags").ShouldBe(1);
    }

    [Fact]
    public void A_predicted_build_is_predicted_on() =>
        workspace.Run("Start-InferenceBuild -Tag v1 -WhatIf | Update-SageMakerEndpoint -WhatIf").Single<EndpointUpdate>().Status.ShouldBe(EndpointUpdateStatus.Planned);

    [Fact]
    public void A_build_that_still_runs_is_an_error()
    {
        var ran = workspace.Run("Start-InferenceBuild -Tag v1 | Update-SageMakerEndpoint");

        ran.Error("InferenceBuildNotEnded").TargetObject.ShouldBeOfType<InferenceBuild>();
        ran.Output.ShouldBeEmpty();
    }

    [Fact]
    public void A_tag_instead_of_a_digest_ends_it() =>
        workspace.Run($"Update-SageMakerEndpoint {Endpoint} -ImageUri {workspace.Sandbox.RegistryHost}/inference:latest").End("ImageUriWithoutDigest");

    [Fact]
    public void An_unknown_endpoint_is_an_error_and_a_record_and_the_others_go_on()
    {
        var build = workspace.PutImage("stereo-inference");

        var ran = workspace.Run("$builds | Update-SageMakerEndpoint -WhatIf", ("builds", new[] { build with { EndpointName = "nope" }, build }));

        ran.Error("EndpointNotFound").TargetObject.ShouldBeOfType<EndpointUpdate>().EndpointName.ShouldBe("nope");
        ran.All<EndpointUpdate>().Select(update => update.Status).ShouldBe([EndpointUpdateStatus.Failed, EndpointUpdateStatus.Planned]);
    }

    [Fact]
    public void An_update_that_rolls_back_is_an_error_and_a_record()
    {
        var uri = workspace.PutImage("stereo-inference").ImageUri;
        workspace.Run($"Add-ReleaseSandboxFault EndpointRollback {Endpoint} -LogLine 'torch.cuda.OutOfMemoryError: CUDA out of memory'");

        var ran = workspace.Run($"Update-SageMakerEndpoint {Endpoint} -ImageUri {uri}");

        ran.Error("EndpointUpdateFailed").Exception.Message.ShouldEndWith("torch.cuda.OutOfMemoryError: CUDA out of memory");
        ran.Output.ShouldHaveSingleItem().ShouldBeOfType<EndpointUpdate>().Status.ShouldBe(EndpointUpdateStatus.RolledBack);
    }

    [Fact]
    public void A_No_updates_nothing_and_passes_nothing_on()
    {
        var uri = workspace.PutImage("stereo-inference").ImageUri;
        var changes = workspace.Changes();
        workspace.Host.Answer = "&No";

        workspace.Run($"Update-SageMakerEndpoint {Endpoint} -ImageUri {uri} -Confirm").Output.ShouldBeEmpty();

        workspace.Changes().ShouldBe(changes);
    }

    [Fact]
    public void An_environment_alone_is_a_change_with_the_image_that_is_served_and_no_value_is_told()
    {
        var uri = workspace.PutImage("stereo-inference").ImageUri;
        workspace.Run($"Update-SageMakerEndpoint {Endpoint} -ImageUri {uri}");

        var predicted = workspace.Run("Update-SageMakerEndpoint -Environment @{ IW3_LOW_VRAM = 'hush-4711' } -RemoveEnvironment IW3_VIDEO_CODEC -WhatIf").Single<EndpointUpdate>();
        var update = workspace.Run("Update-SageMakerEndpoint -Environment @{ IW3_LOW_VRAM = 'hush-4711' } -RemoveEnvironment IW3_VIDEO_CODEC").Single<EndpointUpdate>();

        (predicted.Status, predicted.Reason).ShouldBe((EndpointUpdateStatus.Planned, "Set IW3_LOW_VRAM. Remove IW3_VIDEO_CODEC."));
        (update.Status, update.ImageUri, update.EndpointName).ShouldBe((EndpointUpdateStatus.Updated, uri, Endpoint));
        $"{predicted}{update}{string.Concat(workspace.Host.Lines)}".ShouldNotContain("hush-4711");
    }

    [Fact]
    public void Instance_type_and_count_are_changes_of_their_own()
    {
        workspace.Run($"Update-SageMakerEndpoint {Endpoint} -ImageUri {workspace.PutImage("stereo-inference").ImageUri}");
        var update = workspace.Run($"Update-SageMakerEndpoint {Endpoint} -InstanceType ml.g5.xlarge -InstanceCount 2 -WhatIf").Single<EndpointUpdate>();
        update.Reason.ShouldBe("Instance type of AllTraffic: ml.g4dn.xlarge -> ml.g5.xlarge. Instances of AllTraffic: 1 -> 2.");
    }

    [Fact]
    public void Nothing_to_change_is_an_error() => workspace.Run($"Update-SageMakerEndpoint {Endpoint}").Error("EndpointChangeNotGiven");

    [Theory]
    [InlineData("-Strategy Canary", "EndpointDeploymentInvalid")]
    [InlineData("-Strategy Canary -StepSize lots", "EndpointDeploymentInvalid")]
    [InlineData("-Strategy Linear -StepSize 60%", "EndpointDeploymentInvalid")]
    [InlineData("-Environment @{ 'A-B' = 1 }", "EndpointEnvironmentInvalid")]
    public void What_SageMaker_would_not_take_ends_it_before_anything_is_read(string arguments, string id)
    {
        var calls = workspace.Run("Get-ReleaseSandboxCall").Output.Count;
        workspace.Run($"Update-SageMakerEndpoint {Endpoint} -Force {arguments}").End(id);
        workspace.Run("Get-ReleaseSandboxCall").Output.Count.ShouldBe(calls);
    }

    [Fact]
    public void A_canary_of_one_instance_is_an_error_of_the_endpoint() =>
        workspace.Run($"Update-SageMakerEndpoint {Endpoint} -ImageUri {workspace.PutImage("stereo-inference").ImageUri} -Strategy Canary -StepSize 10%").Error("EndpointDeploymentNotPossible");

    [Fact]
    public void An_empty_pipeline_updates_nothing() => workspace.Run("@() | Update-SageMakerEndpoint; Get-ReleaseSandboxCall").Output.ShouldBeEmpty();
}
