namespace ReleaseTools.Engine.Releases.Source;

/// <summary>The environment in which git is asked: the caller's, but for what would make it answer about something else.</summary>
internal static class GitEnvironment
{
    /// <summary>What git sets for the hooks it runs (<c>git rev-parse --local-env-vars</c>): which repository it is in, and what of it.</summary>
    private static readonly string[] OfOneRepository =
    [
        "GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_PREFIX", "GIT_SHALLOW_FILE",
    ];

    /// <summary>What a git process is given over this process's environment; null takes a variable away.</summary>
    public static IReadOnlyDictionary<string, string?> Of(IReadOnlyDictionary<string, string> environment)
    {
        var variables = environment.ToDictionary(variable => variable.Key, variable => (string?)variable.Value, StringComparer.Ordinal);

        // A hook has GIT_DIR and no GIT_WORK_TREE, and would take whatever folder it runs in for the working tree. Who sets both
        // means a repository that lies elsewhere.
        if (!environment.ContainsKey("GIT_DIR") || !environment.ContainsKey("GIT_WORK_TREE"))
            variables = ForAnyRepository(variables);

        variables["LC_ALL"] = "C"; // its errors are read
        variables["GIT_OPTIONAL_LOCKS"] = "0"; // a look at the tree must not get into the way of whoever commits
        variables["GIT_TERMINAL_PROMPT"] = "0"; // a partial clone may want to fetch; nobody is there to be asked for a password
        variables["GIT_LITERAL_PATHSPECS"] = "1"; // a folder may be called [web]
        foreach (var name in (string[])["GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS"]) // which git refuses beside it
            variables[name] = null;

        // Git keeps its index in a few large blocks of memory. On large pages they take a fraction of the page faults: 100,000
        // entries are read in half the time (glibc 2.35 and later; others know no such variable). See "Memory Allocation Tunables"
        // in the GNU C library's manual.
        if (!environment.ContainsKey("GLIBC_TUNABLES"))
            variables["GLIBC_TUNABLES"] = "glibc.malloc.hugetlb=1";
        return variables;
    }

    /// <summary>The same without what names a repository: git finds the one that it is run in.</summary>
    public static Dictionary<string, string?> ForAnyRepository(IReadOnlyDictionary<string, string?> variables)
    {
        var other = new Dictionary<string, string?>(variables, StringComparer.Ordinal);
        foreach (var name in OfOneRepository)
            other[name] = null;
        return other;
    }
}
