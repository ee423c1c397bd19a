using ReleaseTools.Engine.Images.Builds;

namespace ReleaseTools.Engine.Releases.Definition;

/// <summary>The rules of a definition that hold whatever its variables are.</summary>
internal static class DefinitionStructure
{
    public static void Check(DefinitionSections sections, DefinitionProblems problems)
    {
        var images = sections.Images.Select(image => image.Name).ToList();
        if (sections.Project is { } project && !DefinitionRules.Name().IsMatch(project.Raw))
            problems.Add(project.Position, $"'{project.Raw}' cannot be a project's name: {NameRule}");
        foreach (var image in sections.Images)
            CheckImage(image, images, problems);
        CheckOrder("image", sections.Images, image => image.WaitsFor, problems);
        var services = sections.Services.Select(service => service.Name).ToList();
        foreach (var (name, position, service) in sections.Services)
        {
            CheckName(name, position, "a service's name", problems);
            CheckReference(service.Image, images, problems);
            foreach (var other in service.After)
                CheckReference(other, services, problems, "service");
            CheckTask(name, service, problems);
            CheckVerification(service, problems);
        }

        CheckOrder("service", sections.Services, service => service.After, problems);

        if (sections.Terraform is { } terraform)
        {
            DefinitionText?[] literals = [sections.Project, terraform.Directory, terraform.EnvFile, terraform.Workspace, .. terraform.VarFiles];
            foreach (var text in literals.OfType<DefinitionText>().Where(text => text.Raw.Contains("${", StringComparison.Ordinal)))
                problems.Add(text.Position, "Variables cannot be used here: they are known only after terraform has run.");
            if (terraform.Directory is null && (terraform.Workspace is not null || terraform.VarFiles.Count > 0))
                problems.Add((terraform.Workspace ?? terraform.VarFiles[0]).Position, "\"terraform\" has no \"directory\" to run in.");
        }

        CheckInference(sections.Inference, images, problems);
    }

    private const string NameRule = "use letters, digits, '.', '_' and '-', beginning with a letter or digit.";

    private static void CheckImage(Named<ImageSection> image, List<string> images, DefinitionProblems problems)
    {
        var (name, position, section) = image;
        CheckName(name, position, "an image's name", problems);
        if (section.Repository is null)
            problems.Add(position, $"The image '{name}' has no \"repository\".");
        if (section.Builder != ImageBuilder.CodeBuild && section.Dockerfile is null)
            problems.Add(position, $"The image '{name}' is built by docker and has no \"dockerfile\".");
        foreach (var argument in section.BuildArgs.Concat(section.BaseImages).Where(argument => !DefinitionRules.Variable().IsMatch(argument.Name)))
            problems.Add(argument.Position, $"'{argument.Name}' cannot be a build argument's name.");
        foreach (var argument in section.BaseImages.Where(one => section.BuildArgs.Any(other => string.Equals(one.Name, other.Name, StringComparison.Ordinal))))
            problems.Add(argument.Position, $"The build argument '{argument.Name}' stands in \"buildArgs\" already.");
        foreach (var other in section.WaitsFor)
            CheckReference(other, images, problems);
        foreach (var before in section.Before.Where(before => before.Command.Count == 0))
            problems.Add(before.Position, "A command to run first has no \"command\": a list of the program and its arguments.");
        foreach (var (id, at, secret) in section.Secrets)
            CheckSecret(id, at, secret, problems);
    }

    private static void CheckSecret(string id, SourcePosition position, SecretSection secret, DefinitionProblems problems)
    {
        if (!DefinitionRules.SecretId().IsMatch(id))
            problems.Add(position, $"'{id}' cannot be a secret's id: use letters, digits, '.', '_' and '-'.");
        if (secret.Environment is null == secret.File is null)
            problems.Add(position, $"The secret '{id}' comes either from an \"environment\" variable or from a \"file\".");
        if (secret.Environment is { } variable && !DefinitionRules.Variable().IsMatch(variable.Raw))
            problems.Add(variable.Position, $"'{variable.Raw}' cannot be a variable's name: it is named without ${{}}, for its value is not to be written anywhere.");
    }

    private static void CheckTask(string name, ServiceSection service, DefinitionProblems problems)
    {
        if (service.BeforeRollout is not { } task)
            return;
        if (task.Command.Count == 0)
            problems.Add(task.Position, "A task to run before the rollout has no \"command\": a list of the command and its arguments.");
        if (service.Image is null)
            problems.Add(task.Position, $"The service '{name}' has no \"image\": its task before the rollout would never be run.");
    }

    private static void CheckVerification(ServiceSection service, DefinitionProblems problems)
    {
        if (service.Verify is not { } verify)
            return;
        if (verify.Url is null)
            problems.Add(verify.Position, "\"verify\" has no \"url\".");
        foreach (var status in verify.Status.Where(status => status.Value is < 100 or > 599))
            problems.Add(status.Position, $"{status.Value} is no HTTP status: they go from 100 to 599.");
    }

    /// <summary>What waits for itself, by whatever way, would never be built or rolled out.</summary>
    private static void CheckOrder<T>(string kind, IReadOnlyList<Named<T>> all, Func<T, IEnumerable<DefinitionText>> waitsFor, DefinitionProblems problems)
    {
        foreach (var one in all)
        {
            if (BuildOrder.FindCycle(one.Name, name => all.Where(other => other.Name == name).SelectMany(other => waitsFor(other.Value)).Select(waited => waited.Raw)) is { } cycle)
            {
                problems.Add(one.Position, $"The {kind} '{one.Name}' waits for itself: {string.Join(" after ", cycle)}.");
                return; // each of the circle would say the same
            }
        }
    }

    private static void CheckInference(InferenceSection? inference, List<string> images, DefinitionProblems problems)
    {
        CheckReference(inference?.Image, images, problems);
        if (inference is not { Backend: InferenceBackend.SageMaker })
            return;
        if (inference.Endpoint is null)
            problems.Add(inference.Position, "\"inference\" has no \"endpoint\".");
        if (inference.Image is null)
            problems.Add(inference.Position, "\"inference\" has no \"image\".");
    }

    private static void CheckReference(DefinitionText? named, List<string> known, DefinitionProblems problems, string kind = "image")
    {
        if (named is not null && !known.Contains(named.Raw, StringComparer.Ordinal))
            problems.Add(named.Position, $"There is no {kind} '{named.Raw}'.{NearestName.Ask(named.Raw, known)} {char.ToUpperInvariant(kind[0])}{kind[1..]}s are {string.Join(", ", known)}.");
    }

    private static void CheckName(string name, SourcePosition position, string what, DefinitionProblems problems)
    {
        if (!DefinitionRules.Name().IsMatch(name))
            problems.Add(position, $"'{name}' cannot be {what}: {NameRule}");
    }
}
