namespace ReleaseTools.Engine.Releases.Definition;

/// <summary>Looks whether what a definition names is there, before anything is changed.</summary>
public static class DefinitionCheck
{
    /// <summary>What is missing, one sentence each; empty when all is there.</summary>
    public static IReadOnlyList<string> Check(ReleaseDefinition definition)
    {
        var missing = new List<string>();
        foreach (var image in definition.Images)
        {
            if (image.Builder != ImageBuilder.CodeBuild)
            {
                if (!File.Exists(image.Dockerfile))
                    missing.Add($"The image '{image.Name}' has no Dockerfile at '{image.Dockerfile}'.");
                if (!Directory.Exists(image.Context))
                    missing.Add($"The image '{image.Name}' has no build context at '{image.Context}'.");
            }

            missing.AddRange(image.Before.Where(before => !Directory.Exists(before.Directory)).Select(before => $"The image '{image.Name}' names a folder to run a command in that is not there: '{before.Directory}'."));
            missing.AddRange(image.Inputs.Where(input => !Path.Exists(input)).Select(input => $"The image '{image.Name}' names an input that is not there: '{input}'."));
        }

        if (definition.Terraform.Directory is { } directory && !Directory.Exists(directory))
            missing.Add($"There is no terraform directory '{directory}'.");
        missing.AddRange(definition.Terraform.VarFiles.Where(file => !File.Exists(file)).Select(file => $"There is no variable file '{file}'."));
        return missing;
    }
}
