namespace ReleaseTools.Sandbox.SageMaker;

/// <summary>SageMaker's errors in SageMaker's words; most are a ValidationException.</summary>
internal static class SageMakerErrors
{
    public static SandboxException Invalid(string message) => new("ValidationException", message);

    public static SandboxException Missing(string member) =>
        Invalid($"1 validation error detected: Value null at '{LowerFirst(member)}' failed to satisfy constraint: Member must not be null");

    public static SandboxException BadName(string member, string value) =>
        Invalid($"1 validation error detected: Value '{value}' at '{LowerFirst(member)}' failed to satisfy constraint: Member must satisfy regular expression pattern: "
            + @"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}");

    public static SandboxException CouldNotFind(string kind, string arn) => Invalid($"Could not find {kind} \"{arn}\".");

    public static SandboxException AlreadyExists(string kind, string arn) => Invalid($"Cannot create already existing {kind} \"{arn}\".");

    public static SandboxException InUse(string verb, string status, string arn) =>
        Invalid($"Cannot {verb} endpoint \"{arn}\" because it is in status \"{status}\".");

    private static string LowerFirst(string member) => char.ToLowerInvariant(member[0]) + member[1..];
}
