namespace ReleaseTools.Engine.Releases.Source;

/// <summary>A folder of a repository's working tree, and what git knows of it. Names are from the folder, with <c>/</c>.</summary>
/// <param name="git">Git, run in the folder.</param>
/// <param name="path">The folder, without symbolic links.</param>
/// <param name="prefix">The folder from the repository's root, with a slash at the end; empty for the root.</param>
/// <param name="index">The repository's index.</param>
/// <param name="ids">How the repository makes its ids.</param>
internal sealed class GitFolder(GitCli git, string path, string prefix, GitIndex index, BlobId ids)
{
    public GitCli Git => git;

    public string Path => path;

    /// <summary>Whether it is the whole working tree.</summary>
    public bool IsRoot => prefix.Length == 0;

    /// <summary>Lists what lies at some paths.</summary>
    /// <remarks>
    /// Two runs of git, side by side, for each has to read the whole index: one lists the index, where that is not remembered, the
    /// other compares it with the disk. So no file is read that is as git knows it, and the commit is not asked at all: whether a
    /// content is committed, staged or neither is all the same to a build.
    /// </remarks>
    /// <param name="names">The paths.</param>
    /// <param name="withUnignored">Whether to tell which of the unknown files git does not ignore.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<SourceListing> ListAsync(IReadOnlyCollection<string> names, bool withUnignored, CancellationToken cancellationToken)
    {
        var repositories = new InnerRepositories(git, path);
        var placed = new List<(string Repository, string Name)>(names.Count);
        foreach (var name in names)
            placed.Add((await repositories.OfAsync(name, cancellationToken).ConfigureAwait(false), name));
        var byRepository = placed.ToLookup(one => one.Repository, one => one.Name, StringComparer.Ordinal);
        string[] own = [.. byRepository[""]];
        var listing = await TryListAsync(own, withUnignored, cancellationToken).ConfigureAwait(false)
            ?? new SourceListing([], UnknownFiles.Find(path, own, []), new HashSet<string>(StringComparer.Ordinal), ids);
        foreach (var repository in byRepository.Where(names => names.Key is not ""))
        {
            string[] inside = [.. repository.Select(name => name[(repository.Key.Length + 1)..])];
            listing = With(listing, repository.Key, inside, await Inner(repository.Key).TryListAsync(inside, withUnignored, cancellationToken).ConfigureAwait(false));
        }

        return listing;
    }

    /// <summary>Lists what a commit holds at some paths, submodules as such.</summary>
    public async Task<SourceListing> ListCommitAsync(string commit, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        string[] within = [.. names.Where(IsInRepository)];
        var written = within.Length == 0 ? "" : await git.ReadAsync(["ls-tree", "-r", "-z", commit, "--", .. within], cancellationToken).ConfigureAwait(false);
        return new SourceListing([.. GitTree.Parse(written)], [], new HashSet<string>(StringComparer.Ordinal), ids);
    }

    /// <inheritdoc cref="GitContents.ReadAsync"/>
    public Task<IReadOnlyList<SourceFile>> ReadAsync(IEnumerable<(string Name, string? Mode)> entries, CancellationToken cancellationToken) =>
        new GitContents(this, ids).ReadAsync(entries, cancellationToken);

    /// <summary>What lies at each path of the repository that is a file.</summary>
    public Task<IReadOnlyList<SourceFile>> ReadAsync(IEnumerable<string> names, CancellationToken cancellationToken) =>
        ReadAsync(names.Where(IsInRepository).Select(name => (name, (string?)null)), cancellationToken);

    /// <summary>Where a path lies on disk.</summary>
    public string OnDisk(string name) => System.IO.Path.Combine(path, name);

    /// <summary>The path from this folder to one that git tells from its root.</summary>
    public string FromRoot(string fromRoot)
    {
        var (shared, up) = (prefix, "");
        while (!fromRoot.StartsWith(shared, StringComparison.Ordinal))
            (shared, up) = (Parent(shared), $"../{up}");
        return $"{up}{fromRoot.AsSpan(shared.Length)}";
    }

    /// <summary>The path from the repository's root.</summary>
    public string ToRoot(string name)
    {
        var start = prefix;
        for (; name.StartsWith("../", StringComparison.Ordinal); name = name[3..])
            start = Parent(start);
        return $"{start}{name}";
    }

    // Docker gets the modes that a disk has, whatever git was told of it, and a monitor's word is taken as git was told to. On a disk
    // without modes, where every file may be executed, all are read. Windows has none either, and there those of the index count.
    private static readonly string[] ByDisk = OperatingSystem.IsWindows() ? [] : ["-c", "core.fileMode=true", "-c", "core.fsmonitor=false"];

    // Git compares files in threads of its own. Where there are no cores for them they only hold up the other run beside it.
    private static readonly string[] WithoutThreads = Environment.ProcessorCount > 2 ? [] : ["-c", "core.preloadIndex=false"];

    private async Task<SourceListing?> TryListAsync(IReadOnlyCollection<string> names, bool withUnignored, CancellationToken cancellationToken)
    {
        for (var again = 2; ; again--)
        {
            // What is staged between the two runs is a change to neither.
            var before = index.State;
            var listing = await TryListOnceAsync(names, withUnignored, cancellationToken).ConfigureAwait(false);
            if (again == 0 || string.Equals(before, index.State, StringComparison.Ordinal))
                return listing;
        }
    }

