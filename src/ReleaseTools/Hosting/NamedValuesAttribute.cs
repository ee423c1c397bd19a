using System.Collections;
using System.Management.Automation;

namespace ReleaseTools.Hosting;

/// <summary>
/// Lets a parameter of <c>NAME=value</c> texts take a hashtable as well: <c>@{ NAME = 'value' }</c>. A value of <c>$null</c> leaves
/// the name alone, which takes the variable of that name.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NamedValuesAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is IDictionary named
            ? named.Cast<DictionaryEntry>().Select(pair => pair.Value is null ? $"{pair.Key}" : $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal).ToArray()
            : inputData;
}
