using System.Text.RegularExpressions;

namespace ReleaseTools.Engine.Rollouts.Prechecks;

/// <summary>
/// What a <c>valueFrom</c> names: the ARN of a secret of Secrets Manager, or the ARN of an SSM parameter, or the name of one in the
/// task's own region (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Secret.html).
/// <code>
/// arn:aws:secretsmanager:region:account:secret:name                                    the secret
/// arn:aws:secretsmanager:region:account:secret:name:json-key:version-stage:version-id  a part or version of it; all three colons, empty or not
/// arn:aws:ssm:region:account:parameter/name                                            the parameter
/// name, /path/name                                                                     the parameter of the task's region
/// </code>
/// </summary>
internal sealed partial record SecretReference
{
    // arn, partition, service, region, account, secret, name; and three more.
    private const int SecretParts = 7;
    private const int SecretPartsWithVersion = 10;

    /// <summary>What is wrong with it, as the end of a sentence; null where it can be meant.</summary>
    public string? Fault { get; private init; }

    /// <summary>Whether it is in Secrets Manager; else in SSM.</summary>
    public bool IsSecret { get; private init; }

    /// <summary>What to look for: any of these is what is meant. None where it is not to be looked for from here.</summary>
    public IReadOnlyList<string> Names { get; private init; } = [];

    /// <summary>Why it is not looked for; null where it is.</summary>
    public string? NotLookedFor { get; private init; }

    /// <summary>Whether one version is named by its id, which need not have a label.</summary>
    public bool NamesVersion { get; private init; }

    /// <summary>Reads a reference.</summary>
    /// <param name="valueFrom">As it stands in the task definition.</param>
    /// <param name="region">The region that is asked.</param>
    /// <param name="partition">Its partition.</param>
    /// <param name="account">The account of the task definition; null where it is not known.</param>
    public static SecretReference Parse(string valueFrom, string region, string partition, string? account)
    {
        if (!valueFrom.StartsWith("arn:", StringComparison.Ordinal))
            return OfParameter(valueFrom);
        var parts = valueFrom.Split(':');
        if (parts.Length < 6)
            return Wrong("is not a whole ARN");
        if (parts[1] != partition)
            return Wrong($"is of the partition {parts[1]}, and the service is in {partition}");
        return (parts[2], parts[5]) switch
        {
            ("secretsmanager", "secret") => OfSecret(parts, region),
            ("ssm", _) when parts[5].StartsWith("parameter/", StringComparison.Ordinal) => OfParameterArn(parts, region, account),
            _ => Wrong("is the ARN neither of a secret of Secrets Manager nor of an SSM parameter"),
        };
    }

    /// <summary>Reads the credentials of a private registry: a secret by ARN or name
    /// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RepositoryCredentials.html).</summary>
    /// <inheritdoc cref="Parse"/>
    public static SecretReference ParseCredentials(string valueFrom, string region, string partition, string? account)
    {
        if (!valueFrom.StartsWith("arn:", StringComparison.Ordinal))
            return new() { IsSecret = true, Names = [valueFrom] };
        var reference = Parse(valueFrom, region, partition, account);
        return reference.Fault is null && !reference.IsSecret ? Wrong("is an SSM parameter, and a registry's credentials are taken from Secrets Manager alone") : reference;
    }

    private static SecretReference OfSecret(string[] parts, string region)
    {
        if (parts.Length is not (SecretParts or SecretPartsWithVersion))
            return Wrong("has parts after the secret's name and not all of them: it is :json-key:version-stage:version-id, with every colon even where a part is empty");
        if (parts[6].Length == 0)
            return Wrong("names no secret");
        return new()
        {
            IsSecret = true,
            NamesVersion = parts.Length == SecretPartsWithVersion && parts[^1].Length > 0,
            Names = parts[3] == region ? [string.Join(':', parts[..SecretParts])] : [],
            NotLookedFor = parts[3] == region ? null : $"is in {parts[3]}",
        };
    }

    // The ARN leaves out the slash that a name may begin with, and a name with a slash in it always begins with one.
    private static SecretReference OfParameterArn(string[] parts, string region, string? account)
    {
        var name = parts[5]["parameter/".Length..];
        if (!ParameterName().IsMatch(name))
            return Wrong("names no parameter");
        if (parts[3] != region || (account is not null && parts[4] != account))
            return new() { NotLookedFor = parts[3] != region ? $"is in {parts[3]}" : $"is in account {parts[4]}" };
        return name.Contains('/', StringComparison.Ordinal) ? OfParameter("/" + name) : new() { Names = [name, "/" + name] };
    }

    // A version or label may follow the name. What begins with /aws/ is AWS's own, and DescribeParameters does not list it.
    private static SecretReference OfParameter(string text)
    {
        var name = text.Split(':')[0];
        if (!ParameterName().IsMatch(name))
            return Wrong("is neither an ARN nor the name of an SSM parameter");
        return name.StartsWith("/aws/", StringComparison.Ordinal) ? new() { NotLookedFor = "is a parameter of AWS's own" } : new() { Names = [name] };
    }

    private static SecretReference Wrong(string fault) => new() { Fault = fault };

    // https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
    [GeneratedRegex("^[A-Za-z0-9_./-]{1,1011}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex ParameterName();
}
