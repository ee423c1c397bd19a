namespace ReleaseTools.Sandbox.CodeBuild.Docker;

/// <summary>A <c>docker build</c> that fails; the message is what docker prints.</summary>
internal sealed class DockerBuildException(string message) : Exception(message);
