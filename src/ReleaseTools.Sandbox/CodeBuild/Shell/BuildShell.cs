using System.Buffers;

namespace ReleaseTools.Sandbox.CodeBuild.Shell;

/// <summary>
/// Runs the few commands that an image's build consists of: echo, cd, export, git clone, the login to ECR, docker build, docker tag and docker push.
/// It starts no process. Any other command is not found, and says so, rather than being passed over.
/// </summary>
internal sealed class BuildShell(IDictionary<string, string> environment, SourceTree tree, DockerCommands docker, string? workspace, Action<string> log)
{
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    /// <summary>Runs a line; commands joined by <c>&amp;&amp;</c> or <c>;</c> one after the other.</summary>
    /// <exception cref="CommandFailedException">A command fails.</exception>
    /// <exception cref="OperationCanceledException">The build is given up before the next command.</exception>
    public void Run(string line, CancellationToken cancellation)
    {
        // Variables are filled in for the line as a whole: what a command sets is read by the lines after it.
        var words = ShellWords.Split(line, name => environment.TryGetValue(name, out var value) ? value : null);
        var command = new List<string>();
        foreach (var word in words.Append("\0;"))
        {
            if (word is not ("\0&&" or "\0;"))
            {
                command.Add(word);
                continue;
            }
            cancellation.ThrowIfCancellationRequested();
            if (command.Count > 0)
                Execute(command);
            command.Clear();
        }
    }

    private void Execute(List<string> words)
    {
        switch (words)
        {
            case ["echo", .. var rest] when !HasOperator(rest):
                log(string.Join(' ', rest));
                break;
            case ["cd", var directory]:
                if (!tree.TryEnter(directory))
                    throw new CommandFailedException(1, $"cd: {directory}: No such file or directory");
                break;
            case ["export", .. var assignments] when !HasOperator(assignments) && assignments.All(IsAssignment):
                assignments.ForEach(Assign);
                break;
            case [var assignment] when IsAssignment(assignment):
                Assign(assignment);
                break;
            case ["git", "clone", .. var rest] when !HasOperator(rest):
                Clone(rest);
                break;
            case ["aws", "ecr", "get-login-password", .. var rest]:
                Login(rest);
                break;
            case ["docker", .. var rest] when !HasOperator(rest):
                docker.Run(rest);
                break;
            default:
                var name = words.Find(word => word.StartsWith('\0'))?[1..] ?? words[0];
                throw new CommandFailedException(127, $"{name}: command not found (this sandbox's CodeBuild runs echo, cd, export, git clone, "
                    + "aws ecr get-login-password | docker login, docker build, docker tag and docker push; it does not run this)");
        }
    }

    private void Clone(List<string> arguments)
    {
        var positional = new List<string>();
        for (var index = 0; index < arguments.Count; index++)
        {
            if (arguments[index] is "--depth" or "--branch" or "-b" or "--origin" or "-o")
                index++;
            else if (!arguments[index].StartsWith('-'))
                positional.Add(arguments[index]);
        }
        if (positional.Count == 0)
            throw new CommandFailedException(129, "fatal: You must specify a repository to clone.");
        var target = positional.Count > 1 ? positional[1] : Path.GetFileNameWithoutExtension(positional[0].TrimEnd('/'));
        if (workspace is null)
            throw new CommandFailedException(128, $"fatal: repository '{positional[0]}' does not exist: this sandbox was started without a workspace to take for it");
        tree.Mount(target, workspace);
        log($"Cloning into '{target}'...");
        log($"(this sandbox's CodeBuild takes its workspace for {positional[0]})");
    }

    private void Login(List<string> rest)
    {
        var pipe = rest.IndexOf("\0|");
        if (pipe < 0 || rest.Skip(pipe + 1).Take(2).ToList() is not ["docker", "login"] || !rest.Contains("--password-stdin", StringComparer.Ordinal))
            throw new CommandFailedException(127, "aws: command not found (this sandbox's CodeBuild knows aws ecr get-login-password | docker login --password-stdin only)");
        log("Login Succeeded");
    }

    private static bool HasOperator(List<string> words) => words.Exists(word => word.StartsWith('\0'));

    private static bool IsAssignment(string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && !char.IsAsciiDigit(word[0]) && word.AsSpan(0, equals).IndexOfAnyExcept(NameCharacters) < 0;
    }

    private void Assign(string word)
    {
        var pair = word.Split('=', 2);
        environment[pair[0]] = pair[1];
    }
}
