using System.Text.Json;
using ReleaseTools.Engine.Infrastructure;

namespace ReleaseTools.Engine.Inference.Recovery.Recreations;

/// <summary>The record of a re-creation in the workspace's own folder: <c>.releasetools/endpoints/&lt;endpoint&gt;.json</c>, for the owner's eyes alone.</summary>
/// <param name="workspace">The workspace.</param>
internal sealed class RecreationFile(string workspace)
{
    private const string Folder = "endpoints";

    /// <summary>Where an endpoint's record is.</summary>
    public string PathOf(string endpointName) => Path.Combine(workspace, OwnFolder.Name, Folder, endpointName + ".json");

    /// <summary>The record; null when there is none that can be read.</summary>
    public async Task<RecreationRecord?> ReadAsync(string endpointName, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = File.OpenRead(PathOf(endpointName));
            return await JsonSerializer.DeserializeAsync(file, RecreationJson.Default.RecreationRecord, cancellationToken);
        }
        catch (Exception none) when (none is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes it, whole or not at all.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public async Task WriteAsync(RecreationRecord record, CancellationToken cancellationToken)
    {
        OwnFolder.Make(workspace, Folder);
        var path = PathOf(record.EndpointName);
        var half = $"{path}.{Path.GetRandomFileName()}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.WriteThrough };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            await using (var file = new FileStream(half, options))
                await JsonSerializer.SerializeAsync(file, record, RecreationJson.Default.RecreationRecord, cancellationToken);
            File.Move(half, path, overwrite: true);
        }
        finally
        {
            File.Delete(half); // nothing where it was moved
        }
    }

    /// <summary>Removes it.</summary>
    public void Delete(string endpointName)
    {
        try
        {
            File.Delete(PathOf(endpointName));
        }
        catch (Exception undeleted) when (undeleted is IOException or UnauthorizedAccessException)
        {
            // Once the configuration's tags no longer say so, it is known to be done with.
        }
    }
}
