using System.Collections;

namespace ReleaseTools.Hosting;

/// <summary>
/// Points this process, and all it starts, at a sandbox. Every <c>AWS_</c> variable that could lead a call elsewhere or
/// sign it otherwise is taken away, so that a rehearsal cannot reach a real account.
/// </summary>
/// <remarks>The variables: https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html</remarks>
internal sealed class SandboxEnvironment
{
    // Where files are read from and how calls are retried has no part in where a call goes.
    private static readonly string[] Kept =
        ["AWS_CA_BUNDLE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_MAX_ATTEMPTS", "AWS_RETRY_MODE", "AWS_PAGER", "AWS_EXECUTION_ENV"];

    private readonly Dictionary<string, string?> former = new(StringComparer.Ordinal);

    private SandboxEnvironment()
    {
    }

    /// <summary>Sets the variables; <see cref="Restore"/> puts back what was there.</summary>
    public static SandboxEnvironment Enter(Uri endpoint, string accessKeyId, string secretAccessKey, string sessionToken, string region)
    {
        var environment = new SandboxEnvironment();
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            var name = (string)variable.Key;
            if (name.StartsWith("AWS_", StringComparison.OrdinalIgnoreCase) && !Kept.Contains(name, StringComparer.OrdinalIgnoreCase))
                environment.Set(name, null);
        }

        environment.Set("AWS_ENDPOINT_URL", endpoint.ToString().TrimEnd('/'));
        environment.Set("AWS_ACCESS_KEY_ID", accessKeyId);
        environment.Set("AWS_SECRET_ACCESS_KEY", secretAccessKey);
        environment.Set("AWS_SESSION_TOKEN", sessionToken);

        // Version 1 of the AWS CLI reads the second alone.
        environment.Set("AWS_REGION", region);
        environment.Set("AWS_DEFAULT_REGION", region);
        return environment;
    }

    /// <summary>Puts back what was there before.</summary>
    public void Restore()
    {
        foreach (var (name, value) in former)
            Environment.SetEnvironmentVariable(name, value);
    }

    private void Set(string name, string? value)
    {
        former.TryAdd(name, Environment.GetEnvironmentVariable(name));
        Environment.SetEnvironmentVariable(name, value);
    }
}
