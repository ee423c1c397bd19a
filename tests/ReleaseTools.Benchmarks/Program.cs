using System.Globalization;
using ReleaseTools.Benchmarks;

var what = args.FirstOrDefault(arg => !arg.StartsWith("--", StringComparison.Ordinal)) ?? "all";
var files = Option("--files", 100_000);
var runs = Option("--runs", 15);

if (what is not (Session.InOwnProcess or ImportBenchmark.OneImport or RolloutLoad.Watch))
    await Repository.InstallAsync();

switch (what)
{
    case "import": await ImportBenchmark.RunAsync(runs); break;
    case "fingerprint": await FingerprintBenchmark.RunAsync(files, runs); break;
    case "release": await ReleaseBenchmark.RunAsync(runs); break;
    case "images":
        await ImagesBenchmark.RunAsync(files, Option("--runs", 7));
        await FingerprintBenchmark.RunAsync(files, runs);
        break;
    case "rollouts":
        await RolloutsBenchmark.RunAsync();
        await RolloutLoad.RunAsync();
        break;
    case "load": await RolloutLoad.RunAsync(); break;
    case RolloutLoad.Watch: await RolloutLoad.WatchHereAsync(); break;
    case Session.InOwnProcess: Session.RunHere(args[1]); break;
    case "all":
        await ImportBenchmark.RunAsync(runs);
        await ReleaseBenchmark.RunAsync(runs);
        await FingerprintBenchmark.RunAsync(files, runs);
        break;
    case ImportBenchmark.OneImport: ImportBenchmark.Import(args[1..]); break;
    default:
        await Console.Error.WriteLineAsync("dotnet run -c Release --project tests/ReleaseTools.Benchmarks -- import|images|fingerprint|release|rollouts|load|all [--runs=15] [--files=100000]");
        return 2;
}

return 0;

int Option(string name, int otherwise) =>
    Array.Find(args, arg => arg.StartsWith(name + "=", StringComparison.Ordinal)) is { } given ? int.Parse(given.AsSpan(name.Length + 1), CultureInfo.InvariantCulture) : otherwise;
