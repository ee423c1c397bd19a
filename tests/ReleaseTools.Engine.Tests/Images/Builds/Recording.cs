namespace ReleaseTools.Engine.Tests.Images.Builds;

/// <summary>Output of real builds.</summary>
internal static class Recording
{
    public static IEnumerable<string> Lines(string name)
    {
        using var stream = typeof(Recording).Assembly.GetManifestResourceStream($"Recorded/{name}") ?? throw new ArgumentException($"No recording '{name}'.", nameof(name));
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().TrimEnd('\n').Split('\n');
    }
}
