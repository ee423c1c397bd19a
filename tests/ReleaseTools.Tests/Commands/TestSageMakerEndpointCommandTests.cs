namespace ReleaseTools.Tests.Commands;

[Collection(SandboxedWorkspace.Collection)]
public sealed class TestSageMakerEndpointCommandTests : IDisposable
{
    private const string Endpoint = "stereo-spot-inference";
    private const string Terraform = "stereo-spot-inference-terraform";

    private readonly SandboxedWorkspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void It_tells_of_the_definition_s_endpoint_and_only_reads()
    {
        var build = workspace.PutImage("stereo-inference");
        var update = workspace.Run("$build | Update-SageMakerEndpoint", ("build", build)).Single<EndpointUpdate>();
        var changes = workspace.Changes();

        var diagnosis = workspace.Run("Test-SageMakerEndpoint").Single<EndpointDiagnosis>();

        (diagnosis.EndpointName, diagnosis.Status, diagnosis.IsHealthy, diagnosis.NextStep).ShouldBe((Endpoint, "InService", true, EndpointNextStep.None));
        (diagnosis.EndpointConfigName, diagnosis.Release, diagnosis.LastGoodEndpointConfigName).ShouldBe((update.EndpointConfigName, "v1", update.EndpointConfigName));
        diagnosis.ImageUris.ShouldBe([build.ImageUri!]);
        (diagnosis.TerraformEndpointConfigName, diagnosis.Drift).ShouldBe((Terraform, $"It was on {Terraform} before this module's first update: where Terraform made that, a terraform apply would put it back on it."));
        workspace.Changes().ShouldBe(changes);
    }

    [Fact]
    public void Names_and_records_come_down_the_pipeline_and_one_that_is_not_there_is_told_as_that()
    {
        var told = workspace.Run("'nope', (Test-SageMakerEndpoint) | Test-SageMakerEndpoint").All<EndpointDiagnosis>();
        told.Select(one => (one.EndpointName, one.Status)).ShouldBe([("nope", "Missing"), (Endpoint, told[1].Status)]);
        (told[0].NextStep, told[0].NextCommand).ShouldBe((EndpointNextStep.Unknown, "Invoke-TerraformApply"));
    }

    [Fact]
    public void One_that_may_not_be_read_is_an_error_and_the_others_go_on()
    {
        workspace.Run($"Add-ReleaseSandboxFault AccessDenied -Operation DescribeEndpoint -Count 1");
        var ran = workspace.Run($"'{Endpoint}', '{Endpoint}' | Test-SageMakerEndpoint");
        ran.Error("AwsAccessDenied").TargetObject.ShouldBe(Endpoint);
        ran.Output.ShouldHaveSingleItem().ShouldBeOfType<EndpointDiagnosis>();
    }

    [Fact]
    public void An_empty_pipeline_asks_nothing() => workspace.Run("@() | Test-SageMakerEndpoint; Get-ReleaseSandboxCall").Output.ShouldBeEmpty();
}