    private async Task<SourceListing?> TryListOnceAsync(IReadOnlyCollection<string> names, bool withUnignored, CancellationToken cancellationToken)
    {
        string[] within = [.. names.Where(IsInRepository).Select(AsPathspec)];
        if (within.Length == 0)
            return null;
        var status = git.TryReadAsync([.. WithoutThreads, .. ByDisk, "status", "--porcelain=v2", "-z", "--no-renames", "--untracked-files=no", "--ignore-submodules=all", "--", .. within], cancellationToken);
        var unignored = withUnignored ? git.TryReadAsync(["ls-files", "-o", "--exclude-standard", "-z", "--", .. within], cancellationToken) : Task.FromResult<string?>("");
        var listed = ListIndexAsync(names, within, cancellationToken);
        await Task.WhenAll(status, unignored, listed).ConfigureAwait(false);
        if (await status is not { } changes || await listed is not { Entries: var entries, Others: var others })
            return null;

        var changed = GitStatus.Parse(changes).Where(change => change.DiffersFromIndex).ToDictionary(change => FromRoot(change.Path), change => change.Mode, StringComparer.Ordinal);
        var (known, unsure) = (new List<SourceFile>(entries.Count), new Dictionary<string, string?>(StringComparer.Ordinal));
        var submodules = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            if (entry.Mode == SourceFile.Repository)
                submodules.Add(entry.Path);
            else if (changed.TryGetValue(entry.Path, out var mode))
                unsure[entry.Path] = mode;
            else if (entry.IsSure)
                known.Add(new(entry.Path, entry.Mode, entry.Id));
            else
                unsure[entry.Path] = OperatingSystem.IsWindows() ? entry.Mode : null; // Windows has no modes of its own
        }

        known.AddRange(await ReadAsync(unsure.Select(entry => (entry.Key, entry.Value)), cancellationToken).ConfigureAwait(false));
        var listing = new SourceListing(known, others, (await unignored)!.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(name => name.TrimEnd('/')).ToHashSet(StringComparer.Ordinal), ids);
        var repositories = new InnerRepositories(git, path);
        foreach (var submodule in submodules)
        {
            var isCheckedOut = await repositories.IsOneAsync(submodule, cancellationToken).ConfigureAwait(false);
            listing = With(listing, submodule, ["."], isCheckedOut ? await Inner(submodule).TryListAsync(["."], withUnignored, cancellationToken).ConfigureAwait(false) : null);
        }

        return listing;
    }

    /// <summary>What the index holds at some paths, and what is there besides.</summary>
    private async Task<Listed?> ListIndexAsync(IReadOnlyCollection<string> names, string[] within, CancellationToken cancellationToken) =>
        await index.ListAsync(within, cancellationToken).ConfigureAwait(false) is { } entries ? new(entries, UnknownFiles.Find(path, names, entries)) : null;

    /// <summary>
    /// Adds what lies in a submodule, or in somebody else's repository. The commit of a submodule says nothing of it: it may not be
    /// checked out, and then the build gets an empty folder, or be changed itself.
    /// </summary>
    private SourceListing With(SourceListing listing, string name, string[] names, SourceListing? inner)
    {
        if (inner is null)
            return listing with { Others = [.. listing.Others, .. names.Select(Outer).Where(path => System.IO.Path.Exists(OnDisk(path)))] };

        // A path in a submodule may lie in another path, and then is listed twice.
        var known = listing.Known.Concat(inner.Known.Select(file => file with { Name = Outer(file.Name) })).DistinctBy(file => file.Name, StringComparer.Ordinal);
        return new SourceListing(
            [.. known],
            [.. listing.Others, .. inner.Others.Select(Outer)],
            listing.Unignored.Concat(inner.Unignored.Select(Outer)).ToHashSet(StringComparer.Ordinal),
            ids);

        string Outer(string inside) => inside is "." ? name : $"{name}/{inside}";
    }

    /// <summary>A submodule's folder; what its index holds is not remembered.</summary>
    private GitFolder Inner(string name)
    {
        var folder = OnDisk(name);
        return new(git.In(folder), folder, prefix: "", new GitIndex(git.In(folder), folder, file: null), ids);
    }

    /// <summary>Whether a path does not lead up beyond the repository's root.</summary>
    private bool IsInRepository(string name)
    {
        var up = 0;
        while (name.AsSpan(up * 3).StartsWith("../", StringComparison.Ordinal) || name.AsSpan(up * 3) is "..")
            up++;
        return up <= prefix.Count(character => character == '/') && !System.IO.Path.IsPathRooted(name);
    }

    /// <summary>With its slash where it is a folder, or git would walk <c>packages/web-ui</c> too for <c>packages/web</c>.</summary>
    private string AsPathspec(string name) =>
        new DirectoryInfo(OnDisk(name)) is { Exists: true, LinkTarget: null } && name is not [.., '.' or '/'] ? name + "/" : name;

    private static string Parent(string folder) => folder[..(folder.AsSpan(0, folder.Length - 1).LastIndexOf('/') + 1)];

    private sealed record Listed(List<GitIndexEntry> Entries, IReadOnlyList<string> Others);
}
