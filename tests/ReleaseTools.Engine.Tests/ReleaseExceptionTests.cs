using System.Collections;
using System.Globalization;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Tests;

public sealed class ReleaseExceptionTests
{
    [Fact]
    public void Every_message_has_a_recommended_action_and_every_action_a_message()
    {
        var keys = Messages.ResourceManager.GetResourceSet(CultureInfo.InvariantCulture, createIfNotExists: true, tryParents: true)!
            .Cast<DictionaryEntry>().Select(entry => (string)entry.Key).ToHashSet(StringComparer.Ordinal);

        keys.ShouldNotBeEmpty();
        foreach (var key in keys.Where(key => !key.EndsWith("_Action", StringComparison.Ordinal)))
            keys.ShouldContain(key + "_Action");
        foreach (var key in keys.Where(key => key.EndsWith("_Action", StringComparison.Ordinal)))
            keys.ShouldContain(key[..^"_Action".Length]);
    }
}
