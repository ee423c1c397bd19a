using ReleaseTools.Hosting;

namespace ReleaseTools.Tests.Hosting;

public sealed class ServiceInputTests
{
    [Theory]
    [InlineData("host/web@sha256:0123", "host/web")]
    [InlineData("host:5000/web:v1", "host:5000/web")]
    [InlineData(null, null)]
    public void A_rollout_s_service_is_known_with_the_repository_of_its_image(string? image, string? repository)
    {
        var service = ServiceInput.Of(new ServiceRollout { Service = "web", Cluster = "main", Status = RolloutStatus.Verified, ImageUri = image });

        (service.Service, service.Cluster, service.Repository).ShouldBe(("web", "main", repository));
    }
}
