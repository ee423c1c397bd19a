using System.Collections.Concurrent;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Tests.Aws;

/// <summary>Sessions against a scripted endpoint, and what they said about themselves.</summary>
internal static class AwsTesting
{
    public const string AccessKey = "AKIAIOSFODNN7EXAMPLE";
    public const string SecretKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    /// <summary>An environment with keys, few attempts and no instance metadata, changed as asked; a null value takes a variable away.</summary>
    public static Dictionary<string, string> Environment(params (string Name, string? Value)[] changes)
    {
        var environment = new Dictionary<string, string>
        {
            ["AWS_ACCESS_KEY_ID"] = AccessKey,
            ["AWS_SECRET_ACCESS_KEY"] = SecretKey,
            ["AWS_SHARED_CREDENTIALS_FILE"] = "/nonexistent/credentials",
            ["AWS_EC2_METADATA_DISABLED"] = "true",
            ["AWS_MAX_ATTEMPTS"] = "2",
        };
        foreach (var (name, value) in changes)
        {
            if (value is null)
                environment.Remove(name);
            else
                environment[name] = value;
        }

        return environment;
    }

    public static Task<AwsSession> SessionAsync(ScriptedEndpoint endpoint, params (string Name, string? Value)[] changes) =>
        AwsSessionFactory.CreateAsync(
            new AwsSessionOptions { Region = "eu-west-1", EndpointUrl = endpoint.Url, Environment = Environment(changes) }, NullObserver.Instance, CancellationToken.None);

    /// <summary>Keeps what is said.</summary>
    internal sealed class Listener : IReleaseObserver
    {
        public ConcurrentQueue<string> Said { get; } = new();

        public void Report(ReleaseEvent happened) => Said.Enqueue(happened.ToString()!);
    }

    /// <summary>A credentials file that is there for one test.</summary>
    internal sealed class CredentialsFile : IDisposable
    {
        public CredentialsFile(string content) => File.WriteAllText(Path, content);

        public string Path { get; } = System.IO.Path.GetTempFileName();

        public void Dispose() => File.Delete(Path);
    }
}
