using System.Management.Automation;
using System.Reflection;

namespace ReleaseTools.Tests.Module;

/// <summary>What every cmdlet has in common, whichever comes next.</summary>
public sealed class CmdletShapeTests
{
    // The verbs of this module that change something; the others only read.
    private static readonly string[] Changing = ["Add", "Build", "Clear", "Export", "Invoke", "Push", "Repair", "Restore", "Start", "Stop", "Update"];

    private static readonly IReadOnlyList<Type> Exported = typeof(ReleaseTools.Hosting.AsyncCommand).Assembly.GetExportedTypes();

    public static TheoryData<Type> Cmdlets => [.. Exported.Where(type => type.GetCustomAttribute<CmdletAttribute>() is not null)];

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void A_cmdlet_has_a_file_of_its_name_and_tests(Type type)
    {
        var cmdlet = type.GetCustomAttribute<CmdletAttribute>()!;

        type.Name.ShouldBe($"{cmdlet.VerbName}{cmdlet.NounName}Command");
        File.Exists(Path.Combine(PackagedModule.Root, "src", "ReleaseTools", "Commands", $"{type.Name}.cs")).ShouldBeTrue();
        Directory.EnumerateFiles(Path.Combine(PackagedModule.Root, "tests", "ReleaseTools.Tests", "Commands"), "*Tests.cs")
            .Any(file => File.ReadAllText(file).Contains($"{cmdlet.VerbName}-{cmdlet.NounName}", StringComparison.Ordinal)).ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void A_cmdlet_says_what_it_gives(Type type) => type.GetCustomAttributes<OutputTypeAttribute>().ShouldNotBeEmpty();

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void A_cmdlet_s_verb_is_approved(Type type)
    {
        // What Get-Verb lists: the constants of PowerShell's Verbs… classes.
        var approved = typeof(PSObject).Assembly.GetExportedTypes().Where(verbs => verbs.Namespace == "System.Management.Automation" && verbs.Name.StartsWith("Verbs", StringComparison.Ordinal))
            .SelectMany(verbs => verbs.GetFields()).Select(verb => verb.Name);

        approved.ShouldContain(type.GetCustomAttribute<CmdletAttribute>()!.VerbName);
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void What_changes_something_supports_WhatIf_and_Confirm_and_what_reads_does_not(Type type)
    {
        var cmdlet = type.GetCustomAttribute<CmdletAttribute>()!;

        cmdlet.SupportsShouldProcess.ShouldBe(Changing.Contains(cmdlet.VerbName, StringComparer.Ordinal));
    }

    [Fact]
    public void No_public_or_protected_signature_names_what_an_import_cannot_load()
    {
        var named = Exported.SelectMany(type => Signatures(type).Select(part => (Type: type, Part: part)))
            .Where(one => one.Part.Assembly.GetName().Name is { } assembly && assembly is not ("ReleaseTools" or "ReleaseTools.Model")
                && !assembly.StartsWith("System", StringComparison.Ordinal))
            .Select(one => $"{one.Type.Name}: {one.Part.FullName}");

        named.ShouldBeEmpty();
    }

    private static IEnumerable<Type> Signatures(Type type)
    {
        const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var methods = type.GetMethods(Declared).Cast<MethodBase>().Concat(type.GetConstructors(Declared)).Where(method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly);
        var fields = type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly).Select(field => field.FieldType);
        var signatures = methods.SelectMany(method => method.GetParameters().Select(parameter => parameter.ParameterType).Append((method as MethodInfo)?.ReturnType ?? typeof(void)));
        return fields.Concat(signatures).Concat(type.GetInterfaces()).Append(type.BaseType ?? typeof(object)).SelectMany(Parts);
    }

    private static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType ? Parts(type.GetElementType()!) : type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type) : [type];
}
