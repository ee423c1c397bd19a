namespace ReleaseTools.Engine.Releases.Definition;

/// <summary>Reads a release.json. This is the list of its keys: a key is known because it is read here.</summary>
internal static class DefinitionReader
{
    private static readonly DefinitionWord<ImageBuilder>[] Builders =
    [
        new("docker", ImageBuilder.Docker),
        new("codebuild", ImageBuilder.CodeBuild),
        new("auto", ImageBuilder.Auto),
    ];

    private static readonly DefinitionWord<InferenceBackend>[] Backends =
    [
        new("sagemaker", InferenceBackend.SageMaker),
        new("http", InferenceBackend.Http),
        new("none", InferenceBackend.None),
    ];

    private static readonly DefinitionWord<FindingSeverity>[] Severities =
    [
        new("informational", FindingSeverity.Informational),
        new("low", FindingSeverity.Low),
        new("medium", FindingSeverity.Medium),
        new("high", FindingSeverity.High),
        new("critical", FindingSeverity.Critical),
    ];

    /// <summary>The file's sections. What is wrong goes to <paramref name="problems"/>, and what can be read is read on.</summary>
    /// <param name="utf8">The file's bytes.</param>
    /// <param name="problems">Where problems go.</param>
    /// <param name="known">Gets the keys that were asked for, by the shape of their object.</param>
    public static DefinitionSections Read(byte[] utf8, DefinitionProblems problems, IDictionary<string, ISet<string>> known)
    {
        var json = PositionedJson.Parse(utf8, problems);
        if (json is not JsonObjectAt root)
        {
            problems.Add(json.Position, "A release definition is an object: { … }.");
            return new();
        }

        var reader = new ObjectReader("", root, problems, known);
        var sections = ReadRoot(reader);
        reader.Finish();
        return sections;
    }

    private static DefinitionSections ReadRoot(ObjectReader root)
    {
        _ = root.Text("$schema"); // for editors
        return new()
        {
            Project = root.Text("project"),
            Region = root.Text("region"),
            Cluster = root.Text("cluster"),
            CodeBuildProject = root.Text("codeBuildProject"),
            ThrottleLimit = root.PositiveInteger("throttleLimit"),
            MaxReuseDays = root.PositiveInteger("maxReuseDays"),
            FailOnSeverity = root.OptionalWord("failOnSeverity", Severities),
            Terraform = root.Object("terraform", ReadTerraform),
            Images = root.Map("images", ReadImage),
            Services = root.Map("services", ReadService),
            Inference = root.Object("inference", ReadInference),
        };
    }

    private static TerraformSection ReadTerraform(ObjectReader terraform) => new()
    {
        Directory = terraform.Text("directory"),
        EnvFile = terraform.Text("envFile"),
        Workspace = terraform.Text("workspace"),
        VarFiles = terraform.Texts("varFiles"),
    };

    private static ImageSection ReadImage(ObjectReader image) => new()
    {
        Dockerfile = image.Text("dockerfile"),
        Context = image.Text("context"),
        Repository = image.Text("repository"),
        Builder = image.Word("builder", Builders),
        CodeBuildProject = image.Text("codeBuildProject"),
        Inputs = image.Texts("inputs"),
        WholeContext = image.Flag("wholeContext"),
        BuildArgs = image.TextMap("buildArgs", whenNull: name => $"${{{name}}}"),
        BaseImages = image.TextMap("baseImages"),
        After = image.Texts("after"),
        Before = image.Objects("before", ReadBefore),
        Secrets = image.Map("secrets", ReadSecret),
        Target = image.Text("target"),
        Platform = image.Text("platform"),
        CacheFrom = image.Texts("cacheFrom"),
        CacheTo = image.Texts("cacheTo"),
        MaxReuseDays = image.PositiveInteger("maxReuseDays"),
        FailOnSeverity = image.OptionalWord("failOnSeverity", Severities),
    };

    private static BeforeSection ReadBefore(ObjectReader before) => new()
    {
        Position = before.Position,
        Command = before.Texts("command"),
        Directory = before.Text("directory"),
        Outputs = before.Texts("outputs"),
    };

    private static SecretSection ReadSecret(ObjectReader secret) => new() { Environment = secret.Text("environment"), File = secret.Text("file") };

    private static ServiceSection ReadService(ObjectReader service) => new()
    {
        Image = service.Text("image"),
        Service = service.Text("service"),
        Cluster = service.Text("cluster"),
        Verify = service.TextOrObject("verify", url => new VerificationSection { Position = url.Position, Url = url }, ReadVerification),
        After = service.Texts("after"),
        PinDigest = service.Flag("pinDigest"),
        BeforeRollout = service.Object("beforeRollout", ReadTask),
    };

    private static VerificationSection ReadVerification(ObjectReader verify) => new()
    {
        Position = verify.Position,
        Url = verify.Text("url"),
        Status = verify.PositiveIntegers("status"),
        TimeoutSeconds = verify.PositiveInteger("timeoutSeconds"),
    };

    private static TaskSection ReadTask(ObjectReader task) => new()
    {
        Position = task.Position,
        Command = task.Texts("command"),
        Container = task.Text("container"),
        TimeoutSeconds = task.PositiveInteger("timeoutSeconds"),
    };

    private static InferenceSection ReadInference(ObjectReader inference) => new()
    {
        Position = inference.Position,
        Backend = inference.Word("backend", Backends),
        Endpoint = inference.Text("endpoint"),
        Image = inference.Text("image"),
        Variant = inference.Text("variant"),
    };
}
