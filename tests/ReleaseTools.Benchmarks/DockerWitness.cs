namespace ReleaseTools.Benchmarks;

/// <summary>A docker first on PATH that leaves a mark when it is started, and then is the docker that was first before.</summary>
internal sealed class DockerWitness : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("releasetools-witness-").FullName;
    private readonly string path = Environment.GetEnvironmentVariable("PATH") ?? "";

    private DockerWitness()
    {
    }

    /// <summary>How often it was started.</summary>
    public int Starts => File.Exists(Marks) ? File.ReadAllLines(Marks).Length : 0;

    private string Marks => Path.Combine(folder, "marks");

    public static DockerWitness OnPath()
    {
        var witness = new DockerWitness();
        var docker = Path.Combine(witness.folder, "docker");
        File.WriteAllText(docker, $"#!/bin/sh\necho x >> '{witness.Marks}'\nPATH='{witness.path}' exec docker \"$@\"\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(docker, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Environment.SetEnvironmentVariable("PATH", $"{witness.folder}:{witness.path}");
        return witness;
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("PATH", path);
        Directory.Delete(folder, recursive: true);
    }
}
