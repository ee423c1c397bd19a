using ReleaseTools.Tests.Example;

namespace ReleaseTools.Tests.Commands;

/// <summary>Start-InferenceBuild where the project fetches a source of its own and builds the workspace's commit.</summary>
[Collection(SandboxedWorkspace.Collection)]
public sealed class StartInferenceBuildOfCommitTests : IDisposable
{
    private readonly SandboxedWorkspace workspace = new(seed => seed
        .Replace("\"type\": \"NO_SOURCE\"", "\"type\": \"GITHUB\", \"location\": \"https://git.example.com/stereo-spot.git\"", StringComparison.Ordinal)
        .Replace("RELEASETOOLS_SOURCE", "ANOTHER", StringComparison.Ordinal));

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void A_file_that_counts_and_is_in_no_commit_is_named_and_the_image_has_no_fingerprint()
    {
        Assert.SkipUnless(Executables.Exist("git"), "git is not installed.");
        File.WriteAllText(Path.Combine(workspace.Folder, ".gitignore"), "dist/\n.env\n");
        workspace.Run("git init -q; git add -A; git -c user.name=t -c user.email=t@example.com -c commit.gpgsign=false commit -q -m t").Errors.ShouldBeEmpty();
        Plan().Fingerprint.ShouldNotBeNull();

        Directory.CreateDirectory(Path.Combine(workspace.Folder, "packages", "stereo-inference", "dist"));
        File.WriteAllText(Path.Combine(workspace.Folder, "packages", "stereo-inference", "dist", "model"), "1");

        var plan = Plan();
        plan.Fingerprint.ShouldBeNull();
        plan.Reason.ShouldBe("The project stereo-spot-build builds a commit, and packages/stereo-inference/dist/model is not in it as it is here.");
    }

    private InferenceBuild Plan() => workspace.Run("Start-InferenceBuild -Tag v1 -WhatIf").Single<InferenceBuild>();
}
