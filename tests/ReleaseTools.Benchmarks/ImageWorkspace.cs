using System.Globalization;
using System.Text;

namespace ReleaseTools.Benchmarks;

/// <summary>
/// A git workspace as a monorepo has it: many packages, of which four images need one each, and services of their own. Every
/// image has a base layer that never changes, the package it shares, and the service, of which each run changes one file.
/// </summary>
internal sealed class ImageWorkspace : IDisposable
{
    public const int Images = 4;
    private const int FilesOfPackage = 2_500;
    private const int FilesOfService = 100;
    private int changes;

    private ImageWorkspace(string folder, string host)
    {
        Folder = folder;
        Host = host;
    }

    /// <summary>Its root.</summary>
    public string Folder { get; }

    /// <summary>The registry its images go to.</summary>
    public string Host { get; }

    /// <summary>Makes it.</summary>
    /// <param name="files">How many files it has, about.</param>
    /// <param name="host">The registry.</param>
    /// <param name="copiesAll">Whether the Dockerfiles copy the whole context into a stage and take the service from there, as workspaces with one build tool for all do; else each copies what it needs.</param>
    public static async Task<ImageWorkspace> CreateAsync(int files, string host, bool copiesAll)
    {
        var workspace = new ImageWorkspace(Directory.CreateTempSubdirectory("releasetools-workspace-").FullName, host);
        var packages = Math.Max(Images, (files - (Images * FilesOfService)) / FilesOfPackage);
        for (var package = 0; package < packages; package++)
            workspace.WriteFiles($"packages/p{package:00}/src", FilesOfPackage);
        File.WriteAllBytes(Path.Combine(workspace.Folder, "runtime.bin"), RandomBytes(2_000_000));
        for (var image = 0; image < Images; image++)
        {
            workspace.WriteFiles($"services/s{image}/app", FilesOfService);
            workspace.Write($"services/s{image}/Dockerfile", Dockerfile(image, copiesAll));
        }

        workspace.Write(".dockerignore", ".git\n");
        workspace.Write(".gitignore", ".releasetools\n");
        workspace.Write("release.json", workspace.Definition());
        await Repository.RunAsync(workspace.Folder, "git", "init", "--quiet");
        await workspace.CommitAsync();
        return workspace;
    }

    /// <summary>Changes a file of each image's service, or of one image's alone.</summary>
    public void Change(int? only = null)
    {
        changes++;
        for (var image = 0; image < Images; image++)
        {
            if (only is null || only == image)
                Write($"services/s{image}/app/d0/f0.txt", string.Create(CultureInfo.InvariantCulture, $"change {changes}\n"));
        }
    }

    /// <summary>Commits what has changed.</summary>
    public async Task CommitAsync()
    {
        await Repository.RunAsync(Folder, "git", "add", "--all");
        await Repository.RunAsync(Folder, "git", "-c", "user.name=benchmark", "-c", "user.email=benchmark@example.com", "-c", "commit.gpgsign=false", "-c", "gc.auto=0", "commit", "--quiet", "--message=sources");
    }

    /// <summary>The commands that people write instead: build, tag, push, one image after the other.</summary>
    public string Script(string tag)
    {
        var script = new StringBuilder("set -e\n");
        for (var image = 0; image < Images; image++)
            script.Append(CultureInfo.InvariantCulture, $"docker build -q -f services/s{image}/Dockerfile -t bench-s{image} .\ndocker tag bench-s{image} {Host}/script-s{image}:{tag}\ndocker push -q {Host}/script-s{image}:{tag}\n");
        return script.ToString();
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string Dockerfile(int image, bool copiesAll)
    {
        var copies = string.Create(CultureInfo.InvariantCulture, $"packages/p{image:00} /lib\n");
        return copiesAll
            ? $"FROM scratch AS workspace\nCOPY . /src\nFROM scratch\nCOPY --from=workspace /src/runtime.bin /runtime\nCOPY --from=workspace /src/{copies}COPY --from=workspace /src/services/s{image} /app\n"
            : $"FROM scratch\nCOPY runtime.bin /runtime\nCOPY {copies}COPY services/s{image} /app\n";
    }

    private string Definition()
    {
        var images = Enumerable.Range(0, Images).Select(image => string.Create(
            CultureInfo.InvariantCulture,
            $$"""    "s{{image}}": { "dockerfile": "services/s{{image}}/Dockerfile", "repository": "{{Host}}/module-s{{image}}", "inputs": ["services/s{{image}}", "packages/p{{image:00}}", "runtime.bin"] }"""));
        return $"{{\n  \"project\": \"benchmark\",\n  \"images\": {{\n{string.Join(",\n", images)}\n  }}\n}}\n";
    }

    private void WriteFiles(string folder, int count)
    {
        for (var file = 0; file < count; file++)
            Write(string.Create(CultureInfo.InvariantCulture, $"{folder}/d{file / 50}/f{file % 50}.txt"), string.Create(CultureInfo.InvariantCulture, $"{folder} {file}\n"));
    }

    private void Write(string name, string content)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }

    private static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
