using System.Security.Cryptography;
using ReleaseTools.Engine.Images.Builds;

namespace ReleaseTools.Engine.Tests.Images.Integration;

/// <summary>Images to build: <c>FROM scratch</c>, so that no base image is pulled, of random files, so that neither engine nor registry knows one from another test.</summary>
internal static class TestImages
{
    public static ReleaseImage Image(this TemporaryFolder workspace, string repository, string instructions)
    {
        foreach (var name in new[] { "a", "b" })
            workspace.Write(name, RandomNumberGenerator.GetHexString(2000));
        return new ReleaseImage
        {
            Name = "web-ui",
            Repository = repository,
            Workspace = workspace.Path,
            Context = workspace.Path,
            Dockerfile = workspace.Write("Dockerfile", "FROM scratch\n" + instructions),
        };
    }

    public static AppImage ShouldBeBuilt(this ImageBuildResult result)
    {
        result.Error.ShouldBeNull();
        result.Image.Status.ShouldBe(ImageBuildStatus.Built);
        return result.Image;
    }
}
