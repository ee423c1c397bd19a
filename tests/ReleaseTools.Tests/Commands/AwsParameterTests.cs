using System.Management.Automation;

namespace ReleaseTools.Tests.Commands;

/// <summary>The parameters and session variables that are those of AWS.Tools.</summary>
[Collection(SandboxedWorkspace.Collection)]
public sealed class AwsParameterTests : IDisposable
{
    private readonly SandboxedWorkspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Theory]
    [InlineData("-Region")]
    [InlineData("-RegionToCall")]
    public void The_region_goes_by_both_its_names(string parameter) => workspace.Run($"Get-ReleaseService {parameter} 'not a region'").End("AwsRegionInvalid");

    [Theory]
    [InlineData("-ProfileName")]
    [InlineData("-AWSProfileName")]
    public void A_profile_that_is_not_there_is_an_error_by_both_its_names(string parameter) =>
        workspace.Run($"Get-ReleaseService {parameter} no-such-profile").End("ProfileNotFound").TargetObject.ShouldBe("no-such-profile");

    [Fact]
    public void The_session_s_region_goes_before_the_environment_s()
    {
        workspace.GoTo(Path.GetTempPath());

        workspace.Run("$StoredAWSRegion = 'not a region'; Invoke-EcsRollout web-ui -Cluster stereo-spot -WhatIf").End("AwsRegionInvalid");
    }

    [Fact]
    public void The_session_s_credentials_are_asked_for_their_keys()
    {
        var credentials = new Keys("AKIDOTHER", "other");

        workspace.Run("$StoredAWSCredentials = $keys; Get-ReleaseService web-ui", ("keys", credentials)).Terminated.ShouldNotBeNull().CategoryInfo.Category.ShouldBe(ErrorCategory.AuthenticationError);

        credentials.Asked.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void An_object_with_GetCredentials_signs_the_calls_before_the_session_s()
    {
        var good = new Keys(Environment.GetEnvironmentVariable("AWS_ACCESS_KEY_ID")!, Environment.GetEnvironmentVariable("AWS_SECRET_ACCESS_KEY")!);
        var other = new Keys("AKIDOTHER", "other");

        workspace.Run("$StoredAWSCredentials = $other; Get-ReleaseService web-ui -Credential $good", ("good", good), ("other", other)).Single<ReleaseService>();

        good.Asked.ShouldBeGreaterThan(0);
        other.Asked.ShouldBe(0);
    }

    [Fact]
    public void An_object_without_GetCredentials_is_none() => workspace.Run("Get-ReleaseService web-ui -Credential 'secret'").End("AwsCredentialsUnusable").TargetObject.ShouldNotBe("secret");

    [Fact]
    public void A_URL_that_is_none_ends_it() => workspace.Run("Get-ReleaseService web-ui -EndpointUrl nonsense").End("AwsEndpointUrlInvalid");

    /// <summary>Credentials as another copy of the SDK has them: nothing but the names of members is the same.</summary>
    public sealed class Keys(string accessKey, string secretKey)
    {
        public int Asked { get; private set; }

        public object GetCredentials()
        {
            Asked++;
            return new { AccessKey = accessKey, SecretKey = secretKey, Token = (string?)null };
        }
    }
}
