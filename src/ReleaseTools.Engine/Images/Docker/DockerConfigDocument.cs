using System.Text;
using System.Text.Json;

namespace ReleaseTools.Engine.Images.Docker;

/// <summary>
/// What is read of docker's <c>config.json</c>, key by key: it is read by every first command of a process, which would wait longer
/// for a serializer than for the file. Upper and lower case are the same, as to the docker CLI.
/// </summary>
internal sealed class DockerConfigDocument
{
    private DockerConfigDocument(JsonElement root)
    {
        Auths = Map(root, "auths", (entry, path) => entry.ValueKind == JsonValueKind.Object ? new DockerConfigAuth(entry, path) : throw Unfit(path));
        CredHelpers = Map(root, "credHelpers", (entry, path) => entry.ValueKind == JsonValueKind.String ? entry.GetString()! : throw Unfit(path));
        CredsStore = Text(root, "credsStore", "$");
        CurrentContext = Text(root, "currentContext", "$");
    }

    /// <summary>What it holds itself, by the registry's address.</summary>
    public IReadOnlyDictionary<string, DockerConfigAuth> Auths { get; }

    /// <summary>Credential helpers, by the registry's address.</summary>
    public IReadOnlyDictionary<string, string> CredHelpers { get; }

    /// <summary>The credential helper of all other registries.</summary>
    public string? CredsStore { get; }

    /// <summary>The context in use.</summary>
    public string? CurrentContext { get; }

    /// <exception cref="JsonException">It is not JSON, or not docker's; with a path where that is known, and nothing of the content.</exception>
    public static DockerConfigDocument Parse(ReadOnlyMemory<byte> content)
    {
        using var document = JsonDocument.Parse(content.Span.StartsWith(Encoding.UTF8.Preamble) ? content[Encoding.UTF8.Preamble.Length..] : content);
        return document.RootElement.ValueKind == JsonValueKind.Object ? new DockerConfigDocument(document.RootElement) : throw Unfit("$");
    }

    /// <summary>The text of a key; null where it is absent or null.</summary>
    internal static string? Text(JsonElement parent, string key, string path) => Find(parent, key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        _ => throw Unfit($"{path}.{key}"),
    };

    private static Dictionary<string, T> Map<T>(JsonElement root, string key, Func<JsonElement, string, T> read)
    {
        var all = new Dictionary<string, T>(StringComparer.Ordinal);
        if (Find(root, key) is not { } map)
            return all;
        if (map.ValueKind != JsonValueKind.Object)
            throw Unfit($"$.{key}");
        foreach (var entry in map.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Null)
                all[entry.Name] = read(entry.Value, $"$.{key}['{entry.Name}']");
        }

        return all;
    }

    /// <summary>The last of that name, as docker takes it; null where it is absent or null.</summary>
    private static JsonElement? Find(JsonElement parent, string key)
    {
        JsonElement? found = null;
        foreach (var property in parent.EnumerateObject())
        {
            if (string.Equals(property.Name, key, StringComparison.OrdinalIgnoreCase))
                found = property.Value.ValueKind == JsonValueKind.Null ? null : property.Value;
        }

        return found;
    }

    private static JsonException Unfit(string path) => new("It is of another kind than docker's.", path, lineNumber: null, bytePositionInLine: null);
}

/// <summary>The credentials of one registry. Not a record: its text would be a secret.</summary>
internal sealed class DockerConfigAuth(JsonElement entry, string path)
{
    /// <summary>User and password in base64, with a colon between.</summary>
    public string? Auth { get; } = DockerConfigDocument.Text(entry, "auth", path);

    public string? Username { get; } = DockerConfigDocument.Text(entry, "username", path);

    public string? Password { get; } = DockerConfigDocument.Text(entry, "password", path);

    public string? IdentityToken { get; } = DockerConfigDocument.Text(entry, "identitytoken", path);
}
