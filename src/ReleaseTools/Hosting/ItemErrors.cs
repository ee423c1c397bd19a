using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Releases.Definition;

namespace ReleaseTools.Hosting;

/// <summary>Tells an error of one item, after which the others go on, from one that all of them would meet.</summary>
internal static class ItemErrors
{
    /// <summary>Whether the other items can do better. Without credentials, a connection, Docker or a definition none can.</summary>
    public static bool IsOfOneItem(this ReleaseException error) =>
        error is not DefinitionException && error.Kind is not (ErrorKind.Authentication or ErrorKind.Connection or ErrorKind.NotInstalled);
}
