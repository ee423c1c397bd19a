using System.Globalization;
using System.Text;

namespace ReleaseTools.Engine.Images.Builds;

/// <summary>A build's whole output in a file that only its owner can read: what a RUN step prints may be confidential.</summary>
internal sealed class BuildLog : IAsyncDisposable
{
    private readonly object gate = new();
    private readonly StreamWriter writer;

    private BuildLog(FileStream file)
    {
        Path = file.Name;
        writer = new StreamWriter(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    }

    /// <summary>The file's path.</summary>
    public string Path { get; }

    /// <summary>Makes a new file, named by time and image; one that is there is never written into.</summary>
    public static BuildLog Create(string folder, string image, DateTimeOffset now)
    {
        CreateFolder(folder);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var stem = $"{now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture)}-{FileName(image)}-build";
        for (var copy = 1; ; copy++)
        {
            var path = System.IO.Path.Combine(folder, copy == 1 ? $"{stem}.log" : $"{stem}.{copy}.log");
            try
            {
                return new BuildLog(new FileStream(path, options));
            }
            catch (IOException) when (File.Exists(path))
            {
            }
        }
    }

    /// <summary>Writes a line; standard output and error come from two threads.</summary>
    public void WriteLine(string line)
    {
        lock (gate)
            writer.WriteLine(line);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => writer.DisposeAsync();

    private static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static string FileName(string image) => string.Concat(image.Select(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' ? character : '_'));
}
