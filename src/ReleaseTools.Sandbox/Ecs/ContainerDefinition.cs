using System.Text.Json.Nodes;

namespace ReleaseTools.Sandbox.Ecs;

/// <summary>A container definition at the door: read as it will be read when a task starts, and completed with what ECS answers unasked.</summary>
internal static class ContainerDefinition
{
    /// <summary>A copy of what was given, completed.</summary>
    /// <exception cref="SandboxException">A member is missing or of the wrong type.</exception>
    public static JsonObject Completed(JsonObject given)
    {
        var container = (JsonObject)given.DeepClone();
        container.Required("name", "ClientException", "Container.name should not be null or empty.");
        container.Required("image", "ClientException", "Container.image should not be null or empty.");
        ReadLog(container);
        foreach (var variable in container.Structures("environment"))
        {
            variable.Text("name");
            variable.Text("value");
        }

        container["essential"] = container.Flag("essential") ?? true;
        container["cpu"] = container.Number("cpu") ?? 0;
        foreach (var list in new[] { "portMappings", "environment", "mountPoints", "volumesFrom", "systemControls" })
            container[list] = new JsonArray([.. container.Structures(list).Select(item => item.DeepClone())]);
        return container;
    }

    private static void ReadLog(JsonObject container)
    {
        if (container.Structure("logConfiguration") is not { } log)
            return;
        log.Required("logDriver", "ClientException", "Log driver should not be null or empty.");
        foreach (var (name, _) in log.Structure("options") ?? [])
            log.Structure("options")!.Text(name);
    }
}
