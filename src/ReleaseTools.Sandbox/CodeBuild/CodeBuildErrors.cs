namespace ReleaseTools.Sandbox.CodeBuild;

/// <summary>CodeBuild's errors in CodeBuild's words.</summary>
internal static class CodeBuildErrors
{
    public static SandboxException Invalid(string message) => new("InvalidInputException", message);

    public static SandboxException ProjectNotFound(string arn) => new("ResourceNotFoundException", $"Project cannot be found: {arn}");

    public static SandboxException BuildNotFound(string id) => new("ResourceNotFoundException", $"Build cannot be found: {id}");

    public static SandboxException ProjectExists(string arn) => new("ResourceAlreadyExistsException", $"Project already exists: {arn}");
}
