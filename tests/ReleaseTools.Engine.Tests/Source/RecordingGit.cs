using ReleaseTools.Engine.Infrastructure;

namespace ReleaseTools.Engine.Tests.Source;

/// <summary>A git that writes down what it is asked.</summary>
internal sealed class RecordingGit : IDisposable
{
    private readonly TemporaryDirectory tools = new();

    /// <param name="meanwhile">What somebody else does just before the first look at the disk, as git's arguments.</param>
    public RecordingGit(string? meanwhile = null)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The git that writes down is a shell script.");
        var git = ExecutableLookup.Find("git", ProcessEnvironment.Variables);
        var script = tools.Write("git", $"#!/bin/sh\nsaid=; for word; do case $said in -c) said=;; '') said=$word;; esac; done\necho \"$said\" >> '{tools.PathOf("runs")}'\n{(meanwhile is null ? "" : Once(git!, meanwhile))}exec '{git}' \"$@\"\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Environment = new Dictionary<string, string>(ProcessEnvironment.Variables, StringComparer.Ordinal) { ["PATH"] = $"{tools.Root}:{ProcessEnvironment.Variables["PATH"]}" };
    }

    private string Once(string git, string meanwhile) =>
        $"[ \"$said\" = status ] && [ ! -e '{tools.PathOf("done")}' ] && touch '{tools.PathOf("done")}' && '{git}' {meanwhile}\n";

    /// <summary>An environment in which it is the git that is found.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>The commands it was run for since this was asked last.</summary>
    public string[] Runs()
    {
        var runs = File.Exists(tools.PathOf("runs")) ? File.ReadAllLines(tools.PathOf("runs")) : [];
        File.Delete(tools.PathOf("runs"));
        return runs;
    }

    public void Dispose() => tools.Dispose();
}
