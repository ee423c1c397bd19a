using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Loader;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Tests.Hosting;

namespace ReleaseTools.Tests.Module;

public sealed class CoexistenceTests
{
    [Fact]
    public async Task Two_runspaces_import_and_use_it_at_once()
    {
        using var both = new Barrier(2);
        var imports = Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(
            () =>
            {
                both.SignalAndWait();
                using var session = new PowerShellSession();
                both.SignalAndWait();
                return (ReleaseSandbox)session.Run("$s = Start-ReleaseSandbox -NoEnvironment; $s; Stop-ReleaseSandbox $s").Single().BaseObject;
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default));

        var sandboxes = await Task.WhenAll(imports);

        sandboxes.Select(sandbox => sandbox.EndpointUrl).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public void It_works_after_another_module_has_loaded_a_different_AWSSDK_Core()
    {
        var other = LoadOtherSdk();
        using var session = new WorkSession();
        using var pipeline = session.Start(async (command, cancelled) =>
        {
            var options = new AwsSessionOptions
            {
                Region = "eu-west-1",
                Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["AWS_ACCESS_KEY_ID"] = "AKIDEXAMPLE", ["AWS_SECRET_ACCESS_KEY"] = "none" },
            };
            using var aws = await AwsSessionFactory.CreateAsync(options, command.Observer, cancelled);
            command.Write(aws.Region);
        });

        pipeline.Invoke().ShouldHaveSingleItem().BaseObject.ShouldBe("eu-west-1");

        var sdks = AppDomain.CurrentDomain.GetAssemblies().Where(assembly => assembly.GetName().Name == "AWSSDK.Core").ToList();
        sdks.Count.ShouldBe(2);
        AssemblyLoadContext.GetLoadContext(other).ShouldBe(AssemblyLoadContext.Default);
        AssemblyLoadContext.GetLoadContext(sdks.Single(sdk => sdk != other))!.Name.ShouldBe("ReleaseTools");
    }

    private static Assembly LoadOtherSdk()
    {
        var name = new AssemblyName("AWSSDK.Core") { Version = new Version(3, 3, 0, 0) };
        var builder = new PersistedAssemblyBuilder(name, typeof(object).Assembly);
        builder.DefineDynamicModule("AWSSDK.Core").DefineType("Amazon.Runtime.AWSCredentials", TypeAttributes.Public | TypeAttributes.Abstract).CreateType();
        using var image = new MemoryStream();
        builder.Save(image);
        image.Position = 0;
        return AssemblyLoadContext.Default.LoadFromStream(image);
    }
}
