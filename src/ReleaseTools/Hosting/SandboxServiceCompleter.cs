using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ReleaseTools.Hosting;

/// <summary>Completes the names under which a sandbox lists the services it plays.</summary>
internal sealed class SandboxServiceCompleter : IArgumentCompleter
{
    private static readonly string[] Services = ["application-autoscaling", "codebuild", "ecr", "ecs", "logs", "monitoring", "registry", "sagemaker", "secretsmanager", "ssm", "sts"];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Services.Where(service => service.StartsWith(wordToComplete, StringComparison.OrdinalIgnoreCase)).Select(service => new CompletionResult(service));
}
