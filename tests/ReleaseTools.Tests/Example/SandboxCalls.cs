namespace ReleaseTools.Tests.Example;

/// <summary>The sandbox's list of calls, in order.</summary>
internal sealed record SandboxCalls(IReadOnlyList<SandboxCall> All)
{
    private static readonly string[] Reads = ["Describe", "List", "Get", "BatchGet", "BatchCheck", "HEAD", "GET"];

    /// <summary>Calls that leave something other than it was.</summary>
    public IEnumerable<SandboxCall> Changes => All.Where(call => !Reads.Any(read => call.Operation.StartsWith(read, StringComparison.Ordinal)));

    /// <summary>Calls with which an image's content, not only a tag for one that is there, comes into the registry.</summary>
    public IEnumerable<SandboxCall> Uploads => All.Where(call => call is { Service: "registry", Operation: "POST upload" or "PATCH upload" or "PUT upload" or "PUT manifest" });

    /// <summary>Reads the lines that release.ps1's -CallLog writes.</summary>
    public static SandboxCalls Parse(IEnumerable<string> lines) => new([.. lines.Select(SandboxCall.Parse)]);

    public IReadOnlyList<SandboxCall> Of(string operation) => [.. All.Where(call => call.Operation == operation)];

    /// <summary>The places of an operation in the list.</summary>
    public IReadOnlyList<int> PlacesOf(params string[] operations) => [.. Enumerable.Range(0, All.Count).Where(place => operations.Contains(All[place].Operation))];
}

/// <summary>A call, such as <c>ecs UpdateService web-ui</c>.</summary>
internal sealed record SandboxCall(string Service, string Operation, string Target)
{
    // Operations of the registry are of two words, such as PUT manifest.
    public static SandboxCall Parse(string line)
    {
        var (service, rest) = Cut(line);
        var (operation, target) = Cut(rest);
        if (service == "registry")
        {
            var (noun, name) = Cut(target);
            (operation, target) = ($"{operation} {noun}", name);
        }

        return new SandboxCall(service, operation, target);
    }

    public override string ToString() => $"{Service} {Operation} {Target}";

    private static (string First, string Others) Cut(string text) => text.IndexOf(' ', StringComparison.Ordinal) is >= 0 and var blank
        ? (text[..blank], text[(blank + 1)..])
        : (text, "");
}
