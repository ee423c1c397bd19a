using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Builds;
using static ReleaseTools.Engine.Tests.Images.Builds.BuildTesting;

namespace ReleaseTools.Engine.Tests.Images.Builds;

public sealed class BuildSecretsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_value_goes_into_the_environment_and_not_on_the_command_line()
    {
        var secrets = Of(new BuildSecret { Id = "npm", EnvironmentVariable = "NPM_TOKEN" });

        var argument = secrets.Arguments.ShouldHaveSingleItem();
        argument.ShouldNotContain("hunter22");
        argument.ShouldBe($"id=npm,env={secrets.Environment.Single().Key}");
        secrets.Environment.Single().Value.ShouldBe("hunter22");
    }

    [Fact]
    public void A_file_is_named_by_its_path()
    {
        var file = folder.Write(".npmrc", "//registry/:_authToken=abcdef\n");

        Of(new BuildSecret { Id = "npm", File = file }).Arguments.ShouldBe([$"id=npm,src={file}"]);
    }

    [Fact]
    public void What_a_step_prints_of_a_secret_is_masked()
    {
        var file = folder.Write(".npmrc", "//registry/:_authToken=abcdef\nalways-auth=true\n");
        var secrets = Of(new BuildSecret { Id = "a", EnvironmentVariable = "NPM_TOKEN" }, new BuildSecret { Id = "b", File = file });

        secrets.Mask("token hunter22, //registry/:_authToken=abcdef!").ShouldBe("token ********, ********!");
    }

    [Fact]
    public void A_secret_that_is_not_there_is_an_error_that_says_where_it_was_looked_for()
    {
        Missing(new BuildSecret { Id = "npm", EnvironmentVariable = "GONE" }).ShouldContain("the variable GONE");
        Missing(new BuildSecret { Id = "npm", File = "/nowhere/.npmrc" }).ShouldContain("the file /nowhere/.npmrc");
    }

    private static BuildSecrets Of(params BuildSecret[] secrets) => BuildSecrets.Of(Image("/w") with { Secrets = secrets }, name => name == "NPM_TOKEN" ? "hunter22" : null);

    private static string Missing(BuildSecret secret)
    {
        var error = Should.Throw<ReleaseException>(() => Of(secret));
        error.Id.ShouldBe(nameof(Messages.BuildSecretMissing));
        return error.Message;
    }
}
