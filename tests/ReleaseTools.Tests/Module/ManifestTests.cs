using System.Collections;
using System.Management.Automation;
using System.Reflection;

namespace ReleaseTools.Tests.Module;

public sealed class ManifestTests
{
    private readonly Hashtable manifest;

    public ManifestTests()
    {
        using var session = new PowerShellSession();
        manifest = (Hashtable)session.Run($"$path = '{PackagedModule.Manifest}'; $tokens = $errors = $null; "
            + "[Management.Automation.Language.Parser]::ParseFile($path, [ref] $tokens, [ref] $errors).EndBlock.Statements[0].PipelineElements[0].Expression.SafeGetValue()").Single().BaseObject;
    }

    [Fact]
    public void It_exports_exactly_the_assembly_s_cmdlets()
    {
        var cmdlets = typeof(ReleaseTools.Hosting.AsyncCommand).Assembly.GetExportedTypes()
            .Select(type => type.GetCustomAttribute<CmdletAttribute>())
            .OfType<CmdletAttribute>()
            .Select(cmdlet => $"{cmdlet.VerbName}-{cmdlet.NounName}");

        Strings("CmdletsToExport").Order(StringComparer.Ordinal).ShouldBe(cmdlets.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void It_exports_nothing_by_wildcard_and_nothing_else()
    {
        foreach (var key in new[] { "FunctionsToExport", "AliasesToExport", "VariablesToExport" })
            Strings(key).ShouldBeEmpty();
        Strings("CmdletsToExport").ShouldNotContain(name => name.Contains('*', StringComparison.Ordinal));
    }

    [Fact]
    public void Its_version_is_the_assembly_s()
    {
        var version = typeof(ReleaseTools.Hosting.AsyncCommand).Assembly.GetName().Version!;

        manifest["ModuleVersion"].ShouldBe(version.ToString(fieldCount: 3));
    }

    [Fact]
    public void It_asks_for_PowerShell_7_4_Core()
    {
        manifest["PowerShellVersion"].ShouldBe("7.4");
        Strings("CompatiblePSEditions").ShouldBe(["Core"]);
    }

    private IEnumerable<string> Strings(string key) => manifest[key] is IEnumerable values and not string ? values.Cast<object>().Select(value => value.ToString()!) : [(string)manifest[key]!];
}
