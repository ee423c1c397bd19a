using ReleaseTools.Shell;

if (ShellArguments.Parse(args, out var problem) is not { } arguments)
{
    if (problem is not null)
        await Console.Error.WriteLineAsync(problem + Environment.NewLine);
    await (problem is null ? Console.Out : Console.Error).WriteLineAsync(ShellArguments.Usage);
    return problem is null ? 0 : ExitCode.Usage;
}

if (ModuleLocation.Find(arguments.Module, AppContext.BaseDirectory) is not { } manifest)
{
    await Console.Error.WriteLineAsync(ModuleLocation.HowToGetOne(arguments.Module));
    return ExitCode.Usage;
}

var console = ShellConsole.ForThisProcess();
using var session = new ShellSession(console);
using var signals = new StopSignals(session, console);
var exitCode = session.Run(manifest, arguments.ToScript());
return signals.ExitCode ?? exitCode;
