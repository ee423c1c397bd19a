using ReleaseTools.Engine.Aws.Ecs;

namespace ReleaseTools.Engine.Rollouts.Tasks;

/// <summary>Sentences about tasks that are said in more than one place.</summary>
internal static class TaskText
{
    /// <summary>A command as people read it: what holds a space, or nothing, in quotes.</summary>
    public static string Of(IReadOnlyList<string> command) =>
        string.Join(' ', command.Select(word => word.Length == 0 || word.Contains(' ', StringComparison.Ordinal) ? $"'{word}'" : word));

    /// <summary>That a task goes on without us, and how to look at it or stop it; and what it leaves behind.</summary>
    public static string GoesOn(StartedTask started)
    {
        var (cluster, id) = (started.Plan.Service.Cluster, ServiceReader.ShortName(started.TaskArn));
        return $"Task {started.TaskArn} of {started.Plan.Service.Service} goes on. To look at it: aws ecs describe-tasks --cluster {cluster} --tasks {id}; "
            + $"to stop it: aws ecs stop-task --cluster {cluster} --task {id}.{(started.IsRevisionTemporary ? " " + Leaves(started.Revision) : "")}";
    }

    /// <summary>That a revision which was registered for a task stays, and how to be rid of it.</summary>
    public static string Leaves(string revision) =>
        $"Its revision stays registered until somebody says: aws ecs deregister-task-definition --task-definition {ServiceReader.ShortName(revision)}.";

    /// <summary>That nobody knows whether a task began, and how to find out.</summary>
    public static string MayHaveBegun(ReleaseTaskPlan plan, string startedBy) =>
        $"A task of {plan.Service.Service} may have begun. To look for it: aws ecs list-tasks --cluster {plan.Service.Cluster} --started-by {startedBy}.";

    /// <summary>Why a task could not be placed. (Amazon ECS developer guide, "API failure reasons".)</summary>
    public static string Of(Failure failure)
    {
        var said = string.Join(": ", new[] { failure.Reason, failure.Detail }.Where(text => !string.IsNullOrWhiteSpace(text)));
        var meaning = failure.Reason switch
        {
            "RESOURCE:MEMORY" => " (no container instance has the memory left that the task asks for)",
            "RESOURCE:CPU" => " (no container instance has the CPU left that the task asks for)",
            "RESOURCE:ENI" => " (no container instance has a network interface left)",
            "RESOURCE:GPU" => " (no container instance has the GPUs left that the task asks for)",
            { } reason when reason.StartsWith("RESOURCE:PORT", StringComparison.Ordinal) => " (the task's port is taken on every container instance)",
            "AGENT" => " (the agent of the container instance is not connected)",
            "ATTRIBUTE" => " (no container instance has an attribute that the task requires)",
            _ => "",
        };
        return said.Length == 0 ? "it gave no reason" : said + meaning;
    }
}
