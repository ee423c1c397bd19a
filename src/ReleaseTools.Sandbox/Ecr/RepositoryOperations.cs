using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.Ecr;

/// <summary>ECR's operations on repositories.</summary>
internal sealed class RepositoryOperations(SandboxWorld world, ImageCatalog catalog)
{
    // What CreateRepository takes and DescribeRepositories gives back as it was.
    private static readonly string[] KeptSettings = ["imageScanningConfiguration", "encryptionConfiguration", "imageTagMutabilityExclusionFilters"];

    private string Account => world.Options.Account;

    /// <summary>CreateRepository.</summary>
    public JsonObject Create(JsonObject request)
    {
        var name = request.Text("repositoryName");
        if (!ImageTag.IsRepository(name))
            throw EcrErrors.Invalid("repositoryName", "must satisfy regular expression '(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*'");
        var mutability = Mutability(request) ?? "MUTABLE";
        _ = request.Structure("imageScanningConfiguration")?.Flag("scanOnPush"); // read when something is pushed, refused now
        return catalog.WithAll(all =>
        {
            if (all.ContainsKey(name!))
                throw EcrErrors.RepositoryExists(name!, Account);
            var repository = new ImageRepository(name!, world.Now) { TagMutability = mutability };
            foreach (var setting in KeptSettings)
            {
                if (request[setting] is { } value)
                    repository.Settings[setting] = value.DeepClone();
            }
            all.Add(name!, repository);
            return new JsonObject { ["repository"] = Description(repository) };
        });
    }

    /// <summary>DescribeRepositories.</summary>
    public JsonObject Describe(JsonObject request)
    {
        var names = request.Texts("repositoryNames");
        if (names.Count > 100)
            throw EcrErrors.Invalid("repositoryNames", "Member must have length less than or equal to 100");
        return catalog.WithAll(all =>
        {
            if (names.Count > 0)
            {
                var named = names.Select(name => Description(all.GetValueOrDefault(name) ?? throw EcrErrors.RepositoryNotFound(name, Account)));
                return new JsonObject { ["repositories"] = named.ToJsonArray() };
            }
            var page = EcrPage.Of(all.Values.ToList(), request);
            return page.MarkNext(new JsonObject { ["repositories"] = page.Items.Select(Description).ToJsonArray() }, "nextToken");
        });
    }

    /// <summary>DeleteRepository.</summary>
    public JsonObject Delete(JsonObject request)
    {
        var name = request.Text("repositoryName") ?? string.Empty;
        return catalog.WithAll(all =>
        {
            var repository = all.GetValueOrDefault(name) ?? throw EcrErrors.RepositoryNotFound(name, Account);
            if (repository.Images.Count > 0 && request.Flag("force") != true)
                throw EcrErrors.RepositoryNotEmpty(name, Account);
            all.Remove(name);
            return new JsonObject { ["repository"] = Description(repository) };
        });
    }

    /// <summary>PutImageTagMutability.</summary>
    public JsonObject PutTagMutability(JsonObject request)
    {
        var name = request.Text("repositoryName") ?? string.Empty;
        var mutability = Mutability(request) ?? throw EcrErrors.Invalid("imageTagMutability", "Member must not be null");
        catalog.With(name, repository => repository.TagMutability = mutability);
        return new JsonObject { ["registryId"] = Account, ["repositoryName"] = name, ["imageTagMutability"] = mutability };
    }

    private static string? Mutability(JsonObject request) => request.Text("imageTagMutability") switch
    {
        null => null,
        "MUTABLE" or "IMMUTABLE" => request.Text("imageTagMutability"),
        _ => throw EcrErrors.Invalid("imageTagMutability", "Member must satisfy enum value set: [MUTABLE, IMMUTABLE]"),
    };

    private JsonObject Description(ImageRepository repository)
    {
        var description = repository.Settings.DeepClone().AsObject();
        description["repositoryArn"] = world.Arn("ecr", "repository/" + repository.Name);
        description["registryId"] = Account;
        description["repositoryName"] = repository.Name;
        description["repositoryUri"] = $"{world.Host}/{repository.Name}";
        description["createdAt"] = AnswerJson.Epoch(repository.CreatedAt);
        description["imageTagMutability"] = repository.TagMutability;
        description.TryAdd("imageScanningConfiguration", new JsonObject { ["scanOnPush"] = false });
        description.TryAdd("encryptionConfiguration", new JsonObject { ["encryptionType"] = "AES256" });
        return description;
    }
}
